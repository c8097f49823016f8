"""Other programs at a warehouse file: what they are writing, wrote meanwhile, or left in a log, is never lost in silence."""

from __future__ import annotations

import glob
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from martlet.engine.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where a file that is open for writing can't be replaced
    fcntl = None  # type: ignore[assignment]

__all__ = ["State", "log_set_aside", "logs", "refuse_log", "restore_log", "seen", "set_aside", "unchanged"]

# What DuckDB writes beside a file: the log, and while it brings that into the file, the next one and the two as one.
_ENDINGS = (".wal", ".wal.checkpoint", ".wal.recovery")

# Name, inode, size and time of the last change of a file and of its logs.
State = tuple[tuple[str, int, int, int], ...]


def logs(path: Path) -> list[Path]:
    """Return the logs beside a file that hold changes which are not in it."""
    found = [path.with_name(path.name + ending) for ending in _ENDINGS]
    # `Path.exists` fails where the name with its ending is too long.
    return [log for log in found if os.path.exists(log) and log.stat().st_size]  # noqa: PTH110


def _state(target: Path) -> State:
    files = [path for path in (target, *logs(target)) if path.exists()]
    stats = [(path.name, path.stat()) for path in files]
    return tuple((name, known.st_ino, known.st_size, known.st_mtime_ns) for name, known in stats)


@contextmanager
def _nobody_writes(target: Path) -> Iterator[None]:
    """Keep other programs from opening a file to write it, by the lock that DuckDB itself takes."""
    if fcntl is None or not target.exists():
        yield
        return
    with target.open("rb") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WarehouseError(
                f"another program has {target} open for writing; close it there, then try again"
            ) from None
        except OSError:
            # A file system without locks, where DuckDB has none either.
            pass
        yield


def seen(target: Path, *, copied_to: Path | None = None) -> State:
    """Return the state of a file and its logs, and copy them.

    Raises
    ------
    WarehouseError
        If another program has the file open for writing.
    """
    with _nobody_writes(target):
        state = _state(target)
        if copied_to is not None and target.exists():
            shutil.copyfile(target, copied_to)
            for log in logs(target):
                shutil.copyfile(log, copied_to.with_name(copied_to.name + log.name.removeprefix(target.name)))
    return state


@contextmanager
def unchanged(target: Path, before: State) -> Iterator[None]:
    """Keep a file as it is for the length of a block.

    Raises
    ------
    WarehouseError
        If it is no longer in the state `before`, or another program has it open for writing.
    """
    with _nobody_writes(target):
        if _state(target) != before:
            raise WarehouseError(
                f"another program changed {target} in the meantime, so nothing was written; what it changed is there; try again"
            )
        yield


def refuse_log(target: Path) -> None:
    """Refuse to replace a file beside which another program left changes, by one that is made without them.

    Raises
    ------
    WarehouseError
        If there is such a log.
    """
    if found := logs(target):
        how = (
            f"open it once for writing, such as by: duckdb {target.name} CHECKPOINT"
            if target.exists()
            else "put back the file that it belongs to"
        )
        raise WarehouseError(
            f"{found[0]} holds changes of another program that are not in {target.name} yet, and would be lost; {how}, "
            "or move the log away if they are not needed"
        )


def _aside(log: Path, inode: int) -> Path:
    return log.with_name(f".{log.name}.{inode}")


@contextmanager
def log_set_aside(target: Path) -> Iterator[None]:
    """Take the logs away from a file while it is replaced, and remove them when it is; they belong to the old file alone."""
    found = logs(target)
    inode = target.stat().st_ino if found else 0
    moved = {log: _aside(log, inode) for log in found}
    try:
        for log, aside in moved.items():
            log.replace(aside)
        yield
    except BaseException:
        restore_log(target)
        raise
    for aside in moved.values():
        aside.unlink()
    # Empty ones hold nothing.
    for ending in _ENDINGS:
        with suppress(OSError):
            target.with_name(target.name + ending).unlink()


def restore_log(target: Path) -> None:
    """Put back the logs that a crash kept aside, if the file is still the one that they belong to; else remove them."""
    inode = target.stat().st_ino if target.exists() else None
    for ending in _ENDINGS:
        log = target.with_name(target.name + ending)
        for aside in _set_aside(log):
            if aside == _aside(log, inode or 0) and not log.exists():
                aside.replace(log)
            elif inode is not None:
                aside.unlink()


def set_aside(target: Path) -> list[Path]:
    """Return the logs that a crash kept aside."""
    return [aside for ending in _ENDINGS for aside in _set_aside(target.with_name(target.name + ending))]


def _set_aside(log: Path) -> list[Path]:
    return sorted(log.parent.glob(f".{glob.escape(log.name)}.[0-9]*"))
