"""One row of delimited text to its fields, whatever its quotes do.

Quotes follow RFC 4180: a field that begins with a double quote ends with one, may hold separators and line ends, and
doubles the quotes inside. A quote anywhere else is a character. Spaces around a quoted field are not part of it.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl

__all__ = ["cells_of", "fields", "is_open", "raw_fields", "split_series"]

_QUOTED = r'"[^"]*(?:""[^"]*)*"'


@cache
def _pattern(separator: str, *, prefixed: bool = True) -> str:
    """Return a regular expression, for Rust and for Python, that matches a separator and the field that follows it."""
    if separator == " ":
        field = rf"(?:{_QUOTED}|[^\s]+)"
        return rf"\s+{field}" if prefixed else field
    mark = f"\\x{ord(separator):02x}"
    return rf"{mark}(?: *{_QUOTED}[^{mark}]*|[^{mark}]*)"


def raw_fields(row: str, separator: str) -> list[str]:
    """Split one row into its fields as they are written."""
    if separator == " ":
        return re.findall(_pattern(" ", prefixed=False), row)
    return [field[1:] for field in re.findall(_pattern(separator), separator + row)]


def fields(row: str, separator: str) -> list[str]:
    """Split one row into its cells, trimmed, quotes undone."""
    cells = []
    for raw in raw_fields(row, separator):
        cell = raw.strip()
        if len(cell) > 1 and cell[0] == cell[-1] == '"':
            cell = cell[1:-1].replace('""', '"').strip()
        cells.append(cell)
    return cells


def is_open(row: str, separator: str) -> bool:
    """Tell whether a field begins with a quote that no quote at the field's end closes."""
    begins = (field.strip(" ") for field in raw_fields(row, separator))
    return any(field.startswith('"') and not re.fullmatch(_QUOTED, field) for field in begins)


def split_series(rows: pl.Series, separator: str) -> pl.Series:
    """Split rows into lists of fields as they are written, for `cells_of`."""
    if separator == " ":
        return rows.str.strip_chars().str.extract_all(_pattern(" ", prefixed=False))
    return pl.select(pl.lit(separator) + rows).to_series().str.extract_all(_pattern(separator))


def cells_of(field: pl.Expr, separator: str) -> pl.Expr:
    """Undo the quotes of fields that `split_series` made; others stay as written, with their spaces."""
    written = field if separator == " " else field.str.slice(1)
    trimmed = written.str.strip_chars()
    inner = trimmed.str.strip_prefix('"').str.strip_suffix('"').str.replace_all('""', '"', literal=True)
    is_quoted = trimmed.str.starts_with('"') & trimmed.str.ends_with('"') & (trimmed.str.len_bytes() > 1)
    return pl.when(is_quoted).then(inner).otherwise(written)
