"""What products are called, and how the catalogue describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._draws import running_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.streams import Streams

    Ints = NDArray[np.int64]

__all__ = ["product_texts"]

# More names than a noun can have; numbers of names are addressed by noun and place.
_NAMES: Final = 1_000_000


def product_texts(
    preset: Preset, streams: Streams, category: Ints, noun: Ints, style: Ints
) -> dict[str, list[str]]:
    """Return name, description, category, subcategory and brand of products, given by category, noun and style.

    A product is a brand of its style, an adjective and a kind, which no other one of its noun has.
    """
    shop = preset.catalogue
    index = np.arange(category.size, dtype=np.int64)
    places = _places(preset, streams, category, noun, style)
    chances = {
        name: streams.uniform(f"product/{name}", index).tolist()
        for name in ("description", "detail", "made", "use")
    }
    found: dict[str, list[str]] = {
        name: [] for name in ("name", "description", "category", "subcategory", "brand")
    }

    def one(name: str, number: int, entries: Sequence[str]) -> str:
        return entries[int(chances[name][number] * len(entries))]

    for number, place in enumerate(places.tolist()):
        entry = preset.categories[category[number]]
        what = entry.nouns[noun[number]]
        rest, kind = divmod(place, len(entry.kinds))
        brand, adjective = divmod(rest, len(entry.adjectives))
        words = {
            "brand": shop.brands[brand],
            "adjective": entry.adjectives[adjective],
            "noun": what.name,
            "kind": entry.kinds[kind],
            "made": one("made", number, what.made),
            "use": one("use", number, what.uses),
            "detail": one("detail", number, entry.details),
        }
        text = one("description", number, shop.descriptions).format(**words)
        found["name"].append("{brand} {adjective} {noun}, {kind}".format(**words))
        found["description"].append(text[0].upper() + text[1:])
        found["category"].append(entry.name)
        found["subcategory"].append(what.subcategory)
        found["brand"].append(words["brand"])
    return found


def _places(preset: Preset, streams: Streams, category: Ints, noun: Ints, style: Ints) -> Ints:
    """Return for each product its place among all names of its noun, no place twice."""
    style_of = {brand: number for number, entry in enumerate(preset.taste.styles) for brand in entry.brands}
    of_brand = np.array([style_of[brand] for brand in preset.catalogue.brands])
    places = np.empty(category.size, dtype=np.int64)
    for number, entry in enumerate(preset.categories):
        names = len(preset.catalogue.brands) * len(entry.adjectives) * len(entry.kinds)
        for which in range(len(entry.nouns)):
            rows = np.flatnonzero((category == number) & (noun == which))
            ids = (number * len(entry.nouns) + which) * _NAMES + np.arange(names, dtype=np.int64)
            order = np.argsort(streams.uniform(f"product/names/{entry.name}", ids), kind="stable")
            # Names of the product's style as long as there are any; then any other.
            styles = of_brand[order // (len(entry.adjectives) * len(entry.kinds))]
            rank = np.lexsort((np.arange(order.size), styles))
            begins = np.searchsorted(styles[rank], np.arange(len(preset.taste.styles) + 1))
            wanted = style[rows]
            sort = np.argsort(wanted, kind="stable")
            turn = np.empty(rows.size, dtype=np.int64)
            turn[sort] = running_within(wanted[sort])
            has_one = turn < (begins[1:] - begins[:-1])[wanted]
            taken = order[rank[(begins[wanted] + turn)[has_one]]]
            places[rows[has_one]] = taken
            places[rows[~has_one]] = order[~np.isin(order, taken)][: np.count_nonzero(~has_one)]
    return places
