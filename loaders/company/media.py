"""Paid media: the weekly plan by region, what the auction asks for a contact, and how the effect of contacts wears off.

Spend buys contacts at the price of the week: contacts = spend / price, all against the plan's mean. Nothing is carried over to them.
What they bring about is saturated: response = (1 + h) contacts / (contacts + h), h the channel's `half_spend`. That it is carried
over to later weeks comes of the lag between a contact and the order that it causes. Flights are drawn by region, so that a
region without a channel can be compared with one that has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._clock import DAY, dates_of_weeks
from martlet.loaders.company._clock import weeks as weeks_of
from martlet.loaders.company._draws import normal
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.warehouse.channels import CHANNELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._clock import Season
    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company._sections import ChannelMix
    from martlet.loaders.company.regions import Regions
    from martlet.loaders.company.streams import Streams

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["MediaPlan", "carry_over"]

_SPARE_WEEKS: Final = 20
# Flights and prices are numbered by absolute week; regions stand beside them in an id.
_MOST_WEEKS: Final = 100_000
# Weeks over which a price remembers the weeks before.
_MEMORY: Final = 16
# Of a company that people find through advertising alone, so few sign up in weeks without it.
_LEAST_PULL: Final = 1e-6


def carry_over(lag_days: float) -> float:
    """Return the share of a week's effect that is carried over to the next, of geometric adstock with the same mean lag."""
    return lag_days / (lag_days + 7.0)


@dataclass(frozen=True)
class MediaPlan:
    """The media plan by channel key, region and calendar week, all against the plan's mean, and 1 for what is not bought.

    Weeks count from `first_week`, which counts from 1970. `price` is by channel and week; `effect` is how much a
    contact brings about, `response` contacts times effect; `pull` by region and week the sign-ups that the channels bring.
    """

    first_week: int
    regions: Regions
    spend: Floats
    price: Floats
    contacts: Floats
    effect: Floats
    response: Floats
    pull: Floats

    @classmethod
    def of(
        cls, preset: Preset, streams: Streams, regions: Regions, season: Season, *, start: int, until: int
    ) -> MediaPlan:
        """Draw the plan of all weeks from `start` to `until`, in seconds."""
        first_week = int(weeks_of(start))
        week = np.arange(first_week, int(weeks_of(until)) + _SPARE_WEEKS, dtype=np.int64)
        price = np.ones((len(CHANNELS) + 1, week.size))
        contacts = np.ones((len(CHANNELS) + 1, len(regions.names), week.size))
        effect = np.ones_like(contacts)
        share = np.zeros(len(CHANNELS) + 1)
        busy = _busy(season, week)
        for mix in preset.channels:
            key = CHANNEL_KEYS[mix.name]
            share[key] = mix.acquisition
            if mix.cost > 0:
                price[key] = _prices(preset, streams, mix, busy, week)
            if mix.half_spend > 0:
                contacts[key] = np.minimum(
                    _levels(preset, streams, mix, len(regions.names), week) / price[key], preset.media.most
                )
                effect[key] = (1.0 + mix.half_spend) / (contacts[key] + mix.half_spend)
        response = contacts * effect
        return cls(
            first_week=first_week,
            regions=regions,
            spend=contacts * price[:, None, :],
            price=price,
            contacts=contacts,
            effect=effect,
            response=response,
            pull=np.maximum(np.tensordot(share / share.sum(), response, axes=1), _LEAST_PULL),
        )

    def pull_of(self, at: Ints) -> Floats:
        """Return how many sign-ups the channels bring at given moments in all regions, against what they bring in a steady week."""
        found: Floats = self.regions.weight @ self.pull[:, self.week_of(at)]
        return found

    def week_of(self, at: Ints) -> Ints:
        """Return the position of the week of timestamps, kept within the plan."""
        return np.clip(weeks_of(at) - self.first_week, 0, self.price.shape[1] - 1)

    def wear(self, channel: Ints, place: Ints, at: Ints) -> Floats:
        """Return how much contacts through channels bring about against a steady plan's, by how many there are in the week."""
        found: Floats = self.effect[channel, self.regions.of_place[place], self.week_of(at)]
        return found

    def runs(self, channel: Ints | int, place: Ints, at: Ints) -> NDArray[np.bool_]:
        """Return whether channels are switched on at places of the preset, at given moments."""
        found: NDArray[np.bool_] = self.contacts[channel, self.regions.of_place[place], self.week_of(at)] > 0
        return found


def _levels(preset: Preset, streams: Streams, mix: ChannelMix, regions: int, week: Ints) -> Floats:
    """Return a channel's planned spend by region and week: flights of some weeks at a level of their own, and weeks without."""
    media, name = preset.media, f"media/{mix.name}"
    flight = week // media.flight_weeks + np.arange(regions, dtype=np.int64)[:, None] * _MOST_WEEKS
    runs = streams.uniform(f"{name}/flight", flight) < mix.flights
    level = np.exp(media.regions * normal(streams, f"{name}/level", flight) - media.regions**2 / 2)
    common = np.exp(media.variation * normal(streams, name, week) - media.variation**2 / 2)
    common[streams.uniform(f"{name}/pause", week) < media.pause] = 0.0
    levels: Floats = runs * level * common / max(mix.flights, 1e-9)
    return levels


def _prices(preset: Preset, streams: Streams, mix: ChannelMix, busy: Floats, week: Ints) -> Floats:
    """Return what a contact costs by week: more when all want to advertise, and as competitors come and go."""
    media = preset.media
    memory = media.price_memory ** np.arange(_MEMORY)
    before = week[:, None] - np.arange(_MEMORY)
    shocks = normal(streams, f"media/{mix.name}/price", before) @ memory / np.sqrt((memory**2).sum())
    prices: Floats = np.exp(media.price_spread * shocks - media.price_spread**2 / 2)
    return prices * busy**media.price_season


def _busy(season: Season, week: Ints) -> Floats:
    """Return the demand of each week against a mean one."""
    days = (dates_of_weeks(week)[:, None] + np.arange(7) * DAY - season.days[0]) // DAY
    busy: Floats = season.weights[np.clip(days, 0, season.weights.size - 1)].mean(axis=1)
    return busy
