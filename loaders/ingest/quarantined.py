"""Rows that were set aside: listed, exported as they were written, and taken again after repair."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from martlet.engine.connection import connect, refuse_foreign
from martlet.engine.errors import ParameterError
from martlet.engine.replacing import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import duckdb
    import polars as pl

    from martlet.loaders.ingest.reading.source import Source

__all__ = [
    "ROW",
    "Group",
    "add_retried",
    "begin_retry",
    "export",
    "groups",
    "header_of",
    "quarantine",
    "resolve",
    "untagged",
]

# First column of an export: load and row by which a repaired row finds its place in the quarantine again.
ROW = "martlet_row"

_ASKED = "($load_id IS NULL OR load_id = $load_id) AND ($reason IS NULL OR contains(lower(reason), lower($reason)))"
_UNRESOLVED = f"resolved_by IS NULL AND {_ASKED}"
# Rows of which nothing is kept, because they are hidden or forgotten, can only be mended where they came from.
_WAITING = f"row_text IS NOT NULL AND {_UNRESOLVED}"

_GROUPS = f"""
SELECT
    rejected.load_id,
    any_value(load.profile),
    rejected.source,
    rejected.column_name,
    split_part(rejected.reason, ': ', 1) AS why,
    count(*) AS rows,
    count(*) FILTER (WHERE rejected.resolved_by IS NOT NULL),
    min(rejected.row_number),
    arg_min(rejected.row_text, rejected.row_number),
    arg_min(rejected.reason, rejected.row_number)
