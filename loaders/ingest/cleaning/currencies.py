"""Currencies: signs that several of them share, and rates by which amounts of others become the company's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine.errors import IngestError
from martlet.engine.paths import refuse_special

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SHARED_SIGNS", "Rates"]

# What a sign is read as, and what else it may stand for.
SHARED_SIGNS: Final = {
    "USD": ("AUD", "BND", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD", "ARS", "CLP", "COP"),
    "JPY": ("CNY",),
    "INR": ("PKR", "LKR", "NPR"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "Kr": ("SEK", "NOK", "DKK", "ISK"),
}
# Banks publish no rates on holidays: the last before them holds, for so many days.
_LASTS_DAYS: Final = 7


@dataclass(frozen=True)
class Rates:
    """What one unit of a currency came to in the company's own, by day; `digest` tells one table of rates from another."""

    table: pl.DataFrame
    digest: str

    @classmethod
    def read(cls, path: Path) -> Rates:
        """Read a CSV file with the columns date, currency and rate.

        Raises
        ------
        IngestError
            If there is no such file, or a column or a cell isn't what it should be.
        """
        refuse_special(path, IngestError)
        try:
            content = path.read_bytes()
            cells = pl.read_csv(content, infer_schema=False)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise IngestError(f"{path} can't be read as a CSV file of rates: {error}") from error
        cells = cells.rename({name: name.strip().lower() for name in cells.columns})
        lacking = [name for name in ("date", "currency", "rate") if name not in cells.columns]
        if lacking:
            raise IngestError(
                f"{path.name} has no column {lacking[0]}; rates are a CSV file with the columns date, currency and rate"
            )
        table = cells.select(
            day=pl.col("date").str.strip_chars().str.to_date("%Y-%m-%d", strict=False),
            code=pl.col("currency").str.strip_chars().str.to_uppercase(),
            rate=pl.col("rate").str.strip_chars().cast(pl.Float64, strict=False),
        )
        wrong = table.with_row_index("row", 1).filter(
            pl.any_horizontal(pl.all().is_null()) | (pl.col("rate") <= 0)
        )
        if wrong.height:
            raise IngestError(
                f"{path.name}, row {wrong['row'][0]}: a rate is a date such as 2024-03-01, a currency such as EUR, "
                "and what one unit of it comes to in the company's currency, such as 1.0845"
            )
        return cls(
            table.unique(["day", "code"], keep="last").sort("day"), hashlib.sha256(content).hexdigest()
        )

    def converted(self, values: pl.Series, codes: pl.Series, days: pl.Series) -> pl.Series:
        """Return amounts of other currencies in the company's, by the rate of their day; NULL where there is none."""
        frame = pl.DataFrame({"value": values, "code": codes, "day": days.cast(pl.Date)}).with_row_index(
            "place"
        )
        wanted = frame.filter(pl.col("code").is_not_null() & pl.col("day").is_not_null()).sort("day")
        found = wanted.join_asof(
            self.table, on="day", by="code", tolerance=f"{_LASTS_DAYS}d", check_sortedness=False
        )
        places = values.dtype.scale if isinstance(values.dtype, pl.Decimal) else 6
        made = found.select("place", made=(pl.col("value").cast(pl.Float64) * pl.col("rate")).round(places))
        joined = frame.join(made, on="place", how="left", maintain_order="left")
        # What doesn't fit stays an amount of another currency.
        return joined["made"].cast(values.dtype, strict=False)
