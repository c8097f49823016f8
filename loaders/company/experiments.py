"""Experiments: who was exposed to which arm, and what the arms do to what people do.

An arm acts on a step of visits (leaving after the first page, filling a cart, going on to the checkout), on the orders that contacts other
than mail cause, on prices (`price_trials.py`) or on mail (`mail_trials.py`). What that makes of the measures that an analyst takes is worked out in `trials.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.errors import ParameterError
from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import pick
from martlet.loaders.company._frames import date_keys, keys, optional, times
from martlet.loaders.company._ids import PROSPECTS, VISITORS
from martlet.loaders.company.browsers import visitors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Experiment
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "NO_VISITOR",
    "Contacts",
    "Exposures",
    "Run",
    "arm_factors",
    "dimension_frames",
    "draw_exposures",
    "exposure_frames",
    "runs",
]

# Experiments that a visitor's exposures have room for.
_NUMBERS: Final = 1_000
# Whom a mail exposes is seen in no browser.
NO_VISITOR: Final = -1


@dataclass(frozen=True)
class Run:
    """An experiment of the programme in one of its rounds, from `begins` to `ends` in seconds."""

    key: int
    first_arm: int
    name: str
    experiment: Experiment
    begins: int
    ends: int

    @property
    def by_browser(self) -> bool:
        """Whether each browser is sent to an arm of its own, whoever uses it."""
        return self.experiment.assigned_by == "browser"

    def effect(self, arm: Ints | int, at: Ints) -> Floats:
        """Return the factor that arms put on what they act on, at given moments."""
        lift = np.array([entry.lift for entry in self.experiment.arms])[arm]
        if self.experiment.wears_off_days > 0:
            lift = lift * np.exp(-(at - self.begins) / (self.experiment.wears_off_days * DAY))
        return np.broadcast_to(1.0 + lift, at.shape)


def runs(world: World) -> Iterator[Run]:
    """Yield the experiments that start within the data, by round and then as in the preset."""
    every = world.preset.programme.every_days * DAY
    key, arm, round_ = 1, 1, 0
    while world.start_at + round_ * every < world.until_at:
        for experiment in world.preset.experiments:
            begins = world.start_at + round_ * every + experiment.start_day * DAY
            name = experiment.name if round_ == 0 else f"{experiment.name}, round {round_ + 1}"
            if begins < world.until_at and key >= _NUMBERS:
                raise ParameterError(
                    f"programme.every_days is {world.preset.programme.every_days}, which makes more than {_NUMBERS - 1} experiments"
                )
            if begins < world.until_at:
                yield Run(key, arm, name, experiment, begins, begins + experiment.days * DAY)
            key += 1
            arm += len(experiment.arms)
        round_ += 1


@dataclass(frozen=True)
class Contacts:
    """Touches as experiments see them: `person` is a customer, or a browser that belongs to none; `visitor` any browser."""

    person: Ints
    visitor: Ints
    at: Ints

    @classmethod
    def of(cls, people: People, touches: Touches) -> Contacts:
        """Look at touches."""
        person = people.key[touches.who] * VISITORS
        person += np.where(touches.browser >= PROSPECTS, touches.browser, 0)
        return cls(person, visitors(people, touches), touches.at)

    def take(self, chosen: Ints | slice) -> Contacts:
        """Return the contacts at the given positions."""
        return Contacts(self.person[chosen], self.visitor[chosen], self.at[chosen])


@dataclass(frozen=True)
class Exposures:
    """Whom a run exposed, by `unit` in ascending order: what was assigned to an arm, a person or a browser.

    `arm` is the arm's position in the experiment, `at` the first moment, `person` and `visitor` whose and where it was.
    """

    run: Run
    unit: Ints
    arm: Ints
    at: Ints
    person: Ints
    visitor: Ints

    def positions(self, contacts: Contacts) -> Ints:
        """Return the position of the unit under which each contact falls, -1 where that was not exposed (yet) or all is over."""
        unit, at = contacts.visitor if self.run.by_browser else contacts.person, contacts.at
        if not self.unit.size:
            return np.full(unit.size, -1, dtype=np.int64)
        position = np.minimum(np.searchsorted(self.unit, unit), self.unit.size - 1)
        is_exposed = (self.unit[position] == unit) & (at >= self.at[position]) & (at < self.run.ends)
        return np.where(is_exposed, position, -1)


def draw_exposures(world: World, people: People, touches: Touches, known: Bools) -> list[Exposures]:
    """Expose recognised customers, and browsers without a customer, at their first visit during each run.

    Only visits that no order brought about expose, so that no order decides which arm another one falls under.
    """
    can_expose = touches.visits & touches.is_exogenous & (known | (touches.browser >= PROSPECTS))
    can_expose &= (touches.at >= world.start_at) & (touches.at < world.until_at)
    visit_rows = np.flatnonzero(can_expose)
    # By time, so that the first of a unit is the earliest.
    visit_rows = visit_rows[np.lexsort((touches.id[visit_rows], touches.at[visit_rows]))]
    visits = Contacts.of(people, touches).take(visit_rows)
    is_customer = touches.browser[visit_rows] < PROSPECTS
    found = []
    for run in runs(world):
        experiment, draw = run.experiment, world.streams.uniform
        if experiment.metric == "opens":
            continue
        low, high = np.searchsorted(visits.at, (run.begins, run.ends))
        during = np.arange(low, high)
        if experiment.metric in ("orders", "units"):
            during = during[is_customer[during]]
        if experiment.traffic < 1:
            taken = draw(f"experiment/{run.name}/traffic", visits.person[during]) < experiment.traffic
            during = during[taken]
        unit = (visits.visitor if run.by_browser else visits.person)[during]
        unit, first = np.unique(unit, return_index=True)
        first = during[first]
        arm = pick(draw(f"experiment/{run.name}", unit), [entry.split for entry in experiment.arms])
        found.append(Exposures(run, unit, arm, visits.at[first], visits.person[first], visits.visitor[first]))
    return found


def arm_factors(exposures: Sequence[Exposures], people: People, touches: Touches, acts_on: str) -> Floats:
    """Return the product of what all arms do to one of the things that they act on, for each touch."""
    found = np.ones(touches.id.size)
    contacts = Contacts.of(people, touches)
    for each in exposures:
        if each.run.experiment.metric == acts_on:
            during = np.flatnonzero((touches.at >= each.run.begins) & (touches.at < each.run.ends))
            position = each.positions(contacts.take(during))
            is_exposed = position >= 0
            rows = during[is_exposed]
            found[rows] *= each.run.effect(each.arm[position[is_exposed]], touches.at[rows])
    return found


def exposure_frames(exposures: Sequence[Exposures]) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of `star.fact_exposure`, of known customers and then of others: a person's first exposure to an arm."""
    parts = []
    for each in exposures:
        order = np.lexsort((each.unit, each.at, each.arm, each.person))
        both = each.person[order] * len(each.run.experiment.arms) + each.arm[order]
        first = order[np.append(True, both[1:] != both[:-1])[: order.size]]
        parts.append(
            {
                "exposure_id": each.unit[first] * _NUMBERS + each.run.key,
                "experiment_key": np.full(first.size, each.run.key),
                "variant_key": each.run.first_arm + each.arm[first],
                "customer_key": np.where(
                    each.person[first] % VISITORS >= PROSPECTS, 0, each.person[first] // VISITORS
                ),
                "visitor_id": each.visitor[first],
                "exposed_at": each.at[first],
            }
        )
    if not parts:
        return []
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((columns["exposure_id"], columns["exposed_at"], columns["customer_key"]))
    columns = {name: values[order] for name, values in columns.items()}
    frame = pl.DataFrame(
        {
            "exposure_id": columns["exposure_id"],
            "experiment_key": keys(columns["experiment_key"]),
            "variant_key": keys(columns["variant_key"]),
            "customer_key": keys(columns["customer_key"]),
            "visitor_id": optional(pl.Series(columns["visitor_id"]), columns["visitor_id"] != NO_VISITOR),
            "exposed_at": times(columns["exposed_at"]),
            "date_key": date_keys(columns["exposed_at"]),
        }
    )
    strangers = int(np.count_nonzero(columns["customer_key"] == 0))
    return [("star.fact_exposure", part) for part in (frame[strangers:], frame[:strangers])]


def dimension_frames(world: World) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of `star.dim_experiment` and `star.dim_variant`."""
    experiments, variants = [], []
    for run in runs(world):
        starts_on = world.first_day + timedelta(days=(run.begins - world.start_at) // DAY)
        experiments.append(
            {
                "experiment_key": run.key,
                "experiment_id": f"X{run.key:03d}",
                "name": run.name,
                "hypothesis": run.experiment.hypothesis,
                "primary_metric": run.experiment.metric,
                "starts_on": starts_on,
                "ends_on": starts_on + timedelta(days=run.experiment.days - 1),
            }
        )
        variants += [
            {
                "variant_key": run.first_arm + position,
                "experiment_key": run.key,
                "variant": arm.name,
                "is_control": position == 0,
                "allocation": arm.allocation,
            }
            for position, arm in enumerate(run.experiment.arms)
        ]
    return pl.DataFrame(experiments), pl.DataFrame(variants)
