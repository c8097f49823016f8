"""Promotions: by how much prices are cut, by category and day, and by which promotion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, EPOCH, dates_of_weeks, occasions, seconds, weeks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.streams import Streams

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Promotions"]

_SEASONAL: Final = "Seasonal sale"
_CUT: Final = "Price cut"
_SCHEMA: Final = {
    "name": pl.String,
    "promotion_type": pl.String,
    "discount": pl.Float64,
    "categories": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
}


@dataclass(frozen=True)
class Promotions:
    """By category and day from the first planned on: the share by which prices are cut, and the key of the promotion, 0 for none.

    `frame` describes all of them, numbered by their first day.
    """

    discount: Floats
    key: Ints
    frame: pl.DataFrame

    @classmethod
    def of(cls, preset: Preset, streams: Streams, first: date, until: date) -> Promotions:
        """Plan the days of [first, until); of overlapping offers the better one holds.

        Beside the promotions of the calendar, prices are cut at random times, which have no season: demand answers to nothing but the price.
        """
        names = [category.name for category in preset.categories]
        plans = _cuts(preset, streams, first, until)
        for begins, ends, number in occasions(preset.promotions, first, until):
            promotion = preset.promotions[number]
            chosen = [names.index(name) for name in promotion.categories] or list(range(len(names)))
            plans.append((begins, ends, f"{promotion.name} {begins.year}", promotion.discount, chosen))
        plans.sort(key=lambda plan: (plan[0], plan[2]))
        days = (until - first).days
        discount, key = np.zeros((len(names), days)), np.zeros((len(names), days), dtype=np.int64)
        rows = []
        for number, (begins, ends, name, share, chosen) in enumerate(plans, 1):
            low, high = max((begins - first).days, 0), min((ends - first).days, days)
            for category in chosen:
                better = share > discount[category, low:high]
                key[category, low:high][better] = number
                discount[category, low:high][better] = share
            is_cut = name.startswith(_CUT)
            told = None if len(chosen) == len(names) else ", ".join(sorted(names[one] for one in chosen))
            rows.append((name, _CUT if is_cut else _SEASONAL, share, told, begins, ends - timedelta(days=1)))
        frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row").with_row_index("promotion_key", 1)
        return cls(discount, key, frame.with_columns(pl.col("promotion_key").cast(pl.Int32)))

    def frame_of(self, first: date, until: date) -> pl.DataFrame:
        """Return the rows of `star.dim_promotion`: what was on at some time in [first, until)."""
        told = self.frame.filter((pl.col("ends_on") >= first) & (pl.col("starts_on") < until))
        return told.with_columns(
            promotion_id=pl.format("PR{}", pl.col("promotion_key").cast(pl.String).str.zfill(4))
        )


def _cuts(
    preset: Preset, streams: Streams, first: date, until: date
) -> list[tuple[date, date, str, float, list[int]]]:
    """Return the price cuts of single categories: first day, day after the last, name, share, the category's position."""
    shop = preset.catalogue
    low = int(weeks(seconds(first))) // shop.price_cut_weeks
    high = int(weeks(seconds(until) - 1)) // shop.price_cut_weeks
    stretch = np.arange(low, high + 1, dtype=np.int64)
    begins = dates_of_weeks(stretch * shop.price_cut_weeks) // DAY
    found = []
    for number, category in enumerate(preset.categories):
        depth = (streams.uniform(f"price/depth/{category.name}", stretch) * len(shop.price_cuts)).astype(
            np.int64
        )
        cut = streams.uniform(f"price/cut/{category.name}", stretch) < shop.price_cut
        for which in np.flatnonzero(cut):
            starts = EPOCH + timedelta(days=int(begins[which]))
            ends = starts + timedelta(days=7 * shop.price_cut_weeks)
            share = shop.price_cuts[int(depth[which])]
            if share > 0:
                name = f"{_CUT} in {category.name} {starts:%Y-%m-%d}"
                found.append((starts, ends, name, share, [number]))
    return found
