"""Which reader a field has, from its type and from what the profile says of the column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from martlet.loaders.ingest.cleaning.bounds import Bounds
from martlet.loaders.ingest.cleaning.dates import DateReader
from martlet.loaders.ingest.cleaning.numbers import NumberReader
from martlet.loaders.ingest.cleaning.paths import PathReader
from martlet.loaders.ingest.cleaning.spellings import BoolReader, WordReader
from martlet.loaders.ingest.cleaning.texts import EmailReader, IdReader, PhoneReader, TextReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from martlet.loaders.ingest.cleaning.parser import Reader
    from martlet.loaders.ingest.entity import Field
    from martlet.loaders.ingest.profile import Column
    from martlet.loaders.ingest.types import DateOrder, FieldType

__all__ = ["STAGED", "bounds", "constant", "reader", "staged_as"]

# How values of each type are staged.
STAGED: Final[dict[FieldType, pl.DataType]] = {
    **dict.fromkeys(("id", "text", "word", "name", "email", "phone", "url", "path"), pl.String()),
    "money": pl.Decimal(18, 2),
    "number": pl.Float64(),
    "share": pl.Float64(),
    "count": pl.Int64(),
    "year": pl.Int64(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
    "bool": pl.Boolean(),
}

_SIMPLE: Final[dict[FieldType, Callable[[], Reader]]] = {
    "bool": BoolReader,
    "id": IdReader,
    "email": EmailReader,
    "phone": PhoneReader,
}


def reader(
    field: Field, column: Column | None, *, is_numeric: bool = False, date_order: DateOrder | None = None
) -> Reader:
    """Return the reader of a field.

    Parameters
    ----------
    field, column
        The field, and the column that feeds it; None for what the profile itself says.
    is_numeric
        Whether the file itself declares the column as numbers, so that a point is its decimal mark.
    date_order
        Order of day, month and year where the column declares none.
    """
    kind = field.type
    if kind in ("money", "number", "share", "count", "year"):
        decimal = "." if is_numeric or column is None else column.decimal
        unit = column.unit if column else "units"
        return NumberReader(kind, decimal=decimal, unit=unit, decimals=field.decimals)
    if kind in ("date", "timestamp"):
        is_bounded = field.max_years_ago is not None or column is None
        order = (column.dates if column else None) or date_order
        return DateReader(kind, order=order, zone=column.zone if column else "", bounded=is_bounded)
    if kind == "path":
        return PathReader(column.steps if column else None)
    if kind == "word":
        return WordReader(field.words, is_open=field.is_open, other=field.other)
    simple = _SIMPLE.get(kind)
    return simple() if simple else TextReader(column.case if column else None)


def staged_as(field: Field) -> pl.DataType:
    """Return the type in which values of a field are staged."""
    return pl.Decimal(18, field.decimals) if field.type == "money" else STAGED[field.type]


def bounds(field: Field, column: Column, as_of: date | None) -> Bounds:
    """Return the bounds of a field fed by a column: the narrower of theirs."""
    lows = [bound for bound in (field.min, column.min) if bound is not None]
    highs = [bound for bound in (field.max, column.max) if bound is not None]
    return Bounds(
        low=max(lows, default=None),
        high=min(highs, default=None),
        oldest=_before(as_of, field.max_years_ago),
        newest=_before(as_of, field.min_years_ago),
        never=(*field.impossible, *column.impossible),
    )


def constant(text: str, field: Field) -> tuple[Any, str | None]:
    """Return what a profile's own text means for a field, and what is wrong with it or None."""
    given = reader(field, None).read(pl.Series("text", [text], dtype=pl.String))
    return given.values[0], None if given.problems is None else given.problems[0]


def _before(as_of: date | None, years: int | None) -> date | None:
    if as_of is None or years is None:
        return None
    # Not every year has a 29th of February.
    day = min(as_of.day, 28) if as_of.month == 2 else as_of.day  # noqa: PLR2004
    return as_of.replace(year=max(1, as_of.year - years), day=day)
