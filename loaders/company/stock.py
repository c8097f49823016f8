"""The shelves: what was received, sold and left, by product and week; and when they were planned to be empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, dates_of_weeks, weeks
from martlet.loaders.company._frames import date_keys, dates, keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.block_totals import BlockTotals
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["inventory_frame", "stock_out_frame"]


def inventory_frame(world: World, totals: BlockTotals) -> pl.DataFrame:
    """Return the rows of `star.fact_inventory`: the weeks of the data in which a product is offered, or still sold.

    Reordered below so many weeks of recent sales, up to so many. Before a planned shortage the supplier delivers by the
    piece, so that the shelf runs low; when it begins, what is left goes back to the supplier (DECISIONS, D-021). What customers send back
    during a shortage waits for its end.
    """
    stock, plan = world.preset.stock, world.assortment
    last = int(weeks(world.until_at - 1)) - plan.first_week
    products, total = world.products.price.size, last + 1
    sold = np.zeros((total, products), dtype=np.int64)
    back = np.zeros_like(sold)
    units = totals.units.fill_null(0)
    row = units["week"].to_numpy() - plan.first_week
    sold[row, units["product"].to_numpy()] = units["sold"].to_numpy()
    back[row, units["product"].to_numpy()] = units["restocked"].to_numpy()
    ahead = _weeks_to_shortage(plan.out)
    on_hand = np.zeros(products, dtype=np.int64)
    waiting = np.zeros(products, dtype=np.int64)
    pace = np.full(products, _first_pace(world, sold))
    was_offered = np.zeros(products, dtype=bool)
    received, left = np.zeros_like(sold), np.zeros_like(sold)
    for week in range(total):
        offered, out = plan.offered[week], plan.out[week]
        returned = np.where(out, 0, back[week] + waiting)
        waiting = np.where(out, back[week] + waiting, 0)
        pace = np.where(was_offered, pace, _of_category(world, pace, was_offered))
        level = np.ceil(pace * stock.cover_weeks)
        level = np.where(was_offered, level, np.maximum(level, stock.first_units))
        warned = ahead[week] <= stock.warning_weeks
        level = np.where(warned, np.minimum(level, ahead[week] > 1), level).astype(np.int64)
        rest = on_hand + returned - sold[week]
        low = np.where(warned, level, np.maximum(pace * stock.reorder_weeks, 1))
        wanted = np.where(offered & ~out & (~was_offered | (rest < low)), np.maximum(level - rest, 0), 0)
        short = np.maximum(-rest - wanted, 0)
        taken_back = np.where(out, np.maximum(rest, 0), 0)
        received[week] = returned + wanted + short - taken_back
        on_hand = on_hand + received[week] - sold[week]
        left[week] = on_hand
        usual = offered & ~plan.out[week]
        pace = np.where(usual, stock.memory * pace + (1 - stock.memory) * sold[week], pace)
        was_offered |= offered
    kept = plan.offered[:total] | (sold > 0) | (received > 0)
    kept[: _weeks_before(world)] = False
    rows, product = np.nonzero(kept)
    return pl.DataFrame(
        {
            "date_key": date_keys(dates_of_weeks(rows + plan.first_week)),
            "product_key": keys(product + 1),
            "received": keys(received[kept]),
            "sold": keys(sold[kept]),
            "on_hand": keys(left[kept]),
            "is_in_stock": left[kept] > 0,
        }
    )


def _weeks_before(world: World) -> int:
    """Return how many weeks the plan has before the data."""
    return int(weeks(world.start_at)) - world.assortment.first_week


def _first_pace(world: World, sold: Ints) -> float:
    """Return the units of a product that the company expects to sell in the first week: as in those before the data.

    A company that opens with the data expects orders at sign-up, one unit each.
    """
    before = _weeks_before(world)
    if before > 0:
        return float(sold[:before].sum()) / before / world.products.price.size
    new = float(world.growth.forward(world.start_at + 7 * DAY)) * world.scale
    return new * world.preset.orders.first_order_at_sign_up / world.products.price.size


def _of_category(world: World, pace: Floats, was_offered: Bools) -> Floats:
    """Return for each product the mean pace of those of its category that were offered so far."""
    category = world.products.category
    weights = np.where(was_offered, 1.0, 1e-9)
    total = np.bincount(category, weights=weights * pace)
    mean: Floats = (total / np.bincount(category, weights=weights))[category]
    return mean


def _weeks_to_shortage(out: Bools) -> Ints:
    """Return the weeks from each to the next one without stock: 0 in such a week, 1 in the week before it."""
    ahead = np.empty(out.shape, dtype=np.int64)
    distance = np.full(out.shape[1], out.shape[0] + 1, dtype=np.int64)
    for week in range(out.shape[0] - 1, -1, -1):
        distance = np.where(out[week], 0, distance + 1)
        ahead[week] = distance
    return ahead


def stock_out_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.stock_out`: the planned shortages that begin in the data."""
    plan = world.assortment
    out = np.concatenate((np.zeros((1, plan.out.shape[1]), dtype=bool), plan.out))
    week, product = np.nonzero(out[1:] & ~out[:-1])
    last = int(weeks(world.until_at - 1)) - plan.first_week
    inside = (week >= _weeks_before(world)) & (week <= last)
    week, product = week[inside], product[inside]
    length = np.array(
        [np.argmin(np.append(plan.out[w:, p], False)) for w, p in zip(week, product, strict=True)],
        dtype=np.int64,
    )
    at = dates_of_weeks(week + plan.first_week)
    return pl.DataFrame({"product_key": keys(product + 1), "starts_on": dates(at), "weeks": keys(length)})
