"""What does not change with customers: products, pages, devices and places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, dates_of_weeks, weeks
from martlet.loaders.company._draws import exponential, normal, pick
from martlet.loaders.company._frames import dates, keys, money, words
from martlet.loaders.company.catalogue import product_texts
from martlet.loaders.company.seasons import season_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.library import Library
    from martlet.loaders.company.streams import Streams

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "DEVICE_TYPES",
    "FIXED_PAGES",
    "PAGE_TYPES",
    "Products",
    "device_frame",
    "geography_frame",
    "page_frame",
    "price_endings",
]

DEVICE_TYPES: Final = ["desktop", "mobile", "tablet", "other", "(unknown)"]
PAGE_TYPES: Final = [
    "home",
    "category",
    "product",
    "cart",
    "checkout",
    "confirmation",
    "blog",
    "other",
    "(unknown)",
]
# Keys from 1; the pages of categories follow, then those of products, then posts.
FIXED_PAGES: Final = {
    "home": 1,
    "cart": 2,
    "checkout": 3,
    "confirmation": 4,
    "blog": 5,
    "search": 6,
    "account": 7,
}
_CENTS: Final = 100
_FOREVER: Final = 1 << 40  # seconds; later than any data


@dataclass(frozen=True)
class Products:
    """The products, by index (their key less one), sorted by category and then by usual price; money in cents.

    `noun` is a position among the nouns of the category, `style` in `taste.styles`, `season` a factor by product and month. `appeal` is how often a product
    is looked at, and with `quality` how often it is bought, against others of its price.
    """

    category: Ints
    noun: Ints
    style: Ints
    price: Ints
    cost: Ints
    quality: Floats
    appeal: Floats
    season: Floats
    launched: Ints
    retired: Ints
    companion: Ints
    first: Ints
    sizes: Ints
    frame: pl.DataFrame

    @classmethod
    def of(cls, preset: Preset, streams: Streams, start: int) -> Products:
        """Draw the catalogue of a company that starts at `start`, in seconds from 1970."""
        shop = preset.catalogue
        sizes = np.array([category.products for category in preset.categories], dtype=np.int64)
        index = np.arange(int(sizes.sum()), dtype=np.int64)
        category = np.repeat(np.arange(sizes.size, dtype=np.int64), sizes)
        first = np.cumsum(sizes) - sizes
        noun, price = _nouns_and_prices(preset, streams, category, index - first[category])
        share = np.array([entry.cost_share for entry in preset.categories])[category]
        spread = shop.cost_spread * (2 * streams.uniform("product/cost", index) - 1)
        cheapest = price * (1 + min(0.0, *shop.price_changes))
        cost = np.minimum(np.round(price * np.clip(share + spread, 0, 1)), cheapest).astype(np.int64)
        launched, retired = _lives(preset, streams, index, start)
        seasons = [
            np.array([season_of(preset, entry.season) for entry in category.nouns])
            for category in preset.categories
        ]
        style = _styles(preset, streams, category, index - first[category])
        texts = product_texts(preset, streams, category, noun, style)
        frame = pl.DataFrame(
            {
                "product_key": keys(index + 1),
                "product_id": [f"P{number + 1:05d}" for number in range(index.size)],
                **texts,
                "unit_cost": money(cost),
                "launched_on": dates(launched),
            }
        )
        return cls(
            category=category,
            noun=noun,
            style=style,
            price=price,
            cost=cost,
            quality=shop.quality_spread * normal(streams, "product/quality", index),
            appeal=np.exp(shop.appeal_spread * normal(streams, "product/appeal", index)),
            season=np.array([seasons[c][n] for c, n in zip(category, noun, strict=True)]),
            launched=launched,
            retired=retired,
            companion=_companions(preset, streams, launched < start),
            first=first,
            sizes=sizes,
            frame=frame,
        )

    def frame_until(self, until: int, price: Ints) -> pl.DataFrame:
        """Return the rows of `star.dim_product`: what was launched before `until`, as it stands then, at the list `price`."""
        frame = self.frame.with_columns(is_active=pl.Series(self.retired >= until), list_price=money(price))
        return frame.filter(pl.Series(self.launched < until))

    def nearest(self, category: Ints, price: Floats) -> Ints:
        """Return, in each category, the product whose usual price is nearest to `price` cents."""
        found = np.empty(category.size, dtype=np.int64)
        for number, (first, size) in enumerate(zip(self.first, self.sizes, strict=True)):
            rows = np.flatnonzero(category == number)
            prices = self.price[first : first + size].astype(np.float64)
            found[rows] = first + np.searchsorted(np.sqrt(prices[1:] * prices[:-1]), price[rows])
        return found

    def around(self, category: Ints, price: Floats, reach: float, least: int) -> tuple[Ints, Ints]:
        """Return half-open ranges of products: in each category those within `reach` of the log of `price`, `least` at least."""
        low, high = np.empty(category.size, dtype=np.int64), np.empty(category.size, dtype=np.int64)
        middle = self.nearest(category, price)
        for number, (first, size) in enumerate(zip(self.first, self.sizes, strict=True)):
            rows = np.flatnonzero(category == number)
            prices = self.price[first : first + size].astype(np.float64)
            begins = middle[rows] - first - least // 2
            begins = np.minimum(begins, size - least)
            below = np.searchsorted(prices, price[rows] * np.exp(-reach))
            above = np.searchsorted(prices, price[rows] * np.exp(reach), side="right")
            low[rows] = first + np.maximum(np.minimum(begins, below), 0)
            high[rows] = first + np.minimum(np.maximum(np.maximum(begins, 0) + least, above), size)
        return low, high


def _nouns_and_prices(preset: Preset, streams: Streams, category: Ints, within: Ints) -> tuple[Ints, Ints]:
    """Return noun and usual price of products by their position in the category, sorted by price there.

    Nouns take turns, and the prices of each spread evenly between the logs of its low and its high.
    """
    index = np.arange(category.size, dtype=np.int64)
    kinds = np.array([len(entry.nouns) for entry in preset.categories])[category]
    sizes = np.array([entry.products for entry in preset.categories])[category]
    noun, turn = within % kinds, within // kinds
    turns = (sizes - noun + kinds - 1) // kinds
    of_noun = [preset.categories[c].nouns[n] for c, n in zip(category, noun, strict=True)]
    low, high = np.array([entry.low for entry in of_noun]), np.array([entry.high for entry in of_noun])
    position = (turn + streams.uniform("product/price", index)) / turns
    whole = np.floor(low * (high / low) ** position).astype(np.int64) * _CENTS
    price = whole + price_endings(preset, streams, index)
    order = np.lexsort((index, price, category))
    return noun[order], price[order]


def _styles(preset: Preset, streams: Streams, category: Ints, within: Ints) -> Ints:
    """Return styles of products by their position in the category: among neighbours in price each style comes once."""
    count = len(preset.taste.styles)
    turn = streams.uniform("product/style", np.arange(category.size, dtype=np.int64))
    order = np.lexsort((turn, within // count, category))
    style = np.empty(category.size, dtype=np.int64)
    style[order] = within % count
    return style


def price_endings(preset: Preset, streams: Streams, ids: Ints) -> Ints:
    """Return the cents of prices."""
    endings = preset.catalogue.price_endings
    cents = np.round(np.array([ending.cents for ending in endings]) * _CENTS).astype(np.int64)
    which = pick(streams.uniform("product/ending", ids).ravel(), [ending.weight for ending in endings])
    found: Ints = cents[which].reshape(ids.shape)
    return found


def _lives(preset: Preset, streams: Streams, index: Ints, start: int) -> tuple[Ints, Ints]:
    """Return when products are launched and when they leave the catalogue, both on Mondays."""
    shop = preset.catalogue
    age = streams.uniform("product/launch", index)
    later = streams.uniform("product/later", index) < shop.launched_later
    new = start + 7 * DAY + (age * shop.launch_days).astype(np.int64) * DAY
    old = start - (8 + (age * shop.oldest_days).astype(np.int64)) * DAY
    launched = dates_of_weeks(weeks(np.where(later, new, old)) + 1)
    life = shop.least_life_days + shop.mean_life_days * exponential(streams.uniform("product/life", index))
    retired = dates_of_weeks(weeks(np.maximum(launched, start) + (life * DAY).astype(np.int64)))
    # One product of each category is always there, so that there is something to sell.
    sizes = np.array([category.products for category in preset.categories])
    always = np.cumsum(sizes) - sizes
    launched[always] = dates_of_weeks(weeks(old[always]))
    retired[always] = _FOREVER
    return launched, retired


def _companions(preset: Preset, streams: Streams, old: NDArray[np.bool_]) -> Ints:
    """Return for each product the index of the product that goes with it, or -1; both are older than the data."""
    companion = np.full(old.size, -1, dtype=np.int64)
    chance = streams.uniform("product/pair", np.arange(old.size, dtype=np.int64))
    order = np.argsort(np.where(old, chance, 2.0), kind="stable")[: np.count_nonzero(old)]
    pairs = min(preset.basket.bundle_pairs, order.size // 2)
    companion[order[:pairs]] = order[pairs : 2 * pairs]
    return companion


def page_frame(preset: Preset, products: Products, library: Library, until: int) -> pl.DataFrame:
    """Return the rows of `star.dim_page`: fixed pages, one a category, one a product launched before `until`, one a piece of content published by then."""
    slugs = [_slug(category.name) for category in preset.categories]
    paths = ["/" if name == "home" else f"/{name}" for name in FIXED_PAGES]
    types = [name if name in PAGE_TYPES else "other" for name in FIXED_PAGES]
    paths += [f"/c/{slug}" for slug in slugs]
    types += ["category"] * len(slugs)
    total = products.category.size
    names = products.frame["name"].to_list()
    paths += [f"/p/{_slug(name)}-{number:05d}" for number, name in enumerate(names, 1)]
    types += ["product"] * total
    paths += library.pages
    types += ["blog"] * len(library.pages)
    product_keys = np.zeros(len(paths), dtype=np.int64)
    is_launched = np.ones(len(paths), dtype=bool)
    of_products = slice(len(FIXED_PAGES) + len(slugs), len(FIXED_PAGES) + len(slugs) + total)
    product_keys[of_products] = np.arange(1, total + 1)
    is_launched[of_products] = products.launched < until
    first_published = np.full(len(library.pages), until, dtype=np.int64)
    np.minimum.at(first_published, library.page, library.published)
    is_launched[of_products.stop :] = first_published < until
    return pl.DataFrame(
        {
            "page_key": keys(np.arange(1, len(paths) + 1)),
            "path": paths,
            "page_type": words(np.array([PAGE_TYPES.index(kind) for kind in types]), PAGE_TYPES),
            "product_key": keys(product_keys),
        }
    ).filter(pl.Series(is_launched))


def _slug(name: str) -> str:
    """Return a name as it stands in the path of a page."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def device_frame(preset: Preset) -> pl.DataFrame:
    """Return the rows of `star.dim_device`, in the order of the preset."""
    devices = preset.visits.devices
    return pl.DataFrame(
        {
            "device_key": keys(np.arange(1, len(devices) + 1)),
            "device_type": words(
                np.array([DEVICE_TYPES.index(device.device_type) for device in devices]), DEVICE_TYPES
            ),
            "os": [device.os for device in devices],
            "browser": [device.browser for device in devices],
        }
    )


def geography_frame(preset: Preset) -> pl.DataFrame:
    """Return the rows of `star.dim_geography`, in the order of the preset."""
    return pl.DataFrame(
        {
            "geography_key": keys(np.arange(1, len(preset.people.places) + 1)),
            "country": [place.country for place in preset.people.places],
            "region": [place.region for place in preset.people.places],
            "city": [place.city for place in preset.people.places],
            "time_zone": [place.zone for place in preset.people.places],
        }
    )
