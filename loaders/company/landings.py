"""Where visits land: by channel and type of campaign; and how much likelier one kind of page is left at once than another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company.campaigns import CHANNEL_KEYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "BLOG",
    "CATEGORY",
    "HOME",
    "LANDINGS",
    "PRODUCT",
    "bounce_factors",
    "draw_landings",
    "landing_frame",
]

LANDINGS: Final = ["home", "category", "product", "blog"]
HOME, CATEGORY, PRODUCT, BLOG = range(4)


def draw_landings(world: World, touches: Touches) -> Ints:
    """Return the kind of page, of `LANDINGS`, on which the visit of each touch begins."""
    weights = _weights(world)
    running = np.cumsum(weights, axis=2)
    row = touches.channel * weights.shape[1] + world.campaigns.kind[touches.campaign] + 1
    chance = world.streams.uniform("visit/landing", touches.id)
    landing = np.zeros(row.size, dtype=np.int64)
    for place in range(len(LANDINGS) - 1):
        landing += chance >= np.ascontiguousarray(running[:, :, place]).ravel()[row]
    return landing


def bounce_factors(world: World, touches: Touches) -> Floats:
    """Return how much likelier each visit is to end with its landing page than others of its channel and type of campaign."""
    weights = _weights(world)
    factor = np.array(world.preset.visits.landing_bounce)
    kind = world.campaigns.kind[touches.campaign] + 1
    found: Floats = factor[draw_landings(world, touches)] / (weights @ factor)[touches.channel, kind]
    return found


def _weights(world: World) -> Floats:
    """Return the chance of each kind of landing page by channel key and type of campaign (a position plus one, 0 for none)."""
    types = world.campaigns.types
    table = np.full((max(CHANNEL_KEYS.values()) + 1, len(types) + 1, len(LANDINGS)), np.nan)
    table[:, :] = world.preset.visits.landings[0].weights
    for entry in sorted(world.preset.visits.landings, key=lambda entry: entry.campaign_type != ""):
        where = types.index(entry.campaign_type) + 1 if entry.campaign_type in types else slice(None)
        if entry.campaign_type in ("", *types):
            table[CHANNEL_KEYS[entry.channel], where] = entry.weights
    table /= table.sum(axis=2, keepdims=True)
    return table


def landing_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.landing_page`."""
    return pl.DataFrame({"page_type": LANDINGS, "bounce_factor": list(world.preset.visits.landing_bounce)})
