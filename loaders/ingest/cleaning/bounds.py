"""Values that can't be true: outside the bounds of a field, or known to stand for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Bounds"]


@dataclass(frozen=True)
class Bounds:
    """What a value of a field must keep to; `low` and `high` are included.

    Attributes
    ----------
    low, high
        Bounds of numbers.
    oldest, newest
        Bounds of dates, or of years, made of a field's years before the day of the load.
    never
        Numbers within the bounds that are known to stand for nothing.
    """

    low: float | None = None
    high: float | None = None
    oldest: date | None = None
    newest: date | None = None
    never: tuple[float, ...] = ()

    def problems(self, values: pl.Series) -> pl.Series | None:
        """Return what is impossible about each value, in words, or NULL; None if all are possible."""
        is_date = values.dtype in (pl.Date, pl.Datetime("us"))
        if not is_date and not values.dtype.is_numeric():
            return None
        cell = pl.col("value")
        found: list[pl.Expr] = []
        if is_date:
            shown = cell.dt.date().cast(pl.String)
            found += _outside(cell.dt.date(), shown, self.oldest, self.newest)
        else:
            # An amount has two decimals more than people write.
            shown = cell.cast(pl.String).str.replace(r"(\.\d\d)00$", "${1}")
            years = (self.oldest.year if self.oldest else None, self.newest.year if self.newest else None)
            if values.dtype == pl.Decimal:
                found += _outside(cell, shown, _exact(self.low), _exact(self.high))
                never = cell.is_in(
                    pl.Series([Decimal(str(v)) for v in self.never], dtype=values.dtype).implode()
                )
            else:
                found += _outside(cell, shown, self.low, self.high) + _outside(cell, shown, *years)
                never = cell.cast(pl.Float64).is_in(pl.Series(self.never, dtype=pl.Float64).implode())
            if self.never:
                found.append(pl.when(never).then(pl.format("impossible value: {} stands for nothing", shown)))
        if not found:
            return None
        problems = pl.DataFrame({"value": values}).select(pl.coalesce(found)).to_series()
        return problems if problems.null_count() < len(problems) else None


def _exact(bound: float | None) -> Decimal | None:
    return None if bound is None else Decimal(str(bound))


def _outside(
    value: pl.Expr, shown: pl.Expr, low: float | Decimal | date | None, high: float | Decimal | date | None
) -> list[pl.Expr]:
    found: list[pl.Expr] = []
    if low is not None:
        # An amount below nothing is mostly a refund, and deserves a name of its own.
        word = "negative amount" if low == 0 and isinstance(low, Decimal) else "impossible value"
        found.append(pl.when(value < pl.lit(low)).then(pl.format(f"{word}: {{}} is less than {low}", shown)))
    if high is not None:
        found.append(
            pl.when(value > pl.lit(high)).then(
                pl.format(f"impossible value: {{}} is more than {high}", shown)
            )
        )
    return found
