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
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from martlet.engine.errors import ParameterError, QueryError, WarehouseError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["run"]

_CHUNK = 2**20
# DuckDB ends a statement at the timeout itself; the process is killed this much later if it does not.
_GRACE_SECONDS = 2.0
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", re.IGNORECASE)
_LEAST_MEMORY = 64 * 2**20


def run(
    path: str | Path, sql: str, *, timeout: float = 30, memory: str = "1GB", max_rows: int | None = None
) -> pa.Table:
    """Run one SELECT of unknown origin against a warehouse file.

    Parameters
    ----------
    path
        The warehouse file; it is opened read-only.
    sql
        Exactly one SELECT (or VALUES, DESCRIBE, SUMMARIZE, PIVOT ..., which are SELECTs to DuckDB).
    timeout
        Seconds that it may take.
    memory
        What DuckDB may take, such as `1GB`; also the most that the answer may weigh. There is no spilling to disk.
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
    if not 0 < timeout < threading.TIMEOUT_MAX:
        raise ParameterError(f"timeout is {timeout!r}, but must be a number of seconds above 0")
    if max_rows is not None and max_rows < 0:
        raise ParameterError(f"max_rows is {max_rows!r}, but must be 0 or more")
    job = {
        "path": str(Path(path)),
        "sql": sql,
        "timeout": timeout,
        "memory": _bytes(memory),
        "threads": os.cpu_count() or 1,
        "max_rows": max_rows,
    }
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only needed here

    with pa.ipc.open_stream(_ask(job, memory)) as stream:
        return stream.read_all()


def _bytes(memory: str) -> int:
    """Return a size such as `1GB` in bytes, units being powers of 1024."""
    found = _SIZE.fullmatch(str(memory).strip())
    size = float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " ") if found else 0
    if size < _LEAST_MEMORY:
        raise ParameterError(f"memory is {memory!r}, but must be a size from 64MB, such as 1GB")
    return int(size)


def _ask(job: dict[str, Any], memory: str) -> bytes:
    """Run the job in a process of its own and return the Arrow stream that it wrote."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        # Arenas reserve address space that the limit would count.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
    }
    command = [sys.executable, "-P", "-W", "ignore", "-m", "martlet.engine._sandbox_child"]
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, env=environment, **pipes) as child:  # noqa: S603 - our own module
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None  # noqa: S101, PT018 - pipes
        timer = threading.Timer(job["timeout"] + _GRACE_SECONDS, child.kill)
        timer.start()
        try:
            with suppress(BrokenPipeError), child.stdin as stdin:
                stdin.write(json.dumps(job).encode())
            answer = bytearray()
            while chunk := child.stdout.read(_CHUNK):
                answer += chunk
                if len(answer) > job["memory"]:
                    raise QueryError(
                        f"the answer is larger than {memory}; ask for fewer rows, or raise the memory"
                    )
            problem = child.stderr.read().decode(errors="replace")
            code = child.wait()
        finally:
            timer.cancel()
            child.kill()
    if code != 0:
        raise _problem(code, problem, job["timeout"], memory)
    return bytes(answer)


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
