"""The values of an answer as a person wants to read them: numbers aligned and grouped, moments without empty digits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from martlet.engine.tables.answers import answering

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["Column", "columns_of", "visible"]

# Integers that name rather than count are not grouped: 20260131 is a day, not twenty million.
_NAMING = ("_key", "_id", "_number", "year", "_version")
_MIDNIGHT = " 00:00:00"
# Beyond it a double has no exact units any more.
_EXACT = 1e15
# Controls could move the cursor or recolour the terminal of whoever looks at data that a stranger wrote.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_CONTROLS |= {ord("\n"): " ", ord("\r"): " ", ord("\t"): " ", 0x2028: " ", 0x2029: " "}
_CONTROLS |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "")


@dataclass(frozen=True)
class Column:
    """A column as text; None is NULL."""

    name: str
    texts: list[str | None]
    is_number: bool


def visible(text: str) -> str:
    """Return text of unknown origin on one line, with control characters written out."""
    return text.translate(_CONTROLS)


def columns_of(table: pa.Table) -> list[Column]:
    """Return the columns of an answer as text."""
    import pyarrow.types as kinds  # noqa: PLC0415 - heavy

    found: list[Column | None] = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if kinds.is_integer(column.type):
            found.append(Column(name, _integers(name, column.to_pylist()), is_number=True))
        elif kinds.is_decimal(column.type):
            texts = [_decimal(value, column.type.scale) for value in column.to_pylist()]
            found.append(Column(name, texts, is_number=True))
        elif kinds.is_floating(column.type):
            found.append(Column(name, _floats(column.to_pylist()), is_number=True))
        else:
            found.append(None)
    others = iter(_others(table, [place for place, column in enumerate(found) if column is None]))
    return [column or next(others) for column in found]


def _integers(name: str, values: Sequence[int | None]) -> list[str | None]:
    pattern = "{}" if name.lower().endswith(_NAMING) else "{:,}"
    return [None if value is None else pattern.format(value) for value in values]


def _decimal(value: Any, scale: int) -> str | None:
    return None if value is None else f"{value:,.{max(scale, 0)}f}"


def _floats(values: Sequence[float | None]) -> list[str | None]:
    """Write all numbers of a column with the same number of decimals, as many as its largest one deserves and needs.

    A number of which less than two digits would be left then has its first three.
    """
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value)]
    largest = max(sizes, default=0.0)
    if all(size.is_integer() for size in sizes) and largest < _EXACT:
        pattern = "{:,.0f}"
    elif not 1e-3 <= largest < _EXACT:  # noqa: PLR2004 - where decimals would all be zeros, or all be noise
        pattern = "{:.4g}"
    else:
        decimals = next(d for bound, d in ((1e1, 2), (1.0, 3), (0.0, 4)) if largest >= bound)
        while decimals > 1 and all(round(size, decimals - 1) == size for size in sizes):
            decimals -= 1
        pattern = f"{{:,.{decimals}f}}"
        return [
            None
            if value is None
            else f"{value:.3g}"
            if 0 < abs(value) < 10 ** (1 - decimals)
            else pattern.format(value)
            for value in values
        ]
    return [None if value is None else pattern.format(value) for value in values]


def _others(table: pa.Table, places: list[int]) -> list[Column]:
    """Let DuckDB write all that is no number."""
    if not places:
        return []
    names = [table.column_names[place] for place in places]
    with answering(table.select(places).rename_columns([f"c{place}" for place in places])) as connection:
        casts = ", ".join(f"CAST(c{place} AS VARCHAR)" for place in places)
        rows = connection.execute(f"SELECT {casts} FROM answer").fetchall()
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return [
        Column(name, _cleaned(list(texts)), is_number=False)
        for name, texts in zip(names, columns, strict=True)
    ]


def _cleaned(texts: list[str | None]) -> list[str | None]:
    """Make texts safe to print, and moments that are all midnights into days."""
    given = [text for text in texts if text is not None]
    if given and all(text.endswith(_MIDNIGHT) for text in given):
        texts = [text and text.removesuffix(_MIDNIGHT) for text in texts]
    return [text if text is None else visible(text) for text in texts]