FROM quarantine.rejected_row AS rejected
JOIN meta.load AS load USING (load_id)
WHERE {_ASKED}
GROUP BY rejected.load_id, rejected.source, rejected.column_name, why
ORDER BY rejected.load_id, count(*) DESC, why, rejected.column_name
"""


@dataclass(frozen=True)
class Group:
    """Rows of one load set aside for one reason: how many, how many of them were taken later, and the first of them."""

    load_id: int
    profile: str | None
    source: str
    column: str | None
    reason: str
    rows: int
    resolved: int
    first_row: int
    example: str | None
    explanation: str


def quarantine(
    warehouse: str | Path = "warehouse.duckdb",
    *,
    load_id: int | None = None,
    reason: str | None = None,
    export_to: str | Path | None = None,
) -> list[Group]:
    """Return the rows that could not be loaded, by load and reason, and write them to a file for repair.

    Parameters
    ----------
    warehouse
        The file.
    load_id
        Only of this load.
    reason
        Only with this text in the reason.
    export_to
        A file to write the rows to that wait for repair, as they were; mended, `ingest(..., retry=True)` takes them.

    Raises
    ------
    WarehouseError
        If there is no such warehouse.
    ParameterError
        If rows are to be written and none wait, or they are of files with different columns.

    Examples
    --------
    >>> martlet.quarantine(path)
    []
    """
    with connect(warehouse) as connection:
        refuse_foreign(connection, Path(warehouse))
        if export_to is not None:
            with replacing(Path(export_to)) as file:
                export(connection, file, load_id=load_id, reason=reason)
        return groups(connection, load_id=load_id, reason=reason)


def groups(
    connection: duckdb.DuckDBPyConnection, *, load_id: int | None = None, reason: str | None = None
) -> list[Group]:
    """Return what is in quarantine, by load and reason, the commonest first."""
    found = connection.execute(_GROUPS, {"load_id": load_id, "reason": reason}).fetchall()
    return [Group(*row) for row in found]


def export(
    connection: duckdb.DuckDBPyConnection,
    file: IO[bytes],
    *,
    load_id: int | None = None,
    reason: str | None = None,
    cell: Callable[[str], str] | None = None,
) -> int:
    """Write rows that wait for repair to a file, in their original form, so that it can be mended and loaded again.

    Each row begins with `martlet_row`, by which `--retry` finds its place in the quarantine. Rows that came as JSON, Parquet
    or from a workbook are written as a JSON object each. `cell` changes each cell of the others.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    ParameterError
        If the rows are of files with different columns, or none wait.
    """
    bound = {"load_id": load_id, "reason": reason}
    headers = connection.execute(
        f"SELECT DISTINCT load.header FROM quarantine.rejected_row JOIN meta.load AS load USING (load_id) WHERE {_WAITING}",
        bound,
    ).fetchall()
    if not headers:
        unkept = connection.execute(
            f"SELECT count(*) FROM quarantine.rejected_row WHERE {_UNRESOLVED}", bound
        ).fetchall()[0][0]
        if unkept:
            raise ParameterError(
                f"of the {unkept:,} rows that wait in quarantine none was kept, since they were loaded with pseudonyms or are of somebody who "
                "was forgotten; mend them in their files, by row_number in quarantine.rejected_row, and load these again"
            )
        raise ParameterError("no rows wait in quarantine" + (" that fit" if load_id or reason else ""))
    if len(headers) > 1:
        loads = connection.execute(
            f"SELECT DISTINCT load_id FROM quarantine.rejected_row WHERE {_WAITING} ORDER BY load_id", bound
        ).fetchall()
        raise ParameterError(
            f"the rows are of files with different columns; export one load at a time: --load {loads[0][0]}"
        )
    (header,) = headers[0]
    rows = connection.execute(
        f"SELECT load_id || ':' || row_number, row_text FROM quarantine.rejected_row WHERE {_WAITING} ORDER BY load_id, row_number",
        bound,
    )
    written = 0
    separator = ""
    if header is not None:
        separator, header = header[0], header[1:]
        file.write(f"{ROW}{separator}{_celled(header, separator, cell)}\n".encode())
    while batch := rows.fetchmany(10_000):
        for position, text in batch:
            line = _tagged(position, _celled(text or "", separator, cell), separator)
            file.write(f"{line}\n".encode())
            written += 1
    return written


def _celled(line: str, separator: str, cell: Callable[[str], str] | None) -> str:
    """Return a line with each of its cells changed; one that needs no change stays as it was written."""
    if cell is None or not separator:
        return line
    rows = list(csv.reader(io.StringIO(line, newline=""), delimiter=separator))
    changed = [[cell(text) for text in row] for row in rows]
    if changed == rows:
        return line
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator="\n").writerows(changed)
    return file.getvalue().removesuffix("\n")


def _tagged(position: str, text: str, separator: str) -> str:
    if separator:
        return f"{position}{separator}{text}"
    body = text.strip()
    return f'{{"{ROW}": "{position}", {body[1:]}' if len(body) > 2 else f'{{"{ROW}": "{position}"}}'  # noqa: PLR2004  (not {})


def untagged(originals: pl.Series, separator: str | None) -> pl.Series:
    """Return rows of an export without the tag by which they find their place."""
    if separator is None:
        return originals.str.replace(rf'"{ROW}":\s*"[^"]*",?\s*', "")
    return originals.str.replace(rf"^[^{re.escape(separator)}]*{re.escape(separator)}", "")


def header_of(source: Source, known: Mapping[str, str]) -> str | None:
    """Return the separator and the line of a file's column names, or None if its rows are kept as JSON.

    `known` are names for the columns of a file without header.
    """
    separator = source.separator
    if separator is None:
        return None
    joined = separator.join(_cell(known.get(name, name), separator) for name in source.columns if name != ROW)
    return separator + joined


def _cell(name: str, separator: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & {separator, '"', "\n", "\r"} else name


def begin_retry(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table of rows that were repaired."""
    connection.execute("CREATE OR REPLACE TEMP TABLE retried (row BIGINT, position VARCHAR)")


def add_retried(connection: duckdb.DuckDBPyConnection, positions: pl.DataFrame) -> None:
    """Note which rows of the quarantine the rows of a file repair."""
    connection.register("_retried", positions)
    connection.execute("INSERT INTO retried SELECT row, position FROM _retried")
    connection.unregister("_retried")


def resolve(connection: duckdb.DuckDBPyConnection, load_id: int) -> int:
    """Mark the rows of the quarantine that this load took up again; return how many."""
    found = connection.execute(
        "UPDATE quarantine.rejected_row AS rejected SET resolved_by = $load_id FROM retried "
        "WHERE rejected.load_id || ':' || rejected.row_number = trim(retried.position) AND rejected.resolved_by IS NULL",
        {"load_id": load_id},
    ).fetchall()
    connection.execute("DROP TABLE retried")
    return int(found[0][0])
