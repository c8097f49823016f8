"""What every block of customers sees alike: the preset, the clocks, the catalogue, the plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.engine.errors import ParameterError
from martlet.loaders.company._clock import DAY, EPOCH, Clock, Season, occasions, seconds, weeks
from martlet.loaders.company._ids import MAX_PERIODS
from martlet.loaders.company.assortment import Assortment
from martlet.loaders.company.campaigns import Campaigns
from martlet.loaders.company.media import MediaPlan
from martlet.loaders.company.products import Products
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
    campaigns: Campaigns
    media: MediaPlan
    discounts: Floats

    @classmethod
    def of(
        cls, preset: Preset, *, customers: int, customers_on: date, days: int, until: date, seed: int
    ) -> World:
        """Make the company; raises ParameterError when it would be older than its ids can say."""
        first_day = until - timedelta(days=days)
        opening = first_day - timedelta(days=preset.growth.days_before)
        planned = until + timedelta(days=_OVERHANG)
        streams = Streams(seed)
        season = Season.of(preset, opening, until)
        clock = Clock(season, first_day, preset.clock.demand_growth_per_year)
        media = MediaPlan.of(preset, streams, seconds(opening), seconds(planned))
        growth = Clock(season, opening, preset.growth.sign_ups_per_year, media.pull(preset, season.days))
        end = float(clock.forward(seconds(until)))
        if end / PERIOD >= MAX_PERIODS - 1:
            raise ParameterError(f"days is {days}; allowed are 1 to about {int(MAX_PERIODS * PERIOD)}")
        scale = customers / float(growth.forward(seconds(customers_on)))
        looking = clock.inverse(np.array([end + CAP * preset.visits.pre_sign_up_days]))
        products = Products.of(preset, streams, seconds(first_day))
        slots = max(int(np.ceil(scale * float(growth.forward(looking)[0]))), customers)
        lead_in = EPOCH + timedelta(days=int(clock.inverse(np.array([-PERIOD]))[0]) // DAY)
        recorded = max(lead_in, opening)
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
            campaigns=Campaigns.of(preset, streams, recorded, planned),
            media=media,
            discounts=_discounts(preset, streams, recorded, planned),
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


def _discounts(preset: Preset, streams: Streams, first: date, until: date) -> Floats:
    """Return the discount by category and day from `first` on; of overlapping offers the better one holds.

    Beside the promotions, prices are cut at random times, which have no season: demand answers to nothing but the price.
    """
    days, shop = (until - first).days, preset.catalogue
    at = ((first - EPOCH).days + np.arange(days, dtype=np.int64)) * DAY
    stretch = weeks(at) // shop.price_cut_weeks
    table = np.zeros((len(preset.categories), days))
    for number, category in enumerate(preset.categories):
        depth = (streams.uniform(f"price/depth/{category.name}", stretch) * len(shop.price_cuts)).astype(
            np.int64
        )
        cut = streams.uniform(f"price/cut/{category.name}", stretch) < shop.price_cut
        table[number] = np.where(cut, np.asarray(shop.price_cuts)[depth], 0.0)
    names = [category.name for category in preset.categories]
    for begins, ends, number in occasions(preset.promotions, first, until):
        promotion = preset.promotions[number]
        chosen = [names.index(name) for name in promotion.categories] or list(range(len(names)))
        low, high = max((begins - first).days, 0), min((ends - first).days, days)
        table[chosen, low:high] = np.maximum(table[chosen, low:high], promotion.discount)
    return table
