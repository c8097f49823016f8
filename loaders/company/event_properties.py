"""What is said of single events beside their columns: texts in JSON, of which there are few, so that events hold their codes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from martlet.loaders.company._draws import pick, pick_by
from martlet.loaders.company.event_kinds import CART, CLICK, FORM, PRODUCT, SEARCH, VIDEO
from martlet.loaders.company.recommendations import LENGTH
from martlet.loaders.company.searches import Terms
from martlet.loaders.company.seasons import MONTHS, months, tastes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.people import People
    from martlet.loaders.company.products import Products
    from martlet.loaders.company.streams import Streams
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Properties", "described"]

# Of larger quantities nothing is said.
_MOST_UNITS: Final = 99


@dataclass(frozen=True)
class Properties:
    """The texts, and where those of each kind begin; `terms` come first."""

    texts: list[str]
    terms: Terms
    elements: int
    videos: Ints
    seconds: Ints
    forms: int
    units: int
    places: int

    @classmethod
    def of(cls, preset: Preset, products: Products) -> Properties:
        """Write all texts that a company can need."""
        terms, site = Terms.of(preset, products), preset.elements
        said: list[dict[str, Any]] = [
            {"term": entry.text, "results": entry.results} for entry in terms.entries
        ]
        elements = len(said)
        said += [{"element": entry.name} for entry in site.clicks]
        videos = []
        for video in site.videos:
            videos.append(len(said))
            said += [
                {"video": video.name, "seconds": second, "length": video.seconds}
                for second in range(1, video.seconds + 1)
            ]
        forms = len(said)
        said.append({"form": site.sign_up_form})
        units = len(said)
        said += [{"quantity": count} for count in range(1, _MOST_UNITS + 1)]
        places = len(said)
        said += [{"from": "recommendation", "position": place} for place in range(1, LENGTH + 1)]
        texts = [json.dumps(entry, separators=(",", ":"), ensure_ascii=False) for entry in said]
        lengths = np.array([video.seconds for video in site.videos], dtype=np.int64)
        return cls(texts, terms, elements, np.array(videos), lengths, forms, units, places)

    def of_clicks(self, preset: Preset, streams: Streams, ids: Ints) -> Ints:
        """Return what is clicked."""
        return self.elements + pick(
            streams.uniform("event/element", ids), [entry.weight for entry in preset.elements.clicks]
        )

    def of_videos(self, preset: Preset, streams: Streams, ids: Ints) -> Ints:
        """Return which video is watched, and for how long: some to the end, the others leave at any moment, most of them early."""
        site = preset.elements
        video = pick(streams.uniform("event/video", ids), [entry.weight for entry in site.videos])
        watched = streams.uniform("event/seconds", ids)
        early = (watched - site.watched_whole) / (1.0 - site.watched_whole)
        share = np.where(watched < site.watched_whole, 1.0, np.clip(early, 0.0, 1.0) ** 2)
        return self.videos[video] + np.maximum(np.ceil(share * self.seconds[video]), 1).astype(np.int64) - 1

    def of_units(self, quantity: Ints) -> Ints:
        """Return how many units are put into the cart."""
        return np.where(quantity <= _MOST_UNITS, self.units + quantity - 1, -1)


def described(
    world: World, people: People, touches: Touches, *, ids: Ints, owner: Ints, kind: Ints, product: Ints
) -> Ints:
    """Return what is said of searches, clicks, videos, forms and carts, of which one unit is taken, beside their columns."""
    made, draw = world.properties, world.streams.uniform
    properties = np.full(kind.size, -1, dtype=np.int64)
    rows = np.flatnonzero(kind == CLICK)
    properties[rows] = made.of_clicks(world.preset, world.streams, ids[rows])
    rows = np.flatnonzero(kind == VIDEO)
    properties[rows] = made.of_videos(world.preset, world.streams, ids[rows])
    properties[kind == FORM] = made.forms
    properties[kind == CART] = made.units
    rows = np.flatnonzero(kind == SEARCH)
    visit = owner[rows]
    month = months(touches.at[visit])
    taste = people.persona[touches.who[visit]] * MONTHS + month
    row = pick_by(draw("search/category", ids[rows]), tastes(world.preset), taste)
    # Who buys has searched for what is bought, which is the first product to be seen after the search.
    buying = np.flatnonzero(touches.converts[visit])
    views = np.flatnonzero(kind == PRODUCT)
    bought = product[views[np.searchsorted(views, rows[buying])]]
    row[buying] = made.terms.first_noun[world.products.category[bought]] + world.products.noun[bought]
    properties[rows] = made.terms.pick(draw("search/term", ids[rows]), row)
    return properties
