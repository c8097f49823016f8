"""Ctrl-C and the signals by which a system ends a program: each raises an exception, and none where it would leave things half done.

Outside of `raising`, which the command line enters, signals do what they always do, and the other functions do nothing.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, ClassVar, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    import duckdb

__all__ = [
    "AGAIN_SECONDS",
    "SIGINT_CODE",
    "Interrupted",
    "allowed",
    "awaited",
    "code",
    "end_at_once",
    "held",
    "ignore",
    "raising",
    "stopping",
]

SIGINT_CODE = 130
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
# A second signal within this time is the same one, passed on by a shell or a supervisor; one that comes later is impatience.
_ONE_SECONDS = 1.0
# How long the end may take where there is something to clean up, and where there is not.
_LONGEST_CLEANING = 60.0
_LONGEST_READING = 5.0
# An interruption that comes before the engine has begun is lost, so it is repeated.
AGAIN_SECONDS = 0.02
_LOOK_SECONDS = 0.1

_T = TypeVar("_T")


class Interrupted(KeyboardInterrupt):
    """A signal asked for the end."""


class _State:
    """Of the process, as signals are."""

    received: int | None = None
    raised_at = float("-inf")
    is_held = False
    is_waiting = False
    # How many blocks have something to clean up.
    cleaning = 0
    patience: threading.Timer | None = None
    connections: ClassVar[list[duckdb.DuckDBPyConnection]] = []


def code() -> int | None:
    """Return the exit code that says by which signal the command is being ended, None if by none."""
    return None if _State.received is None else 128 + _State.received


def _handle(number: int, _: FrameType | None) -> None:
    _State.received = _State.received or number
    if _State.is_held:
        _State.is_waiting = True
    elif time.monotonic() - _State.raised_at > _ONE_SECONDS:
        _raise()


def _raise() -> None:
    _State.is_waiting = False
    _State.raised_at = time.monotonic()
    # DuckDB sees the signal in one of its threads; without this the others go on, and it waits for them.
    for connection in _State.connections:
        with suppress(Exception):
            connection.interrupt()
    if _State.patience is None and _State.received is not None:
        # An engine may wait for what can't be stopped; what is left then is cleaned by the next command.
        longest = _LONGEST_CLEANING if _State.cleaning else _LONGEST_READING
        _State.patience = threading.Timer(longest, _end, (_State.received, None))
        _State.patience.daemon = True
        _State.patience.start()
    raise Interrupted


@contextmanager
def raising() -> Iterator[None]:
    """Let signals raise `Interrupted`, except those that the process was told to ignore, as `nohup` does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    _State.received, _State.raised_at = None, float("-inf")
    _State.is_held = _State.is_waiting = False
    try:
        for number, known in before.items():
            if known not in (signal.SIG_IGN, None):
                signal.signal(number, _handle)
        yield
    finally:
        for number, known in before.items():
            if known is not None:
                signal.signal(number, known)
        if _State.patience is not None:
            _State.patience.cancel()
            _State.patience = None


@contextmanager
def held() -> Iterator[None]:
    """Keep signals waiting until the block ends, or allows them."""
    before, _State.is_held = _State.is_held, True
    _State.cleaning += 1
    try:
        yield
    finally:
        _State.cleaning -= 1
        _State.is_held = before
        if _State.is_waiting and not before:
            _raise()


@contextmanager
def allowed() -> Iterator[None]:
    """Let signals through again, within a block that holds them and cleans up after what is done here."""
    before, _State.is_held = _State.is_held, False
    try:
        if _State.is_waiting:
            _raise()
        yield
    finally:
        _State.is_held = before


@contextmanager
def stopping(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let a signal stop what a connection is doing in all threads."""
    _State.connections.append(connection)
    try:
        yield
    finally:
        _State.connections.remove(connection)


def awaited(connection: duckdb.DuckDBPyConnection, ask: Callable[[], _T]) -> _T:
    """Return what `ask` returns, which asks the connection: in another thread, while this one, if it is the main one, waits for signals.

    The engine looks for signals only while the calling thread itself works for it. Where its other threads do all the work, Ctrl-C
    would come to nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        return ask()
    with ThreadPoolExecutor(1, thread_name_prefix="martlet-asking") as pool:
        asked = pool.submit(ask)
        try:
            # A signal that another thread takes does not wake this one.
            while not wait([asked], _LOOK_SECONDS).done:
                pass
            return asked.result()
        except KeyboardInterrupt:
            while not asked.done():
                connection.interrupt()
                time.sleep(AGAIN_SECONDS)
            raise


def end_at_once() -> None:
    """Let signals end the process at once, with their exit code: for the time in which nothing is begun."""
    _set(_end)


def _end(number: int, _: FrameType | None) -> None:
    os.write(2, b"Interrupted.\n")
    os._exit(128 + number)


def ignore() -> None:
    """Let signals do nothing: for the time in which all is done, and the interpreter only ends."""
    _set(signal.SIG_IGN)


def _set(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
