"""Paid media: the weekly spend plan, and how contacts answer to it through adstock and saturation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._clock import weeks as weeks_of
from martlet.loaders.company._draws import normal
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.warehouse.channels import CHANNELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.streams import Streams

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["MediaPlan", "limit_of_response"]

_SPARE_WEEKS: Final = 20


def limit_of_response(adstock: float, half_spend: float) -> float:
    """Return the response at unlimited pressure, as a multiple of the response to the steady plan.

    The plan's spend is 1 a week, so its steady pressure is 1 / (1 - adstock).
    """
    steady = 1.0 / (1.0 - adstock)
    return (steady + half_spend) / steady


@dataclass(frozen=True)
class MediaPlan:
    """By channel key and calendar week from the company's opening on: the spend as a multiple of the plan's mean, the pressure, the contacts.

    Weeks count from `first_week`, which counts from 1970.
    """

    first_week: int
    spend: Floats
    pressure: Floats
    response: Floats

    @classmethod
    def of(cls, preset: Preset, streams: Streams, start: int, until: int) -> MediaPlan:
        """Draw the plan of all weeks from `start` to `until`, in seconds."""
        first_week = int(weeks_of(start))
        weeks = int(weeks_of(until)) - first_week + _SPARE_WEEKS
        spend = np.ones((len(CHANNELS) + 1, weeks))
        response = np.ones_like(spend)
        pressures = np.ones_like(spend)
        sigma = preset.media.variation
        for mix in preset.channels:
            if mix.half_spend <= 0:
                continue
            key = CHANNEL_KEYS[mix.name]
            week = np.arange(weeks, dtype=np.int64)
            level = np.exp(sigma * normal(streams, f"media/{mix.name}", week) - sigma * sigma / 2)
            level[streams.uniform(f"media/{mix.name}/pause", week) < preset.media.pause] = 0.0
            spend[key] = level
            pressure = 1.0 / (1.0 - mix.adstock)
            limit = limit_of_response(mix.adstock, mix.half_spend)
            for number in range(weeks):
                pressure = level[number] + mix.adstock * pressure
                pressures[key, number] = pressure
                response[key, number] = limit * pressure / (pressure + mix.half_spend)
        return cls(first_week, spend, pressures, response)

    def pull(self, preset: Preset, at: Ints) -> Floats:
        """Return how many sign-ups the channels bring at given moments, against what they bring in a steady week."""
        share = np.zeros(len(CHANNELS) + 1)
        for mix in preset.channels:
            share[CHANNEL_KEYS[mix.name]] = mix.acquisition
        found: Floats = (share / share.sum()) @ self.response[:, self.week_of(at)]
        return found

    def week_of(self, at: Ints) -> Ints:
        """Return the position of the week of timestamps, kept within the plan."""
        return np.clip(weeks_of(at) - self.first_week, 0, self.spend.shape[1] - 1)
