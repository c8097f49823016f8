"""What acts on demand from outside, by week: how confident consumers are, what competitors do, and rain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import dates_of_weeks
from martlet.loaders.company._clock import weeks as weeks_of
from martlet.loaders.company._draws import normal, poisson
from martlet.loaders.company._frames import date_keys, keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company._sections import External as Section
    from martlet.loaders.company.regions import Regions
    from martlet.loaders.company.streams import Streams
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["External", "effect_frame", "week_frame"]

_WEEK_DAYS: Final = 7
_USUAL: Final = 100.0
# Weeks that the index remembers; regions stand beside absolute weeks in an id.
_MEMORY: Final = 60
_MOST_WEEKS: Final = 100_000
_MOST_COMPETITORS: Final = 9


@dataclass(frozen=True)
class External:
    """By calendar week from `first_week` on, counted from 1970: the index, competitors' promotions, and by region days with rain."""

    section: Section
    first_week: int
    confidence: Floats
    competitors: Ints
    rain: Ints

    @classmethod
    def of(cls, preset: Preset, streams: Streams, regions: Regions, days: Ints) -> External:
        """Draw the weeks that hold the given days, in seconds."""
        section = preset.external
        week = np.arange(int(weeks_of(days[0])), int(weeks_of(days[-1])) + 1, dtype=np.int64)
        memory = section.confidence_memory ** np.arange(_MEMORY)
        shocks = normal(streams, "external/confidence", week[:, None] - np.arange(_MEMORY)) @ memory
        confidence = _USUAL + section.confidence_spread * shocks / np.sqrt((memory**2).sum())
        competitors = poisson(
            streams.uniform("external/competitors", week), section.competitors, at_most=_MOST_COMPETITORS
        )
        region = np.arange(len(regions.names), dtype=np.int64)
        climate = normal(streams, "external/climate", region)[:, None]
        weather = normal(streams, "external/rain", region[:, None] * _MOST_WEEKS + week)
        odds = np.log(section.rain / (1 - section.rain)) + section.climate_spread * climate
        chance = 1.0 / (1.0 + np.exp(-odds - section.rain_spread * weather))
        day = (region[:, None, None] * _MOST_WEEKS + week[:, None]) * _WEEK_DAYS + np.arange(_WEEK_DAYS)
        rain = (streams.uniform("external/rainy", day) < chance[:, :, None]).sum(axis=2)
        return cls(section, int(week[0]), np.round(confidence, 1), competitors, rain)

    def demand(self, at: Ints) -> Floats:
        """Return the factor on all demand at given moments."""
        week = self.week_of(at)
        points, promotions = self.confidence[week] - _USUAL, self.competitors[week]
        factors: Floats = np.exp(
            self.section.confidence_effect * points
            + self.section.competitor_effect * (promotions - self.section.competitors)
        )
        return factors

    def at_home(self, region: Ints, at: Ints) -> Floats:
        """Return the factor on what contacts bring about in regions at given moments."""
        days = self.rain[region, self.week_of(at)] - _WEEK_DAYS * self.section.rain
        factors: Floats = np.exp(self.section.rain_effect * days)
        return factors

    def week_of(self, at: Ints) -> Ints:
        """Return the position of the week of timestamps."""
        return np.clip(weeks_of(at) - self.first_week, 0, self.confidence.size - 1)


def week_frame(world: World) -> pl.DataFrame:
    """Return the rows of `star.fact_external_week`, for the weeks of the data."""
    external, names = world.external, world.media.regions.names
    first, last = external.week_of(np.array([world.start_at, world.until_at - 1]))
    week = np.repeat(np.arange(first, last + 1, dtype=np.int64), len(names))
    region = np.tile(np.arange(len(names), dtype=np.int64), last + 1 - first)
    return pl.DataFrame(
        {
            "date_key": date_keys(dates_of_weeks(week + external.first_week)),
            "country": [names[at][0] for at in region.tolist()],
            "region": [names[at][1] for at in region.tolist()],
            "consumer_confidence": pl.Series(external.confidence[week]).cast(pl.Decimal(6, 1)),
            "competitor_promotions": keys(external.competitors[week]),
            "rainy_days": keys(external.rain[region, week]),
        }
    )


def effect_frame(preset: Preset) -> pl.DataFrame:
    """Return the rows of `truth.external_effect`."""
    section = preset.external
    return pl.DataFrame(
        {
            "factor": ["consumer_confidence", "competitor_promotions", "rainy_days"],
            "acts_on": ["all demand", "all demand", "orders caused by contacts"],
            "coefficient": [section.confidence_effect, section.competitor_effect, section.rain_effect],
            "usual": [_USUAL, section.competitors, _WEEK_DAYS * section.rain],
        }
    )
