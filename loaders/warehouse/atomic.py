"""The life of a warehouse file: written beside its target, checked, and put in its place in one step.

Readers of the old file are never blocked and never see half of the new one. A crash at any moment leaves the old file,
byte for byte; what a crash leaves lying about is removed by the next build.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import filelock

from martlet.engine.connection import connect, is_martlet
from martlet.engine.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["STORAGE_VERSION", "rewriting", "writable"]

# The format that DuckDB 1.1.3 up to 2 reads, so that the drivers which BI tools bundle can open the file.
STORAGE_VERSION = "v1.0.0"

# Beyond it DuckDB goes to its temporary directory; what was measured with more was no faster.
_MOST_MEMORY = 3 * 2**30

# A full disk or a lack of memory comes as any of these, depending on what was being written.
_NOT_WRITTEN = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)


@contextmanager
def rewriting(
    target: str | Path,
    *,
    start_from_existing: bool = False,
    empty: Callable[[Path], None] | None = None,
    is_ours: bool = False,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a new warehouse file for writing, and put it in the place of `target` when the block ends well.

    Parameters
    ----------
    target
        The warehouse file to make or to replace.
    start_from_existing
        Begin with a copy of `target`, if it exists, rather than with an empty file.
    empty
        Puts what is to be begun with instead of an empty file at the path given.
    is_ours
        Whether the caller has seen that Martlet made `target`, so that it need not be opened for that.

    Raises
    ------
    WarehouseError
        If `target` was not made by Martlet, can't be written, or is being written by another process.
    """
    target = Path(target).absolute()
    _refuse_unwritable(target, is_ours=is_ours)
    building = target.with_name(f".{target.name}.building")
    with _only_writer(target):
        _remove(building)
        try:
            if start_from_existing and target.exists():
                shutil.copyfile(target, building)
            elif empty is not None:
                empty(building)
            with writable(building) as connection:
                yield connection
                connection.execute("CHECKPOINT")
            _publish(building, target)
        except (OSError, *_NOT_WRITTEN) as error:
            raise WarehouseError(
                f"{target} could not be written, and is as it was before: {error}"
            ) from error
        finally:
            _remove(building)


def _memory() -> int:
    """Return the bytes that DuckDB may hold: left alone it keeps all that it wrote, up to most of the machine's memory."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return _MOST_MEMORY
    return min(_MOST_MEMORY, physical * 6 // 10)


@contextmanager
def writable(building: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file to write it, in the format that old drivers read."""
    connection = duckdb.connect(
        str(building),
        config={
            "storage_compatibility_version": STORAGE_VERSION,
            "temp_directory": f"{building}.tmp",
            "memory_limit": f"{_memory() // 2**20}MiB",
        },
    )
    try:
        # In an interactive interpreter DuckDB would draw a bar of its own on stdout.
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        # After a full disk the connection can fail to close; the first error is the one to tell.
        with suppress(duckdb.Error):
            connection.close()


def _publish(building: Path, target: Path) -> None:
    with building.open("rb+") as file:
        os.fsync(file.fileno())
    if building.with_name(f"{building.name}.wal").exists():
        raise WarehouseError(f"{target} could not be written: its last changes did not reach the file")
    # A log left by another program beside the old file must not be replayed onto the new one.
    target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
    building.replace(target)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(target.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _only_writer(target: Path) -> Iterator[None]:
    """Hold the lock of `target`, which the operating system frees if this process dies."""
    path = target.with_name(f".{target.name}.lock")
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        message = f"another process is building {target} right now; wait until it has finished, or build another file"
        raise WarehouseError(message) from None
    except OSError as error:
        raise WarehouseError(f"{target.parent} can't be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        # Removed while it is held: whoever waits for it sees that, and makes a new one.
        with suppress(OSError):
            path.unlink()
        lock.release()


def _refuse_unwritable(target: Path, *, is_ours: bool) -> None:
    if target.is_dir():
        raise WarehouseError(
            f"{target} is a directory; give the path of a file, such as {target / 'warehouse.duckdb'}"
        )
    if not target.parent.is_dir():
        raise WarehouseError(
            f"there is no directory {target.parent}; make it first, or choose another --warehouse"
        )
    if not target.exists():
        return
    if not target.stat().st_mode & 0o222:
        raise WarehouseError(f"{target} is read-only; make it writable, or choose another --warehouse")
    if is_ours:
        return
    try:
        with connect(target) as connection:
            ours = is_martlet(connection)
    except (WarehouseError, duckdb.Error) as error:
        ours, reason = False, f" ({str(error).splitlines()[0]})"
    else:
        reason = ""
    if not ours:
        message = f"{target} exists and was not made by Martlet, so it is left alone{reason}; choose another --warehouse"
        raise WarehouseError(message)


def _remove(building: Path) -> None:
    for leftover in (building, building.with_name(f"{building.name}.wal")):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(f"{building}.tmp", ignore_errors=True)
