"""Stores: where they are, and when they are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, seconds
from martlet.loaders.company._frames import dates, keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Stores"]

_HOUR: Final = 3600


@dataclass(frozen=True)
class Stores:
    """Stores, by key less one: `opened` in seconds; `of_place` has the key by place, 0 for none, `ahead` local time against UTC in seconds, by store and day from `first` on."""

    opened: Ints
    of_place: Ints
    ahead: Ints
    first: int
    hours: tuple[int, int]
    frame: pl.DataFrame

    @classmethod
    def of(cls, preset: Preset, first_day: date, recorded: date, until: date) -> Stores:
        """Open the stores of a company whose data begin on `first_day`; days are planned from `recorded` to `until`."""
        places, shops = preset.people.places, preset.stores
        cities = [place.city for place in places]
        where = [cities.index(shop.city) for shop in shops.places]
        of_place = np.zeros(len(places), dtype=np.int64)
        of_place[where] = np.arange(1, len(where) + 1)
        opened = np.array(
            [seconds(first_day) + shop.opened_day * DAY for shop in shops.places], dtype=np.int64
        )
        noon = datetime(recorded.year, recorded.month, recorded.day, 12, tzinfo=UTC)
        noons = [noon + timedelta(days=number) for number in range((until - recorded).days)]
        ahead = [
            [(moment.astimezone(zone).utcoffset() or timedelta()).total_seconds() for moment in noons]
            for zone in (ZoneInfo(places[place].zone) for place in where)
        ]
        number = np.arange(1, len(where) + 1, dtype=np.int64)
        frame = pl.DataFrame(
            {
                "store_key": keys(number),
                "store_id": [f"S{key:02d}" for key in number],
                "name": [shop.name for shop in shops.places],
                "country": [places[place].country for place in where],
                "region": [places[place].region for place in where],
                "city": [places[place].city for place in where],
                "opened_on": dates(opened),
            },
            schema_overrides=dict.fromkeys(("store_id", "name", "country", "region", "city"), pl.String),
        )
        table = np.array(ahead, dtype=np.int64).reshape(len(where), len(noons))
        return cls(opened, of_place, table, seconds(recorded), (shops.opens, shops.closes), frame)

    def near(self, place: Ints, at: Ints) -> Ints:
        """Return the store that is open in each place at each moment, 0 for none."""
        found = self.of_place[place]
        rows = np.flatnonzero(found)
        store, moment = found[rows] - 1, at[rows]
        day = np.clip((moment - self.first) // DAY, 0, self.ahead.shape[1] - 1)
        ahead = self.ahead[store, day]
        hour = (moment + ahead) % DAY // _HOUR
        # Within a day of a change of the clock its hour is not sure: then a store opens one later, and closes one sooner.
        last = self.ahead.shape[1] - 1
        is_unsure = (ahead != self.ahead[store, np.maximum(day - 1, 0)]) | (
            ahead != self.ahead[store, np.minimum(day + 1, last)]
        )
        is_open = (hour >= self.hours[0] + is_unsure) & (hour < self.hours[1] - is_unsure)
        is_open &= moment >= self.opened[store]
        found[rows[~is_open]] = 0
        return found

    def frame_until(self, until: int) -> pl.DataFrame:
        """Return the rows of `star.dim_store`: those that have opened before `until`, in seconds."""
        return self.frame.filter(pl.Series(self.opened < until))
