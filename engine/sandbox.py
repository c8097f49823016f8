"""SQL that a stranger wrote, run against a warehouse: it can read the warehouse, and nothing else of the machine.

Each statement has a process of its own, in which DuckDB may touch no file but the warehouse, no network and no setting,
and which the operating system holds to its memory and its time. A fresh interpreter costs about 0.2 s; a fork would be
quicker, but a fork of a process with threads (which NumPy and Arrow start when imported) can hang.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from martlet.engine.errors import ParameterError, QueryError, WarehouseError, shown

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["run"]

# The process says this before the answer: it has begun with the statement.
BEGUN = b"B"
_START_SECONDS = 120.0
# DuckDB ends a statement at the timeout itself; the process is killed this much later if it does not.
_GRACE_SECONDS = 2.0
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", re.IGNORECASE)
_LEAST_MEMORY, _MOST_MEMORY = 64 * 2**20, 2**50


def run(
    path: str | Path, sql: str, *, timeout: float = 30, memory: str = "1GB", max_rows: int | None = None
) -> pa.Table:
    """Run one SELECT of unknown origin against a warehouse file.

    Parameters
    ----------
    path
        The warehouse file; it is opened read-only.
    sql
        Exactly one SELECT (or VALUES, DESCRIBE, SUMMARIZE, SHOW, PIVOT ..., which are SELECTs to DuckDB; not EXPLAIN).
    timeout
        Seconds that the statement may take; the start of its process does not count.
    memory
        What DuckDB may take in the process of the statement, such as `1GB`; that process is stopped at 512 MB more, which Arrow and the
        interpreter need. It is also the most that the answer may weigh, which the caller holds once. There is no spilling to disk.
    max_rows
        Rows of the answer to return; all if None.

    Raises
    ------
    QueryError
        If it is not exactly one SELECT, fails, reaches for what is closed to it, or takes too much time or memory.
    WarehouseError
        If there is no such file, or Martlet did not make it.
    ParameterError
        If `timeout`, `memory` or `max_rows` is impossible.
    """
    if not _is_number(timeout) or not 0 < timeout < threading.TIMEOUT_MAX:
        raise ParameterError(f"timeout is {shown(timeout)}, but must be a number of seconds above 0")
    if max_rows is not None and (not isinstance(max_rows, int) or max_rows < 0):
        raise ParameterError(f"max_rows is {shown(max_rows)}, but must be a whole number from 0")
    if not isinstance(sql, str):
        raise QueryError(f"the SQL must be text, but is of type {type(sql).__name__}")
    job = {
        "path": str(Path(path)),
        "sql": sql,
        "timeout": timeout,
        "memory": _bytes(memory),
        "threads": os.cpu_count() or 1,
        "max_rows": max_rows,
    }
    return _ask(job, memory)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _bytes(memory: str) -> int:
    """Return a size such as `1GB` in bytes, units being powers of 1024."""
    found = _SIZE.fullmatch(str(memory).strip())
    size = float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " ") if found else 0
    if not _LEAST_MEMORY <= size <= _MOST_MEMORY:
        raise ParameterError(
            f"memory is {shown(memory)}, but must be a size from 64MB to 1024TB, such as 1GB"
        )
    return int(size)


class _Answer:
    """What the process writes, as a file from which Arrow reads: each piece once, and not more than `most` bytes."""

    closed = False

    def __init__(self, pipe: IO[bytes], most: int, memory: str) -> None:
        self._pipe, self._left, self._memory = pipe, most, memory

    def read(self, size: int) -> memoryview:
        """Return `size` bytes, or what there is before the end."""
        self._left -= size
        if self._left < 0:
            raise QueryError(
                f"the answer is larger than {self._memory}; ask for fewer rows, or raise the memory"
            )
        piece = memoryview(bytearray(size))
        filled = 0
        while filled < size and (count := self._pipe.readinto(piece[filled:])):  # type: ignore[attr-defined]
            filled += count
        return piece[:filled]

    def close(self) -> None:
        """Leave the pipe to the process's end."""


def _ask(job: dict[str, Any], memory: str) -> pa.Table:
    """Run the job in a process of its own and return the answer that it wrote."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only needed here

    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        # The engine tells where it is.
        "HOME": os.sep,
        # Arenas reserve address space that the limit would count.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
    }
    command = [sys.executable, "-P", "-W", "ignore", "-m", "martlet.engine._sandbox_child"]
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with (
        subprocess.Popen(command, env=environment, bufsize=0, **pipes) as child,  # noqa: S603 - our own module
        ExitStack() as ending,
    ):
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None  # noqa: S101, PT018 - pipes
        ending.callback(child.kill)
        starting = _timer(ending, _START_SECONDS, child)
        with suppress(BrokenPipeError), child.stdin as stdin:
            # Unbuffered, a pipe may take a part only.
            rest = memoryview(json.dumps(job).encode())
            while rest:
                rest = rest[stdin.write(rest) :]
        has_begun = child.stdout.read(len(BEGUN)) == BEGUN
        starting.cancel()
        _timer(ending, job["timeout"] + _GRACE_SECONDS, child)
        answer: pa.Table | None = None
        if has_begun:
            # A stream that ends too early is the trace of a problem, which the process tells.
            with suppress(pa.ArrowException, OSError):
                answer = pa.ipc.open_stream(_Answer(child.stdout, job["memory"], memory)).read_all()
        problem = child.stderr.read().decode(errors="replace")
        code = child.wait()
    if code == 0 and answer is not None:
        return answer
    if not has_begun and not problem:
        raise QueryError(
            "the process for the SQL did not begin; the machine is too busy, or has no memory left"
        )
    raise _problem(code, problem, job["timeout"], memory)


def _timer(ending: ExitStack, seconds: float, child: subprocess.Popen[bytes]) -> threading.Timer:
    """Kill the process after so many seconds, unless it has ended before."""
    timer = threading.Timer(seconds, child.kill)
    ending.callback(timer.cancel)
    timer.start()
    return timer


def _problem(code: int, report: str, timeout: float, memory: str) -> QueryError | WarehouseError:
    """Return the error that an unsuccessful end of the process means."""
    try:
        told = json.loads(report)
        kind, text = str(told["kind"]), str(told["text"])
    except (ValueError, KeyError, TypeError):
        # Killed by the timer, or by the limit of processor time; else by the lack of memory, in one way or another.
        ended = {-signal.SIGTERM, -getattr(signal, "SIGKILL", 0), -getattr(signal, "SIGXCPU", 0)}
        kind, text = ("Timeout" if code in ended else "Memory"), ""
    if kind == "Timeout":
        return QueryError(
            f"the SQL took longer than {timeout:g} s and was stopped; narrow it, or raise the timeout"
        )
    if kind == "Memory":
        return QueryError(
            f"the SQL needed more than {memory} of memory and was stopped; narrow it, or raise the memory"
        )
    return WarehouseError(text) if kind == "WarehouseError" else QueryError(text)
