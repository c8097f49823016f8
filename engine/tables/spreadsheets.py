"""What spreadsheets make of an answer: a workbook in which text stays text, and cells that no program takes for a formula."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from martlet.engine.errors import ParameterError
from martlet.engine.tables.answers import answering

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["safe", "safe_text", "write_xlsx"]

# What begins so is a formula to some spreadsheet (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = r"^[=+\-@\t\r]"
_ROWS, _COLUMNS, _CHARACTERS = 1_048_576, 16_384, 32_767
_BATCH_ROWS = 10_000
# Larger numbers lose digits in a double, and a spreadsheet has no other numbers.
_DIGITS = 15
_LARGEST = 10**_DIGITS
# Spreadsheets have no days before 1900, and one too many in it.
_FIRST, _LAST = date(1900, 3, 1), date(9999, 12, 31)
_NO_CHARACTER = re.compile("[\ufffe\uffff]")


def safe_text(text: str) -> str:
    """Return a text with an apostrophe before it where it begins as a formula does."""
    return f"'{text}" if re.match(_FORMULA, text) else text


def safe(answer: pa.Table) -> pa.Table:
    """Return an answer whose texts, and names of columns, no spreadsheet takes for formulas; numbers and days stay."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    columns = []
    for column in _with_texts(answer).columns:
        if pa.types.is_string(column.type):
            is_formula = pc.match_substring_regex(column, _FORMULA)
            column = pc.if_else(is_formula, pc.binary_join_element_wise("'", column, ""), column)  # noqa: PLW2901
        columns.append(column)
    return pa.table(columns, names=[safe_text(name) for name in answer.column_names])


def write_xlsx(answer: pa.Table, target: Path | IO[bytes]) -> None:
    """Write an answer as a workbook of one sheet, to a file or its path: numbers, days and truths as such, all else as text, never as a formula or a link.

    Raises
    ------
    ParameterError
        If xlsxwriter is not there, or the answer has more rows, columns or characters in a cell than a sheet can have.
    """
    try:
        import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy, and optional
    except ImportError:
        raise ParameterError("to write xlsx, install: pip install 'martlet[excel]'") from None

    if answer.num_rows >= _ROWS or answer.num_columns > _COLUMNS:
        raise ParameterError(
            f"the answer has {answer.num_rows:,} rows and {answer.num_columns:,} columns, but a sheet holds at most {_ROWS - 1:,} and "
            f"{_COLUMNS:,}; write csv or parquet, or fewer with --limit"
        )
    given = _with_texts(answer)
    plain = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(target, plain) as book:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet("answer")
        for place, name in enumerate(answer.column_names):
            sheet.write_string(0, place, _cell_text(name, name, 0))
        row = 0
        for batch in given.to_batches(max_chunksize=_BATCH_ROWS):
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                row += 1
                for place, value in enumerate(values):
                    _write(sheet, (row, place), value, answer.column_names[place], moment)


def _write(sheet: Any, cell: tuple[int, int], value: Any, name: str, moment: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(*cell, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(*cell, value, moment)
    elif isinstance(value, date):
        sheet.write_datetime(*cell, value)
    elif not isinstance(value, str) and _fits(value):
        sheet.write_number(*cell, value)
    else:
        sheet.write_string(*cell, _cell_text(str(value), name, cell[0]))


def _fits(value: float | Decimal) -> bool:
    digits = len(value.normalize().as_tuple().digits) if isinstance(value, Decimal) else 0
    return -_LARGEST < value < _LARGEST and digits <= _DIGITS


def _cell_text(text: str, name: str, row: int) -> str:
    if len(text.encode("utf-16-le")) > 2 * _CHARACTERS:
        raise ParameterError(
            f"{name} has a text of {len(text):,} characters in row {row:,} of the answer, but a cell of a workbook holds {_CHARACTERS:,}; "
            "write csv or parquet, or cut it with left(text, n)"
        )
    # A workbook writes so what XML can't hold.
    return _NO_CHARACTER.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _with_texts(answer: pa.Table) -> pa.Table:
    """Return the answer with everything as text, in DuckDB's words, that is no number, truth, or day that a sheet can hold."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    columns = list(answer.columns)
    others = [place for place, column in enumerate(columns) if not _stays(column)]
    if others:
        names = [f"c{place}" for place in others]
        with answering(answer.select(others).rename_columns(names)) as connection:
            texts = connection.sql(
                f"SELECT {', '.join(f'CAST({name} AS VARCHAR)' for name in names)} FROM answer"
            ).to_arrow_table()
        for place, column in zip(others, texts.columns, strict=True):
            columns[place] = column.cast(pa.string())
    return pa.table(columns, names=[str(place) for place in range(len(columns))])


def _stays(column: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy
    import pyarrow.types as kinds  # noqa: PLC0415 - heavy

    kind = column.type
    if kinds.is_date(kind) or (kinds.is_timestamp(kind) and kind.tz is None):
        found = pc.min_max(column)
        try:
            first, last = found["min"].as_py(), found["max"].as_py()
        except (OverflowError, ValueError):
            return False
        return first is None or (_day(first) >= _FIRST and _day(last) <= _LAST)
    return bool(
        kinds.is_boolean(kind)
        or kinds.is_integer(kind)
        or kinds.is_floating(kind)
        or kinds.is_decimal(kind)
        or kinds.is_string(kind)
    )


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
