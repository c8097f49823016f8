"""What changes in customers' lives after they sign up: some move to another city of their country, some come to another income.

Each at most once, at midnight, since there all rhythms of the clock agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._clock import DAY, rhythm_of
from martlet.loaders.company._draws import exponential, normal, pick_by
from martlet.loaders.company._frames import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Changes"]

_YEAR: Final = 365.25
_FAR: Final = 1000.0


@dataclass(frozen=True)
class Changes:
    """By customer: when they move (`NEVER` if not), to which place and rhythm; when their income changes, and to what."""

    moved_at: Ints
    moved_u: Floats
    place: Ints
    rhythm: Ints
    earned_at: Ints
    income: Ints

    @classmethod
    def of(
        cls, world: World, key: Ints, *, signed_up_at: Ints, place: Ints, persona: Ints, income: Ints
    ) -> Changes:
        """Draw the changes of customers; an `income` of -1 is not known and stays so."""
        people = world.preset.people
        weights = np.array(
            [
                [
                    other.weight if other.country == here.country and other is not here else 0.0
                    for other in people.places
                ]
                for here in people.places
            ]
        )
        can_move = weights.sum(axis=1) > 0
        weights[~can_move] = 1.0
        moved_at = _after(world, "people/move", key, signed_up_at, people.moves)
        moved_at[~can_move[place]] = NEVER
        new_place = pick_by(world.streams.uniform("people/move/place", key), weights, place)
        earned_at = _after(world, "people/raise", key, signed_up_at, people.income_changes)
        growth = people.income_change + people.income_change_spread * normal(
            world.streams, "people/raise/size", key
        )
        earned: Ints = np.round(income * np.exp(growth) / 100).astype(np.int64) * 100
        return cls(
            moved_at=moved_at,
            moved_u=np.where(moved_at < NEVER, world.clock.forward(moved_at), np.inf),
            place=new_place,
            rhythm=rhythm_of(world.preset, new_place, persona),
            earned_at=np.where(income < 0, NEVER, earned_at),
            income=np.where(income < 0, -1, earned),
        )


def _after(world: World, name: str, key: Ints, start: Ints, rate: float) -> Ints:
    """Return the midnight after a wait of so many times a year, `NEVER` where it would be longer than any data."""
    years = exponential(world.streams.uniform(name, key)) / max(rate, 1e-9)
    days = (np.minimum(years, _FAR) * _YEAR).astype(np.int64) + 1
    return np.where(years < _FAR, (start // DAY + days) * DAY, NEVER)
