"""What can be bought when: products come and go, and shelves run empty, by calendar weeks and for all customers alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company._clock import weeks
from martlet.loaders.company._ids import TOUCHES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.products import Products
    from martlet.loaders.company.streams import Streams

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Assortment"]


@dataclass(frozen=True)
class Assortment:
    """By week (from `first_week`, in weeks from 1970) and product: whether it is offered, and whether it is out of stock.

    `shown` and `sold` give the product that takes the place of another: itself where that is offered, or in stock too, else
    the nearest in price of its category. The first product of a category is always there, lest there be nothing to sell.
    """

    first_week: int
    offered: Bools
    out: Bools
    shown: Ints
    sold: Ints

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
        return cls(first, offered, out, _stand_ins(products, offered), _stand_ins(products, offered & ~out))

    def week_of(self, at: Ints) -> Ints:
        """Return the row of the tables for timestamps, kept within what is planned."""
        return np.clip(weeks(at) - self.first_week, 0, self.offered.shape[0] - 1)


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
