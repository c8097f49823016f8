"""The life of a warehouse file: written beside its target, checked, and put in its place in one step.

Readers of the old file are never blocked and never see half of the new one. A crash at any moment leaves the old file,
byte for byte; what a crash leaves lying about is named by `martlet info`, and removed by the next command that writes.
The new file lies in a folder of its own that only its user may enter, until it has the permissions of the old one.
"""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from martlet.engine import interrupts, packs, permissions
from martlet.engine.connection import connect, is_duckdb, is_martlet
from martlet.engine.errors import WarehouseError
from martlet.engine.paths import resolved
from martlet.engine.relation import SCHEMAS
from martlet.loaders.warehouse import leftovers, others

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["BLOCK_SIZE", "STORAGE_VERSION", "rewriting", "writable"]

# The format that DuckDB 1.1.3 up to 2 reads, so that the drivers which BI tools bundle can open the file.
STORAGE_VERSION = "v1.0.0"
# Each table and each key takes a block at least, so with DuckDB's own 256 KiB a small warehouse would be mostly air.
BLOCK_SIZE = 64 * 2**10

# Beyond it DuckDB goes to its temporary directory; what was measured with more was no faster.
_MOST_MEMORY = 3 * 2**30

# What may be in the name of a file beside the warehouse, besides the warehouse's own name.
_LONGEST_ADDITION = 40

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
    carries_over: bool = False,
    empty: Callable[[Path], None] | None = None,
    is_ours: bool = False,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a new warehouse file for writing, and put it in the place of `target` when the block ends well.

    Parameters
    ----------
    target
        The warehouse file to make or to replace; of a link, the file that it leads to.
    start_from_existing
        Begin with a copy of `target`, if it exists, rather than with an empty file.
    carries_over
        Whether the caller reads all of `target` itself, so that what other programs have in its log is not lost.
    empty
        Puts what is to be begun with instead of an empty file at the path given.
    is_ours
        Whether the caller has seen that Martlet made `target`, so that it need not be opened for that.

    Raises
    ------
    WarehouseError
        If `target` was not made by Martlet, can't be written, is being written by another process, or was changed by one
        while the block ran.
    """
    target = resolved(target)
    _refuse_unwritable(target, is_ours=is_ours)
    with interrupts.held(), leftovers.only_writer(target):
        others.restore_log(target)
        try:
            with interrupts.allowed():
                building = Path(leftovers.new_folder(target), "building.duckdb")
                # Who carries over would take a log that can't be read for an empty one, so it is tried on a copy first.
                copies = start_from_existing or (carries_over and bool(others.logs(target)))
                before = others.seen(target, copied_to=building if copies else None)
                if not (start_from_existing or carries_over) or not target.exists():
                    others.refuse_log(target)
                if others.logs(building):
                    _replay(building, target)
                if not start_from_existing:
                    building.unlink(missing_ok=True)
                if not building.exists() and empty is not None:
                    empty(building)
                with writable(building) as connection:
                    yield connection
                    connection.execute("CHECKPOINT")
            _publish(building, target, before)
        except (OSError, *_NOT_WRITTEN) as error:
            raise WarehouseError(
                f"{target} could not be written, and is as it was before: {error}"
            ) from error
        finally:
            leftovers.remove(target)


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
            "default_block_size": str(BLOCK_SIZE),
            "temp_directory": f"{building}.tmp",
            "memory_limit": f"{_memory() // 2**20}MiB",
        },
    )
    try:
        # In an interactive interpreter DuckDB would draw a bar of its own on stdout.
        connection.execute("SET enable_progress_bar = false")
        with interrupts.stopping(connection):
            yield connection
    finally:
        # After a full disk the connection can fail to close; the first error is the one to tell.
        with suppress(duckdb.Error):
            connection.close()


def _replay(building: Path, target: Path) -> None:
    """Write the log that another program left beside `target`, and that was copied with it, into the copy."""
    problem = "DuckDB finds nothing in it"
    try:
        with writable(building) as connection:
            (replayed,) = connection.execute("SELECT wal_size FROM pragma_database_size()").fetchone() or (
                "",
            )
            if not replayed.startswith("0 ") or not others.logs(building):
                connection.execute("CHECKPOINT")
                problem = ""
    except _NOT_WRITTEN:
        raise
    except duckdb.Error as error:
        problem = str(error).splitlines()[0]
    if problem:
        raise WarehouseError(
            f"{target} has changes of another program in {others.logs(target)[0].name} which can't be read, so nothing was "
            f"written: {problem}; if they are not needed, move that file away, then try again"
        )


def _publish(building: Path, target: Path, before: others.State) -> None:
    with building.open("rb+") as file:
        os.fsync(file.fileno())
    if others.logs(building):
        raise WarehouseError(f"{target} could not be written: its last changes did not reach the file")
    with others.unchanged(target, before):
        if target.exists():
            permissions.keep(target, building)
            if target.stat().st_nlink > 1:
                warnings.warn(
                    f"{target} has another name, a hard link, under which the old data stay", stacklevel=4
                )
        # The log is part of the old file, and must not be replayed onto the new one.
        with others.log_set_aside(target):
            building.replace(target)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(target.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _refuse_name_of_a_schema(target: Path) -> None:
    """Refuse a file whose name DuckDB, which names the catalog after it, would take for a schema: `email.roi` would be ambiguous."""
    catalog = target.name.split(".")[0]
    if catalog.lower() in {*SCHEMAS, *packs.packs()}:
        raise WarehouseError(
            f"{target} would have the name of the schema {catalog.lower()} within it, and DuckDB could not tell them apart; "
            f"choose another --warehouse, such as my_{target.name}"
        )


def _refuse_unwritable(target: Path, *, is_ours: bool) -> None:
    if not target.parent.is_dir():
        raise WarehouseError(
            f"there is no directory {target.parent}; make it first, or choose another --warehouse"
        )
    longest = os.pathconf(target.parent, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
    if (length := len(os.fsencode(target.name))) > longest - _LONGEST_ADDITION:
        raise WarehouseError(
            f"the name of {target} has {length} bytes, but may have {longest - _LONGEST_ADDITION}: files beside it are named "
            "after it while it is written"
        )
    if not target.exists():
        _refuse_name_of_a_schema(target)
        return
    if not target.stat().st_mode & 0o222:
        raise WarehouseError(f"{target} is read-only; make it writable, or choose another --warehouse")
    if is_ours:
        return
    reason = " (it is no DuckDB file)"
    if is_duckdb(target):
        reason = ""
        with connect(target) as connection:
            if is_martlet(connection):
                return
    raise WarehouseError(
        f"{target} exists and was not made by Martlet, so it is left alone{reason}; choose another --warehouse"
    )
