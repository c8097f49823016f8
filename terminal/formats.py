"""An answer as bytes: written by DuckDB's own writers, to stdout or, in one step, to a file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from martlet.engine.errors import ParameterError, did_you_mean
from martlet.engine.replacing import replacing
from martlet.engine.tables import spreadsheets
from martlet.engine.tables.answers import answering
from martlet.terminal import protection

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

__all__ = ["ENDINGS", "FORMATS", "chosen", "destination", "write"]

FORMATS = ("table", "csv", "tsv", "json", "ndjson", "markdown", "parquet", "xlsx")
BINARY = ("parquet", "xlsx")
# What spreadsheets open, and may take for formulas.
SHEETS = ("csv", "tsv", "xlsx")
ENDINGS = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "ndjson",
    ".md": "markdown",
    ".ndjson": "ndjson",
    ".parquet": "parquet",
    ".tsv": "tsv",
    ".txt": "table",
    ".xlsx": "xlsx",
}
_COPY = {
    "csv": "FORMAT csv, HEADER",
    "tsv": "FORMAT csv, HEADER, DELIMITER '\t'",
    "json": "FORMAT json, ARRAY true",
    "ndjson": "FORMAT json, ARRAY false",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}


def chosen(name: str | None, output: Path | None, *, to_terminal: bool) -> str:
    """Return the format to write: the one named, else by the file's ending, else a table on a terminal and CSV in a pipe.

    Raises
    ------
    ParameterError
        If the ending says nothing, or binary data would go to a terminal.
    """
    if name is None and output is not None:
        name = ENDINGS.get(output.suffix.lower())
        if name is None:
            near = did_you_mean(output.suffix, ENDINGS)
            raise ParameterError(
                f"the ending of {output.name!r} names no format; give --format, or another ending.{near}"
            )
    name = name or ("table" if to_terminal else "csv")
    if name in BINARY and output is None and to_terminal:
        raise ParameterError(f"{name} is binary: give --output FILE, or send it through a pipe")
    return name


@contextmanager
def destination(output: Path | None, *, overwrite: bool = False) -> Iterator[IO[bytes]]:
    """Open where bytes go: stdout, or a file that appears when the block ends well and is else left as it was.

    Raises
    ------
    ParameterError
        If the file can't be written, or is a DuckDB file and `overwrite` is false.
    """
    if output is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    protection.refuse(output, overwrite=overwrite)
    with replacing(output) as file:
        yield file


def write(answer: pa.Table, name: str, file: IO[bytes]) -> None:
    """Write the answer as csv, tsv, json, ndjson, parquet or xlsx, all but the last by DuckDB.

    Decimals are numbers, dates and moments ISO 8601, NULL is null, or empty in CSV. JSON has no infinity and no NaN: they
    are null there.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answer")
        if name == "xlsx":
            spreadsheets.write_xlsx(answer, path)
        else:
            _copy(answer, name, path)
        with path.open("rb") as written:
            shutil.copyfileobj(written, file)


def _copy(answer: pa.Table, name: str, path: Path) -> None:
    import duckdb  # noqa: PLC0415 - heavy

    with answering(answer) as connection:
        selected = _json_columns(connection.table("answer")) if "json" in name else "*"
        quoted = str(path).replace("'", "''")
        try:
            connection.execute(f"COPY (SELECT {selected} FROM answer) TO '{quoted}' ({_COPY[name]})")
        except duckdb.IOException as error:
            raise ParameterError(
                f"the answer can't be kept in {path.parent} while it is written: {error}"
            ) from error
        except duckdb.Error as error:
            raise ParameterError(f"the answer can't be written as {name}: {_in_short(error)}") from error


def _in_short(error: Exception) -> str:
    """Return what the engine says of a value, without its own inside: its name for a bug, and a trace."""
    text = str(error).split("\n\nStack Trace")[0]
    return text.rpartition("Error: ")[2] if text.startswith("INTERNAL") else text


def _json_columns(answer: object) -> str:
    """Return the list of columns for JSON: moments with a T, and only numbers that JSON has."""
    columns = []
    for name, kind in zip(answer.columns, (str(kind) for kind in answer.types), strict=True):  # type: ignore[attr-defined]
        quoted = '"' + name.replace('"', '""') + '"'
        if kind in ("DOUBLE", "FLOAT"):
            columns.append(f"CASE WHEN isfinite({quoted}) THEN {quoted} END AS {quoted}")
        elif kind.startswith("TIMESTAMP"):
            columns.append(f"replace(CAST({quoted} AS VARCHAR), ' ', 'T') AS {quoted}")
        else:
            columns.append(quoted)
    return ", ".join(columns)
