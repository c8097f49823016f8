"""What every block of customers sees alike: the preset, the clocks, the catalogue, the plans."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.engine.errors import ParameterError
from martlet.loaders.company._clock import DAY, EPOCH, Clock, Season, seconds
from martlet.loaders.company._ids import MAX_PERIODS
from martlet.loaders.company.assortment import Assortment
from martlet.loaders.company.auction import daily_prices
from martlet.loaders.company.campaigns import Campaigns
from martlet.loaders.company.coupons import Coupons
from martlet.loaders.company.event_properties import Properties
from martlet.loaders.company.external import External
from martlet.loaders.company.library import Library
from martlet.loaders.company.media import MediaPlan
from martlet.loaders.company.products import Products
from martlet.loaders.company.promotions import Promotions
from martlet.loaders.company.regions import Regions
from martlet.loaders.company.stores import Stores
from martlet.loaders.company.streams import Streams

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["CAP", "PERIOD", "World"]

# Contacts are drawn in cells of so many operational days, so that a longer horizon only adds cells.
PERIOD: Final = 30.0
# Lags are cut at so many means: what happens after the end of the data can then be known to leave no trace before it.
CAP: Final = 6.0
# Plans reach so many days over the end of the data, for orders just behind it that leave touches before it.
_OVERHANG: Final = 30


@dataclass(frozen=True)
class World:
    """The company without its customers. `slots` counts the customers, and those who only look about before the end.

    The company is older than its data: customers sign up and buy by habit from its opening, `growth.days_before` days before
    `first_day`. What marketing does to them is drawn from `recorded` on, a period before `first_day` (but not before the
    opening), so that the orders that it causes have their usual number from the first day of the data.
    """

    preset: Preset
    streams: Streams
    first_day: date
    until: date
    recorded: date
    clock: Clock
    growth: Clock
    scale: float
    slots: int
    products: Products
    assortment: Assortment
    properties: Properties
    campaigns: Campaigns
    external: External
    media: MediaPlan
    prices: Floats
    promotions: Promotions
    coupons: Coupons
    stores: Stores
    library: Library

    @classmethod
    def of(
        cls, preset: Preset, *, customers: int, customers_on: date, days: int, until: date, seed: int
    ) -> World:
        """Make the company; raises ParameterError when it would be older than its ids can say."""
        first_day = until - timedelta(days=days)
        opening = first_day - timedelta(days=preset.growth.days_before)
        planned = until + timedelta(days=_OVERHANG)
        streams = Streams(seed)
        regions = Regions.of(preset)
        season = Season.of(preset, opening, until)
        external = External.of(preset, streams, regions, season.days)
        season = replace(season, weights=season.weights * external.demand(season.days))
        clock = Clock(season, first_day, preset.clock.demand_growth_per_year)
        media = MediaPlan.of(preset, streams, regions, season, start=seconds(opening), until=seconds(planned))
        growth = Clock(season, opening, preset.growth.sign_ups_per_year, media.pull_of(season.days))
        end = float(clock.forward(seconds(until)))
        if end / PERIOD >= MAX_PERIODS - 1:
            raise ParameterError(f"days is {days}; allowed are 1 to about {int(MAX_PERIODS * PERIOD)}")
        scale = customers / float(growth.forward(seconds(customers_on)))
        looking = clock.inverse(np.array([end + CAP * preset.visits.pre_sign_up_days]))
        products = Products.of(preset, streams, seconds(first_day))
        slots = max(int(np.ceil(scale * float(growth.forward(looking)[0]))), customers)
        lead_in = EPOCH + timedelta(days=int(clock.inverse(np.array([-PERIOD]))[0]) // DAY)
        recorded = max(lead_in, opening)
        campaigns = Campaigns.of(preset, streams, recorded, planned)
        return cls(
            preset=preset,
            streams=streams,
            first_day=first_day,
            until=until,
            recorded=recorded,
            clock=clock,
            growth=growth,
            scale=scale,
            slots=slots,
            products=products,
            assortment=Assortment.of(preset, streams, products, seconds(recorded), seconds(planned)),
            properties=Properties.of(preset, products),
            campaigns=campaigns,
            external=external,
            media=media,
            prices=daily_prices(preset, streams, media, recorded, planned),
            promotions=Promotions.of(preset, streams, recorded, planned),
            coupons=Coupons.of(preset, campaigns, opening),
            stores=Stores.of(preset, first_day, recorded, planned),
            library=Library.of(preset, streams, seconds(first_day), seconds(planned)),
        )

    @property
    def start_at(self) -> int:
        """First second of the data."""
        return seconds(self.first_day)

    @property
    def start(self) -> float:
        """Operational time from which marketing is drawn; the data begin at 0."""
        return -PERIOD

    @property
    def until_at(self) -> int:
        """First second after the data."""
        return seconds(self.until)

    @property
    def end(self) -> float:
        """Operational time of the end of the data."""
        return float(self.clock.forward(self.until_at))

    def day_of(self, at: Ints) -> Ints:
        """Return the day, counted from `recorded`, in which timestamps lie, kept within what is planned."""
        return np.clip((at - seconds(self.recorded)) // DAY, 0, self.campaigns.quarter.size - 1)

    @property
    def last_order(self) -> float:
        """Operational time up to which an order may leave a trace before the end of the data."""
        return self.end + CAP * max((entry.lag_days for entry in self.preset.harvest), default=0.0)

    def campaign_of(self, channel_key: int, slot: Ints | int, at: Ints) -> Ints:
        """Return the paid campaigns of a channel that ran at given times; slot 0 has none."""
        found: Ints = self.campaigns.paid[channel_key, slot, self.campaigns.quarter[self.day_of(at)]]
        return found

    def campaign_by(self, campaign: Ints, at: Ints) -> Ints:
        """Return campaigns as they run at given times: a paid one of an earlier quarter has become that of the quarter."""
        found: Ints = self.campaigns.renewed[campaign, self.campaigns.quarter[self.day_of(at)]]
        return found
