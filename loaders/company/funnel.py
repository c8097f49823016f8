"""How far visits get, by channel, device and the arms of experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company.browsers import is_mobile
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.experiments import arm_factors
from martlet.loaders.company.landings import bounce_factors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company.experiments import Exposures
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["bounces", "by_channel", "draw_visit_depths"]


def by_channel(world: World, name: str) -> Floats:
    """Return a number of each channel of the preset, by the channel's key; 1 for the others."""
    found = np.ones(max(CHANNEL_KEYS.values()) + 1)
    for mix in world.preset.channels:
        found[CHANNEL_KEYS[mix.name]] = getattr(mix, name)
    return found


def bounces(world: World, people: People, touches: Touches) -> Floats:
    """Return the chance of each visit to end with its first page."""
    see = world.preset.visits
    chance = by_channel(world, "bounce")[touches.channel]
    chance *= np.where(touches.browser >= _ids.PROSPECTS, see.stranger_bounce, 1.0)
    chance *= bounce_factors(world, touches)
    chance *= np.where(is_mobile(world, people, touches), see.mobile_bounce, 1.0)
    return np.minimum(chance, 1.0)


def draw_visit_depths(world: World, people: People, touches: Touches, exposures: Sequence[Exposures]) -> Ints:
    """Return how far the visits would get without an order, under the arms of experiments.

    0 is a bounce, 1 further pages, 2 a product, 3 a cart, 4 the checkout.
    """
    see, draw = world.preset.visits, world.streams.uniform
    carts = see.add_to_cart * arm_factors(exposures, people, touches, "add_to_cart")
    checkouts = see.checkout * arm_factors(exposures, people, touches, "checkout")
    leaves = bounces(world, people, touches) * arm_factors(exposures, people, touches, "bounce")
    goes_on = draw("visit/bounce", touches.id) >= leaves
    sees = goes_on & (draw("visit/product", touches.id) < see.product_view)
    fills = sees & (draw("visit/cart", touches.id) < carts)
    pays = fills & (draw("visit/checkout", touches.id) < checkouts)
    depth: Ints = goes_on.astype(np.int64) + sees + fills + pays
    return depth
