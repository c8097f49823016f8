"""What does not change with customers: products, pages, devices and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, dates_of_weeks, weeks
from martlet.loaders.company._draws import exponential, normal, pick
from martlet.loaders.company._frames import dates, keys, money, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
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
# Keys from 1; the pages of categories follow, then those of products.
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
    """The products, by index (their key less one), sorted by category and then by price; money in cents."""

    category: Ints
    price: Ints
    cost: Ints
    quality: Floats
    launched: Ints
    retired: Ints
    companion: Ints
    first: Ints
    sizes: Ints
    frame: pl.DataFrame

    @classmethod
    def of(cls, preset: Preset, streams: Streams, start: int) -> Products:
        """Draw the catalogue of a company that starts at `start`, in seconds from 1970."""
        sizes = np.array([category.products for category in preset.categories], dtype=np.int64)
        total = int(sizes.sum())
        index = np.arange(total, dtype=np.int64)
        category = np.repeat(np.arange(sizes.size, dtype=np.int64), sizes)
        first = np.cumsum(sizes) - sizes
        low = np.array([entry.low for entry in preset.categories])[category]
        high = np.array([entry.high for entry in preset.categories])[category]
        position = (index - first[category] + streams.uniform("product/price", index)) / sizes[category]
        price = np.floor(low * (high / low) ** position).astype(np.int64) * _CENTS
        endings = np.round(np.asarray(preset.catalogue.price_endings) * _CENTS).astype(np.int64)
        price += endings[(streams.uniform("product/ending", index) * endings.size).astype(np.int64)]
        price = price[np.lexsort((price, category))]
        share = np.array([entry.cost_share for entry in preset.categories])[category]
        spread = preset.catalogue.cost_spread * (2 * streams.uniform("product/cost", index) - 1)
        cost = np.minimum(np.round(price * np.clip(share + spread, 0, 1)).astype(np.int64), price)
        quality = preset.catalogue.quality_spread * normal(streams, "product/quality", index)
        launched, retired = _lives(preset, streams, index, start)
        frame = _product_frame(
            preset, streams, index, category=category, price=price, cost=cost, launched=launched
        )
        companion = _companions(preset, streams, launched < start)
        return cls(category, price, cost, quality, launched, retired, companion, first, sizes, frame)

    def frame_until(self, until: int) -> pl.DataFrame:
        """Return the rows of `star.dim_product`: what was launched before `until`, as it stands then."""
        frame = self.frame.with_columns(is_active=pl.Series(self.retired >= until))
        return frame.filter(pl.Series(self.launched < until))

    def nearest(self, category: Ints, price: Floats, step: Ints) -> Ints:
        """Return, in each category, the product whose price is nearest to `price` cents, `step` positions further on."""
        found = np.empty(category.size, dtype=np.int64)
        for number, (first, size) in enumerate(zip(self.first, self.sizes, strict=True)):
            rows = np.flatnonzero(category == number)
            prices = self.price[first : first + size].astype(np.float64)
            middles = np.sqrt(prices[1:] * prices[:-1])
            at = np.searchsorted(middles, price[rows])
            found[rows] = first + np.clip(at + step[rows], 0, size - 1)
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


def _product_frame(
    preset: Preset, streams: Streams, index: Ints, *, category: Ints, price: Ints, cost: Ints, launched: Ints
) -> pl.DataFrame:
    brands = preset.catalogue.brands
    brand = pick(streams.uniform("product/brand", index), [1.0] * len(brands))
    kind = streams.uniform("product/subcategory", index)
    names, subcategories, texts = [], [], []
    seen: dict[str, int] = {}
    for number in range(index.size):
        entry = preset.categories[category[number]]
        adjectives = preset.catalogue.adjectives
        noun = entry.nouns[number % len(entry.nouns)]
        adjective = adjectives[(number // len(entry.nouns) + int(category[number])) % len(adjectives)]
        subcategory = entry.subcategories[int(kind[number] * len(entry.subcategories))]
        name = f"{brands[brand[number]]} {adjective} {noun}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
        subcategories.append(subcategory)
        texts.append(
            f"{adjective} {noun.lower()} by {brands[brand[number]]}, from our {subcategory.lower()} range."
        )
    return pl.DataFrame(
        {
            "product_key": keys(index + 1),
            "product_id": [f"P{number + 1:05d}" for number in range(index.size)],
            "name": names,
            "description": texts,
            "category": [preset.categories[number].name for number in category],
            "subcategory": subcategories,
            "brand": [brands[number] for number in brand],
            "unit_cost": money(cost),
            "list_price": money(price),
            "launched_on": dates(launched),
        }
    )


def page_frame(preset: Preset, products: Products, until: int) -> pl.DataFrame:
    """Return the rows of `star.dim_page`: fixed pages, then one a category, then one a product launched before `until`."""
    slugs = [category.name.lower().replace(" & ", "-").replace(" ", "-") for category in preset.categories]
    paths = ["/" if name == "home" else f"/{name}" for name in FIXED_PAGES]
    types = [name if name in PAGE_TYPES else "other" for name in FIXED_PAGES]
    paths += [f"/c/{slug}" for slug in slugs]
    types += ["category"] * len(slugs)
    total = products.category.size
    paths += [f"/p/{number + 1:05d}" for number in range(total)]
    types += ["product"] * total
    product_keys = np.zeros(len(paths), dtype=np.int64)
    product_keys[-total:] = np.arange(1, total + 1)
    is_launched = np.ones(len(paths), dtype=bool)
    is_launched[-total:] = products.launched < until
    return pl.DataFrame(
        {
            "page_key": keys(np.arange(1, len(paths) + 1)),
            "path": paths,
            "page_type": words(np.array([PAGE_TYPES.index(kind) for kind in types]), PAGE_TYPES),
            "product_key": keys(product_keys),
        }
    ).filter(pl.Series(is_launched))


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
        }
    )
