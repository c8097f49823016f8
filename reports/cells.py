"""Rows of an answer as people read them: which columns, and each value rounded to what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.shares import shares_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["Column", "Rows", "change", "money_in_short", "rows_of", "value_in"]

_NAMES: Final = ("id", "key", "year", "hour")
_THOUSAND: Final = 1000
_MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Column:
    """A column: its name in words, and whether it holds numbers."""

    title: str
    is_number: bool


@dataclass(frozen=True)
class Rows:
    """The first rows as texts, and how many are left out."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    left_out: int


def rows_of(table: pa.Table, columns: Sequence[str], most: int) -> Rows:
    """Return the first rows of some columns."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and there when there is a table

    kinds = [table.schema.field(name).type for name in columns]
    numbers = [
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) for kind in kinds
    ]
    values = table.select(list(columns)).slice(0, most).to_pylist()
    shares = shares_of(table)
    rows = [[_text(name, row[name], is_share=name in shares) for name in columns] for row in values]
    heads = [
        Column(name.replace("_", " "), is_number) for name, is_number in zip(columns, numbers, strict=True)
    ]
    return Rows(heads, rows, table.num_rows - len(rows))


def _text(name: str, value: Any, *, is_share: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return f"{100 * value:.1f} %" if is_share else _number(name, value)
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == datetime.min.time() else f"{value:%Y-%m-%d %H:%M}"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _number(name: str, value: float | Decimal) -> str:
    if isinstance(value, int):
        return str(value) if name.endswith(_NAMES) else f"{value:,}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.4g}"


def value_in(unit: str, value: Any) -> str:
    """Return a key figure in its unit: money, count, fraction or ratio."""
    if value is None:
        return "not known"
    number = float(value)
    if unit == "money":
        return f"{number:,.0f}" if abs(number) >= _THOUSAND else f"{number:,.2f}"
    if unit == "count":
        return f"{number:,.0f}"
    if unit == "fraction":
        return f"{100 * number:.1f} %"
    return f"{number:,.2f}"


def change(value: Any) -> str:
    """Return a relative change with its sign."""
    if value is None:
        return "not known"
    text = f"{100 * float(value):+.1f} %".replace("-", "\N{MINUS SIGN}")
    return "0.0 %" if text[1:] == "0.0 %" else text


def money_in_short(value: float) -> str:
    """Return money to about three digits, which is more than an estimate knows."""
    if abs(value) >= _MILLION:
        return f"{value / _MILLION:,.2f} million"
    if abs(value) >= 10 * _THOUSAND:
        return f"{round(value, -2):,.0f}"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.2f}"  # noqa: PLR2004 - below ten cents count
