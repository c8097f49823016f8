"""What can be bought when: products come and go, and shelves run empty, by calendar weeks and for all customers alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company._clock import dates_of_weeks, weeks
from martlet.loaders.company._ids import TOUCHES
from martlet.loaders.company.prices import weekly_prices
from martlet.loaders.company.seasons import months

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.products import Products
    from martlet.loaders.company.streams import Streams

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Assortment", "Choice"]


@dataclass(frozen=True)
class Choice:
    """How often products are taken in each week by people of each style, against each other.

    `line` are the sums of all before each product, of 1 in all: of the first week for each style in turn and then for everybody,
    of the next, and so on; each of these takes up a unit of the line, and `width` places.
    """

    line: Floats
    width: int
    styles: int

    @classmethod
    def of(cls, weights: Floats, fit: Floats) -> Choice:
        """Choose by `weights`, by week and product, times `fit`, by style and product."""
        weeks, products = weights.shape
        running = np.zeros((weeks, len(fit) + 1, products + 1))
        np.cumsum(weights[:, None, :] * fit, axis=2, out=running[:, :-1, 1:])
        np.cumsum(weights, axis=1, out=running[:, -1, 1:])
        running /= running[:, :, -1:]
        # Everybody takes what the styles take on average.
        line = running.reshape(-1, products + 1)
        line += np.arange(len(line))[:, None]
        return cls(line.ravel(), products + 1, len(fit) + 1)

    def pick(self, uniform: Floats, week: Ints, style: Ints | int, low: Ints, high: Ints) -> Ints:
        """Return one of the products from `low` to `high` (exclusive) for each number; `low` where none of them is there.

        A `style` of -1 is everybody's.
        """
        row = week * self.styles + style % self.styles
        first = row * self.width
        begins = self.line[first + low]
        value = begins + uniform * (self.line[first + high] - begins)
        found = np.searchsorted(self.line, value, side="right") - 1 - first
        picked: Ints = np.clip(found, low, high - 1)
        return picked


@dataclass(frozen=True)
class Assortment:
    """By week (from `first_week`, in weeks from 1970) and product: whether it is offered, whether it is out of stock, its list price.

    Visitors look at products as `seen` says; buyers want those of `wanted`, and where the shelf is empty take one of `stocked`.
    `sold` is the product in stock nearest in price of the same category, itself if it is there. The first product of a
    category is always there, lest there be nothing to sell.
    """

    first_week: int
    offered: Bools
    out: Bools
    price: Ints
    sold: Ints
    seen: Choice
    wanted: Choice
    stocked: Choice

    @classmethod
    def of(cls, preset: Preset, streams: Streams, products: Products, start: int, until: int) -> Assortment:
        """Plan the weeks from `start` to `until`, in seconds, and those that orders and supplies look ahead."""
        stock = preset.stock
        first, last = int(weeks(start)), int(weeks(until)) + stock.warning_weeks + stock.shortage_weeks
        week = np.arange(first, last + 1, dtype=np.int64)[:, None]
        offered = (week >= weeks(products.launched)) & (week < weeks(products.retired))
        # A shelf that was full needs its time to run low.
        since = np.maximum(weeks(products.launched), first) + stock.warning_weeks
        ids = np.arange(products.price.size, dtype=np.int64) * TOUCHES + week
        starts = (streams.uniform("stock/shortage", ids) < stock.shortage) & (week >= since)
        length = 1 + (streams.uniform("stock/weeks", ids) * stock.shortage_weeks).astype(np.int64)
        out = np.zeros_like(offered)
        for after in range(stock.shortage_weeks):
            out[after:] |= (starts & (length > after))[: out.shape[0] - after]
        offered[:, products.first] = True
        out[:, products.first] = False
        out &= offered
        price = weekly_prices(preset, streams, products, week)
        seen = offered * products.appeal * products.season[:, months(dates_of_weeks(week[:, 0]))].T
        elasticity = np.array([entry.elasticity for entry in preset.categories])[products.category]
        wanted = seen * np.exp(preset.catalogue.quality_sales * products.quality)
        wanted *= (price / products.price) ** (preset.catalogue.price_choice * elasticity)
        own = np.arange(len(preset.taste.styles))[:, None] == products.style
        fit = np.exp(preset.taste.pull * own)
        return cls(
            first_week=first,
            offered=offered,
            out=out,
            price=price,
            sold=_stand_ins(products, offered & ~out),
            seen=Choice.of(seen, fit),
            wanted=Choice.of(wanted, fit),
            stocked=Choice.of(wanted * ~out, fit),
        )

    def week_of(self, at: Ints) -> Ints:
        """Return the row of the tables for timestamps, kept within what is planned."""
        return np.clip(weeks(at) - self.first_week, 0, self.offered.shape[0] - 1)

    def buy(self, uniform: Floats, week: Ints, style: Ints, low: Ints, high: Ints) -> tuple[Ints, Bools]:
        """Return what people of a style buy of the products from `low` to `high` (exclusive), and whether another one was wanted but out."""
        wanted = self.wanted.pick(uniform, week, style, low, high)
        missed = self.out[week, wanted]
        bought = wanted.copy()
        rows = np.flatnonzero(missed)
        bought[rows] = self.stocked.pick(uniform[rows], week[rows], style[rows], low[rows], high[rows])
        return self.sold[week, bought], missed


def _stand_ins(products: Products, present: Bools) -> Ints:
    """Return, by week and product, the product itself if present, else the nearest present one in the order of prices."""
    found = np.empty(present.shape, dtype=np.int64)
    for first, size in zip(products.first, products.sizes, strict=True):
        own = np.arange(size, dtype=np.int64)
        there = present[:, first : first + size]
        below = np.maximum.accumulate(np.where(there, own, -size), axis=1)
        above = np.minimum.accumulate(np.where(there, own, 2 * size)[:, ::-1], axis=1)[:, ::-1]
        found[:, first : first + size] = first + np.where(own - below <= above - own, below, above)
    return found
