"""An answer as bytes: written by DuckDB's own writers, to stdout or, in one step, to a file."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from martlet.engine.errors import ParameterError, did_you_mean
from martlet.terminal.answers import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

__all__ = ["ENDINGS", "FORMATS", "chosen", "destination", "write"]

FORMATS = ("table", "csv", "json", "ndjson", "markdown", "parquet")
ENDINGS = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "ndjson",
    ".md": "markdown",
    ".ndjson": "ndjson",
    ".parquet": "parquet",
    ".txt": "table",
}
_COPY = {
    "csv": "FORMAT csv, HEADER",
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
    if name == "parquet" and output is None and to_terminal:
        raise ParameterError("parquet is binary: give --output FILE, or send it through a pipe")
    return name


@contextmanager
def destination(output: Path | None) -> Iterator[IO[bytes]]:
    """Open where bytes go: stdout, or a file that appears when the block ends well and is else left as it was.

    Raises
    ------
    ParameterError
        If the file can't be written.
    """
    if output is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = output.resolve()
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            # A device or a named pipe is written to, never replaced.
            with target.open("wb") as file:
                yield file
            return
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with part.open("xb") as file:
                yield file
            part.replace(target)
        finally:
            with suppress(OSError):
                part.unlink()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ParameterError(f"{output} can't be written: {error.strerror or error}") from error


def write(answer: pa.Table, name: str, file: IO[bytes]) -> None:
    """Write the answer in one of the formats that DuckDB writes: csv, json, ndjson or parquet.

    Decimals are numbers, dates and moments ISO 8601, NULL is null, or empty in CSV. JSON has no infinity and no NaN: they
    are null there.
    """
    import duckdb  # noqa: PLC0415 - heavy

    with tempfile.TemporaryDirectory() as folder, answering(answer) as connection:
        path = str(Path(folder, "answer"))
        selected = _json_columns(connection.table("answer")) if "json" in name else "*"
        try:
            connection.execute(
                f"COPY (SELECT {selected} FROM answer) TO '{path.replace(chr(39), chr(39) * 2)}' ({_COPY[name]})"
            )
        except duckdb.IOException as error:
            raise ParameterError(
                f"the answer can't be kept in {folder} while it is written: {error}"
            ) from error
        except duckdb.Error as error:
            raise ParameterError(f"the answer can't be written as {name}: {error}") from error
        with Path(path).open("rb") as written:
            shutil.copyfileobj(written, file)


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
