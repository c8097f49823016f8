"""Rows of an answer as JSON has them, and what kind of scale each column needs."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Scale", "exact_format", "label_of", "number_format", "rows_of", "scale_of"]

Scale = Literal["nominal", "quantitative", "temporal"]


def rows_of(table: pa.Table, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the columns named as a list of rows that JSON can hold; what is no number becomes NULL."""
    return [
        {name: _value(value) for name, value in row.items()}
        for row in table.select(list(dict.fromkeys(names))).to_pylist()
    ]


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def scale_of(table: pa.Table, name: str) -> Scale:
    """Return the scale of a column by its type."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and there when there is a table

    kind = table.schema.field(name).type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "temporal"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "quantitative"
    return "nominal"


def label_of(name: str) -> str:
    """Return the name of a column as words."""
    return name.replace("_", " ")


def number_format(rows: list[dict[str, Any]], names: tuple[str, ...], shares: frozenset[str]) -> str:
    """Return how numbers of these columns are written: shares as percent, others shortened to what counts."""
    values = [abs(row[name]) for row in rows for name in names if isinstance(row[name], (int, float))]
    most = max(values, default=0)
    if shares.issuperset(names):
        return ".0%" if most > 0.1 else ".1%"  # noqa: PLR2004 - below a tenth a digit more tells bars apart
    if most >= 10_000:  # noqa: PLR2004 - from there on thousands are k
        return ".3~s"
    return ",d" if all(value == int(value) for value in values) else ",.3~r"


def exact_format(short: str) -> str:
    """Return how a number is written where there is more room than for the short format."""
    return ".1%" if short.endswith("%") else ",.0f" if short in (",d", ".3~s") else ",.4~r"
