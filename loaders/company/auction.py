"""The auction: what each contact costs, to the cent, and how often an ad was shown for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._clock import DAY, seconds
from martlet.loaders.company._draws import normal
from martlet.loaders.company.campaigns import CHANNEL_KEYS

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.media import MediaPlan
    from martlet.loaders.company.streams import Streams
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["CENT", "cost_of", "daily_prices", "shown"]

CENT: Final = 10_000  # in millionths
_CENTS: Final = 100
_SLOTS: Final = 8
# Of a day without a contact an ad was shown as often as for half a contact: Jeffreys' prior of a Poisson rate.
_PRIOR: Final = 0.5


def daily_prices(preset: Preset, streams: Streams, media: MediaPlan, first: date, until: date) -> Floats:
    """Return the mean price of a contact, in cents, by channel key, number of the campaign within it, and day from `first` on."""
    day = seconds(first) // DAY + np.arange((until - first).days, dtype=np.int64)
    prices = np.zeros((media.price.shape[0], _SLOTS, day.size))
    slots = np.arange(_SLOTS, dtype=np.int64)[:, None]
    week, spread = media.week_of(day * DAY), preset.media.price_noise
    for mix in preset.channels:
        if mix.cost <= 0:
            continue
        key = CHANNEL_KEYS[mix.name]
        dearness = np.ones((_SLOTS, 1))
        for slot, kind in enumerate(mix.campaigns, 1):
            dearness[slot] = kind.price
        noise = np.exp(spread * normal(streams, f"price/{mix.name}", day * _SLOTS + slots) - spread**2 / 2)
        prices[key] = mix.cost * _CENTS * dearness * media.price[key, week] * noise
    return prices


def cost_of(world: World, ids: Ints, channel: Ints, campaign: Ints, at: Ints) -> Ints:
    """Return what contacts cost, in millionths: whole cents, at least one, about the price of their campaign and day."""
    cost = np.zeros(ids.size, dtype=np.int64)
    paid = np.zeros(world.prices.shape[0], dtype=bool)
    for mix in world.preset.channels:
        paid[CHANNEL_KEYS[mix.name]] = mix.cost > 0
    rows = np.flatnonzero(paid[channel])
    price = world.prices[channel[rows], world.campaigns.slot[campaign[rows]], world.day_of(at[rows])]
    # Each contact is an auction of its own: its price lies evenly about the mean.
    about = 1.0 + world.preset.media.contact_spread * (
        2.0 * world.streams.uniform("touch/price", ids[rows]) - 1.0
    )
    cost[rows] = np.maximum(np.round(price * about), 1.0).astype(np.int64) * CENT
    return cost


def shown(world: World, name: str, ids: Ints, contacts: Ints, each: Floats) -> Floats:
    """Return how often ads were shown, as it is likely of what came of it: gamma, `each` times for a contact.

    Impressions worked out from contacts would make rates steadier than chance. Of Poisson contacts at a rate that is not
    known, what led to them is gamma distributed.
    """
    shape = contacts + _PRIOR
    score = normal(world.streams, name, ids)
    # Wilson and Hilferty (1931).
    root = np.maximum(1.0 - 1.0 / (9.0 * shape) + score / (3.0 * np.sqrt(shape)), 0.0)
    found: Floats = shape * root**3 * each
    return found
