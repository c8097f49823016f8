"""From arrays to Polars frames of the warehouse's types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["NEVER", "date_keys", "dates", "keys", "micros", "money", "optional", "texts", "times", "words"]

# A moment that did not come: NULL in a frame, and later than any other in a comparison.
NEVER: Final = 1 << 62
_MICRO: Final = 1_000_000


def keys(values: Ints) -> pl.Series:
    """Return dimension keys or counts as Int32."""
    return pl.Series(values.astype(np.int32))


def times(at: Ints) -> pl.Series:
    """Return seconds from 1970 as timestamps; `NEVER` is NULL."""
    missing = at == NEVER
    if not missing.any():
        return pl.Series(at * _MICRO).cast(pl.Datetime("us"))
    return optional(pl.Series(np.where(missing, 0, at) * _MICRO).cast(pl.Datetime("us")), ~missing)


def dates(at: Ints) -> pl.Series:
    """Return the days of seconds from 1970."""
    return pl.Series((at // DAY).astype(np.int32)).cast(pl.Date)


def date_keys(at: Ints) -> pl.Series:
    """Return the days of seconds from 1970 as yyyymmdd."""
    if not at.size:
        return pl.Series([], dtype=pl.Int32)
    day = at // DAY
    low = int(day.min())
    table = np.arange(low, int(day.max()) + 1).astype("datetime64[D]")
    month = table.astype("datetime64[M]")
    year = table.astype("datetime64[Y]").astype(np.int64) + 1970
    number = month.astype(np.int64) % 12 + 1
    day_of_month = (table - month).astype(np.int64) + 1
    return pl.Series((year * 10_000 + number * 100 + day_of_month).astype(np.int32)[day - low])


def money(cents: Ints) -> pl.Series:
    """Return whole cents as DECIMAL(18, 2), exactly."""
    return (pl.Series(cents) / 100).cast(pl.Decimal(18, 2))


def micros(millionths: Ints) -> pl.Series:
    """Return whole millionths of the currency as DECIMAL(18, 6), exactly."""
    return (pl.Series(millionths) / _MICRO).cast(pl.Decimal(18, 6))


def words(codes: Ints, names: tuple[str, ...] | list[str]) -> pl.Series:
    """Return codes as words of an enumeration; a negative code is NULL."""
    enum = pl.Enum(names)
    width = np.uint8 if len(names) <= 250 else np.uint32  # noqa: PLR2004  (what a byte holds)
    found = pl.Series(np.where(codes < 0, 0, codes).astype(width)).cat.to(enum)
    missing = codes < 0
    if missing.any():
        return optional(found, ~missing)
    return found


def texts(codes: Ints, names: list[str]) -> pl.Series:
    """Return codes as text, for names that need not be distinct; a negative code is NULL."""
    found = pl.Series(names, dtype=pl.String).gather(np.where(codes < 0, 0, codes))
    return optional(found, codes >= 0)


def optional(values: pl.Series, present: Bools) -> pl.Series:
    """Return the values, NULL where not `present`."""
    return values.zip_with(pl.Series(present), pl.Series([None], dtype=values.dtype))
