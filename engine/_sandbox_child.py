"""The process in which `martlet.engine.sandbox` runs a stranger's SQL: limits first, then one statement, then the end.

It reads a job as JSON from standard input, writes the answer as an Arrow stream to standard output, and a problem as JSON
to standard error.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from martlet.engine.connection import open_read_only, refuse_foreign
from martlet.engine.errors import MartletError
from martlet.engine.sandbox import BEGUN
from martlet.engine.statements import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

# A batch is held by both sides at once, so it has few rows and, where they are long, fewer.
_BATCH_ROWS, _BATCH_BYTES = 10_000, 8 * 2**20
# Longer messages quote data; and a pipe that nobody reads yet holds 64 kB.
_LONGEST_MESSAGE = 4_000
_GRACE_SECONDS = 2
# What Arrow and the allocators reserve beside what DuckDB counts.
_HEADROOM = 512 * 2**20
_OUT_OF_MEMORY = ("Out of Memory", "bad_alloc", "malloc of size")


def main() -> int:
    """Run the job; return the exit code, 0 when the whole answer was written."""
    job: dict[str, Any] = json.load(sys.stdin)
    try:
        _answer(job)
    except MartletError as error:
        return _report(type(error).__name__, str(error))
    except Exception as error:  # noqa: BLE001 - whatever the engine or Arrow raises belongs to the statement
        text = str(error).strip() or type(error).__name__
        # Arrow passes the engine's errors on as its own, by their text.
        if "exceeded maximum execution time" in text:
            return _report("Timeout", "")
        if isinstance(error, MemoryError) or any(sign in text for sign in _OUT_OF_MEMORY):
            return _report("Memory", "")
        return _report(
            "QueryError", text.replace(os.strerror(errno.EMFILE), "SQL of this kind may open no file")
        )
    return 0


def _answer(job: dict[str, Any]) -> None:
    import pyarrow as pa  # noqa: PLC0415 - the import of this module stays light

    connection = open_read_only(job["path"], config=_config(job))
    refuse_foreign(connection, job["path"])
    _limit(job)
    sys.stdout.buffer.write(BEGUN)
    sys.stdout.flush()
    reading(connection, job["sql"])
    # `execute` would gather the whole answer first.
    reader: Any = connection.sql(job["sql"]).to_arrow_reader(_BATCH_ROWS)
    with pa.ipc.new_stream(sys.stdout.buffer, reader.schema) as stream:
        for batch in _first(reader, job["max_rows"]):
            stream.write_table(pa.Table.from_batches([batch]), max_chunksize=_rows_of_a_piece(batch))
    sys.stdout.flush()


def _rows_of_a_piece(batch: Any) -> int:
    return max(1, int(batch.num_rows * _BATCH_BYTES // max(batch.nbytes, _BATCH_BYTES)))


def _config(job: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that close every door; they must all be given when the file is opened."""
    return {
        "enable_external_access": False,
        "lock_configuration": True,
        "python_enable_replacements": False,
        "autoload_known_extensions": False,
        "autoinstall_known_extensions": False,
        "allow_community_extensions": False,
        "memory_limit": f"{job['memory'] // 2**10}KiB",
        "threads": job["threads"],
        "max_temp_directory_size": "0KiB",
        # Else a folder beside the warehouse could be read and written.
        "temp_directory": "",
        "max_execution_time": int(job["timeout"] * 1000),
    }


def _limit(job: dict[str, Any]) -> None:
    """Let the operating system bound what DuckDB itself does not: one long call, memory outside its count, files, sockets."""
    try:
        import resource  # noqa: PLC0415 - absent on Windows, where the wall clock and DuckDB's limits are all
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    next_file = os.dup(sys.stdin.fileno())
    os.close(next_file)
    bounds = {
        "RLIMIT_CPU": int(used.ru_utime + used.ru_stime + job["timeout"] * job["threads"]) + _GRACE_SECONDS,
        "RLIMIT_FSIZE": 0,
        # What is open stays open, and nothing else can be opened: no file, no socket, not even the warehouse's own bytes.
        "RLIMIT_NOFILE": next_file,
        "RLIMIT_CORE": 0,
    }
    statm = Path("/proc/self/statm")
    if statm.exists():
        # Address space is reserved long before it is used, so the bound counts from what is reserved now.
        reserved = int(statm.read_text().split()[0]) * resource.getpagesize()
        bounds["RLIMIT_AS"] = reserved + job["memory"] + _HEADROOM
    for name, bound in bounds.items():
        hard = resource.getrlimit(getattr(resource, name))[1]
        lowest = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(getattr(resource, name), (lowest, lowest))


def _first(reader: Any, rows: int | None) -> Iterator[Any]:
    """Yield the batches of the first `rows` rows, all of them if None."""
    for batch in reader:
        yield batch if rows is None else batch.slice(0, rows)
        if rows is not None:
            rows -= batch.num_rows
            if rows <= 0:
                return


def _report(kind: str, text: str) -> int:
    json.dump({"kind": kind, "text": text[:_LONGEST_MESSAGE]}, sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
