"""Values of typed columns as text; what no calendar, clock or letter can say is told apart, and costs its cell."""

from __future__ import annotations

from typing import Final

import polars as pl

__all__ = ["as_text", "possible"]

_PER_SECOND: Final = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_DAY: Final = 86_400
# The years 1 to 9999 in days since 1970, less what a zone may move, and the longest time that Python counts, in days.
_DATES: Final = (-719_160, 2_932_894)
_LONGEST: Final = 999_999_999
_INT64: Final = (1 << 63) - 1


def as_text(cells: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Return the text of cells of a flat type, and where they hold bytes that are no text, None if nowhere.

    Moments have microseconds, those of a zone are in UTC and marked so. What is out of range becomes text that is neither
    a date nor a number, such as `-1000000000 (out of range)`.
    """
    dtype = cells.dtype
    if isinstance(dtype, pl.Binary):
        return _decoded(cells)
    span = _span(dtype)
    if span is None:
        return cells.cast(pl.String, strict=False), None
    physical = cells.to_physical()
    is_possible = physical.is_between(*span).fill_null(value=True)
    if is_possible.all():
        return _said(cells), None
    frame = pl.DataFrame({"cell": cells, "physical": physical, "fine": is_possible})
    text = _said(frame.select(pl.when("fine").then("cell")).to_series())
    other = pl.format("{} (out of range)", "physical")
    return frame.with_columns(text=text).select(
        pl.when("fine").then("text").otherwise(other)
    ).to_series(), None


def _said(cells: pl.Series) -> pl.Series:
    dtype = cells.dtype
    if isinstance(dtype, pl.Datetime):
        utc = cells.dt.convert_time_zone("UTC") if dtype.time_zone else cells
        form = "%Y-%m-%d %H:%M:%S%.6f" + ("Z" if dtype.time_zone else "")
        return utc.dt.cast_time_unit("us").dt.strftime(form)
    if isinstance(dtype, pl.Duration):
        return cells.dt.to_string()
    return cells.cast(pl.String, strict=False)


def _decoded(cells: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Decode what older programs write without saying that it is text."""
    try:
        return cells.cast(pl.String), None
    except pl.exceptions.ComputeError:
        texts = [None if cell is None else cell.decode(errors="surrogateescape") for cell in cells]
    spoilt = [text is not None and not text.isascii() and _has_lost(text) for text in texts]
    clean = [
        cell.decode(errors="backslashreplace") if bad else text
        for cell, text, bad in zip(cells, texts, spoilt, strict=True)
    ]
    return pl.Series(cells.name, clean, dtype=pl.String), pl.Series(spoilt, dtype=pl.Boolean)


def _has_lost(text: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in text)


def possible(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame that Python can hold: values out of range become text, and nothing where they lie within others."""
    columns = []
    for cells in frame:
        span = _span(cells.dtype)
        if span is not None and not cells.to_physical().is_between(*span).all():
            columns.append(as_text(cells)[0].alias(cells.name))
        elif span is None and _has_span(cells.dtype):
            columns.append(
                frame.select(_within(pl.col(cells.name), cells.dtype).alias(cells.name)).to_series()
            )
        else:
            columns.append(cells)
    return pl.DataFrame(columns)


def _within(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    span = _span(dtype)
    if span is not None:
        return pl.when(cell.to_physical().is_between(*span)).then(cell)
    if not _has_span(dtype):
        return cell
    if isinstance(dtype, pl.Struct):
        fields = [_within(cell.struct.field(name), kind).alias(name) for name, kind in _fields(dtype)]
        return pl.when(cell.is_not_null()).then(pl.struct(fields))
    lists = cell.arr.to_list() if isinstance(dtype, pl.Array) else cell
    return lists.list.eval(_within(pl.element(), _inner(dtype)))


def _has_span(dtype: pl.DataType) -> bool:
    if isinstance(dtype, pl.Struct):
        return any(_has_span(kind) for _, kind in _fields(dtype))
    if isinstance(dtype, pl.List | pl.Array):
        return _has_span(_inner(dtype))
    return _span(dtype) is not None


def _fields(dtype: pl.Struct) -> list[tuple[str, pl.DataType]]:
    return [(name, kind) for name, kind in dtype.to_schema().items() if isinstance(kind, pl.DataType)]


def _inner(dtype: pl.DataType) -> pl.DataType:
    return dtype.inner  # type: ignore[attr-defined,no-any-return]


def _span(dtype: pl.DataType) -> tuple[int, int] | None:
    """Return between which numbers a type's values can be said; None if all can."""
    if isinstance(dtype, pl.Date):
        return _DATES
    if isinstance(dtype, pl.Time):
        return 0, _DAY * _PER_SECOND["ns"] - 1
    if isinstance(dtype, pl.Datetime | pl.Duration):
        unit = _DAY * _PER_SECOND[dtype.time_unit]
        first, last = _DATES if isinstance(dtype, pl.Datetime) else (-_LONGEST, _LONGEST)
        return max(first * unit, -_INT64), min(last * unit, _INT64)
    return None
