"""List prices, which change now and then: each product's in a week of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company._clock import dates_of_weeks, weeks
from martlet.loaders.company._frames import NEVER, dates, keys, money, optional
from martlet.loaders.company._ids import TOUCHES
from martlet.loaders.company.products import price_endings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.products import Products
    from martlet.loaders.company.streams import Streams
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]

__all__ = ["price_frame", "prices_now", "weekly_prices"]

_CENTS = 100


def weekly_prices(preset: Preset, streams: Streams, products: Products, week: Ints) -> Ints:
    """Return the list prices in cents, by `week` (a column of weeks from 1970) and product.

    A price holds for so many weeks; it is the usual one or differs from that by one of the changes.
    """
    shop = preset.catalogue
    index = np.arange(products.price.size, dtype=np.int64)
    shift = (streams.uniform("product/price-week", index) * shop.price_weeks).astype(np.int64)
    ids = index * TOUCHES + (week + shift) // shop.price_weeks
    which = (streams.uniform("product/price-change", ids) * len(shop.price_changes)).astype(np.int64)
    whole = np.floor(products.price * (1 + np.asarray(shop.price_changes)[which]) / _CENTS)
    price = whole.astype(np.int64) * _CENTS + price_endings(preset, streams, ids)
    differs = (streams.uniform("product/price-differs", ids) < shop.price_change) & (price > products.cost)
    return np.where(differs, price, products.price)


def prices_now(world: World) -> Ints:
    """Return the list prices on the last day of the data, or when the product was last offered before it."""
    plan, products = world.assortment, world.products
    last = np.minimum(weeks(products.retired), weeks(world.until_at - 1) + 1) - 1 - plan.first_week
    price: Ints = plan.price[np.maximum(last, 0), np.arange(last.size)]
    return price


def price_frame(world: World) -> pl.DataFrame:
    """Return the rows of `star.fact_price`: list prices in the data, while the product is offered."""
    plan, products = world.assortment, world.products
    first = max(int(weeks(world.start_at)) - plan.first_week, 0)
    last = int(weeks(world.until_at - 1)) - plan.first_week + 1
    price, offered = plan.price[first:last], plan.offered[first:last]
    same = np.zeros_like(offered)
    same[1:] = (price[1:] == price[:-1]) & offered[1:] & offered[:-1]
    product, row = np.nonzero((offered & ~same).T)
    begins = np.maximum(dates_of_weeks(row + first + plan.first_week), world.start_at)
    follows = np.append(product[1:] == product[:-1], False)[: product.size]
    ends = np.where(follows, np.append(begins[1:], 0)[: begins.size], NEVER)
    gone = ~follows & (products.retired[product] < world.until_at)
    ends = np.where(gone, products.retired[product], ends)
    return pl.DataFrame(
        {
            "product_key": keys(product + 1),
            "valid_from": dates(begins),
            "valid_to": optional(dates(np.where(ends == NEVER, 0, ends)), ends != NEVER),
            "list_price": money(price[row, product]),
        }
    )
