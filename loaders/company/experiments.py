"""Experiments: who was exposed to which arm, and what the arm does to a touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import pick
from martlet.loaders.company._frames import date_keys, keys, times
from martlet.loaders.company._ids import PROSPECTS, VISITORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Experiment
    from martlet.loaders.company._world import World
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["METRICS", "dimension_frames", "exposures", "truth_frame"]

METRICS: Final = ("add_to_cart", "checkout", "caused_orders")
# Experiments that a visitor's exposures have room for.
_NUMBERS: Final = 1_000
_BROWSERS: Final = 2
# More seconds than any data cover.
_SPAN: Final = 1 << 31


@dataclass(frozen=True)
class _Run:
    """An experiment of the programme in one of its rounds, from `begins` to `ends` in seconds."""

    key: int
    first_arm: int
    name: str
    experiment: Experiment
    begins: int
    ends: int


def _runs(world: World) -> Iterator[_Run]:
    """Yield the experiments that start within the data, by round and then as in the preset."""
    every = world.preset.programme.every_days * DAY
    key, arm, round_ = 1, 1, 0
    while world.start_at + round_ * every < world.until_at:
        for experiment in world.preset.experiments:
            begins = world.start_at + round_ * every + experiment.start_day * DAY
            name = experiment.name if round_ == 0 else f"{experiment.name}, round {round_ + 1}"
            if begins < world.until_at:
                yield _Run(key, arm, name, experiment, begins, begins + experiment.days * DAY)
            key += 1
            arm += len(experiment.arms)
        round_ += 1


@dataclass(frozen=True)
class _Units:
    """Touches of those who can be in an experiment, sorted by unit and time: `touch` is the place of each, `at` its moment.

    A unit is what is assigned to an arm: a person (an unknown browser is one of its own), or each browser of one.
    """

    touch: Ints
    at: Ints
    unit: Ints
    person: Ints
    visitor: Ints
    is_visit: Bools
    is_stranger: Bools

    @classmethod
    def of(cls, people: People, touches: Touches, able: Ints, *, start: int, by_browser: bool) -> _Units:
        browser = touches.browser[able]
        stranger = browser >= PROSPECTS
        person = people.key[touches.who[able]] * VISITORS + np.where(stranger, browser, 0)
        unit = person + np.where(stranger, 0, browser) if by_browser else person
        at = touches.at[able]
        order = np.lexsort((touches.id[able], unit * _SPAN + (at - start)))
        able = able[order]
        return cls(
            touch=able,
            at=at[order],
            unit=unit[order],
            person=person[order],
            visitor=people.key[touches.who[able]] * VISITORS + touches.browser[able],
            is_visit=touches.visits[able],
            is_stranger=stranger[order],
        )


def exposures(world: World, people: People, touches: Touches) -> tuple[list[pl.DataFrame], dict[str, Floats]]:
    """Expose customers and unknown browsers at the first exogenous visit while an experiment runs.

    Returns
    -------
    tuple
        Rows of `star.fact_exposure`, of known customers and then of others; by metric, the factor that the arms put on
        each touch.
    """
    factors = {metric: np.ones(touches.id.size) for metric in METRICS}
    known = (touches.browser < _BROWSERS) & (touches.at >= people.signed_up_at[touches.who])
    known &= people.is_customer[touches.who]
    able = touches.is_exogenous & (touches.browser >= 0) & (known | (touches.browser >= PROSPECTS))
    able &= (touches.at >= world.start_at) & (touches.at < world.until_at)
    places = np.flatnonzero(able)
    units: dict[str, _Units] = {}
    parts = []
    for run in _runs(world):
        by = run.experiment.assigned_by
        if by not in units:
            units[by] = _Units.of(people, touches, places, start=world.start_at, by_browser=by == "browser")
        found = units[by]
        during = np.flatnonzero((found.at >= run.begins) & (found.at < run.ends))
        parts.append(_run(world, found, during, run, factors[run.experiment.metric]))
    if not parts:
        return [], factors
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((columns["exposure_id"], columns["exposed_at"], columns["customer_key"]))
    rows = _exposure_frame({name: values[order] for name, values in columns.items()})
    strangers = int(np.count_nonzero(columns["customer_key"] == 0))
    return [rows[strangers:], rows[:strangers]], factors


def _run(world: World, units: _Units, during: Ints, run: _Run, factor: Floats) -> dict[str, Ints]:
    """Expose those who are touched `during` the run; put the effect of their arms on `factor`."""
    experiment, draw = run.experiment, world.streams.uniform
    if experiment.metric == "caused_orders":
        during = during[~units.is_stranger[during]]
    if experiment.traffic < 1:
        chance = draw(f"experiment/{run.name}/traffic", units.person[during])
        during = during[chance < experiment.traffic]
    # The touches of a unit that follow its first visit, that visit included.
    visit = during[units.is_visit[during]]
    first = visit[_starts(units.unit[visit])]
    if not first.size:
        return _columns(units, first, run, first)
    arm = pick(draw(f"experiment/{run.name}", units.unit[first]), [entry.split for entry in experiment.arms])
    last = np.searchsorted(first, during, side="right") - 1
    under = (last >= 0) & (units.unit[first[last]] == units.unit[during])
    under, last = during[under], last[under]
    effect = np.array([entry.lift for entry in experiment.arms])[arm[last]]
    if experiment.wears_off_days > 0:
        effect = effect * np.exp(-(units.at[under] - run.begins) / (experiment.wears_off_days * DAY))
    factor[units.touch[under]] *= 1.0 + effect
    if experiment.assigned_by == "browser":
        # The first exposure of a person to an arm is the one on record.
        line = np.lexsort((units.unit[first], units.at[first], arm, units.person[first]))
        both = units.person[first[line]] * len(experiment.arms) + arm[line]
        chosen = line[_starts(both)]
        first, arm = first[chosen], arm[chosen]
    return _columns(units, first, run, run.first_arm + arm)


def _starts(values: Ints) -> Bools:
    """Return where a new value begins, in sorted values."""
    return np.append(True, values[1:] != values[:-1])[: values.size]


def _columns(units: _Units, first: Ints, run: _Run, arm: Ints) -> dict[str, Ints]:
    return {
        "exposure_id": units.unit[first] * _NUMBERS + run.key,
        "experiment_key": np.full(first.size, run.key),
        "variant_key": arm,
        "customer_key": np.where(units.is_stranger[first], 0, units.person[first] // VISITORS),
        "visitor_id": units.visitor[first],
        "exposed_at": units.at[first],
    }


def _exposure_frame(columns: dict[str, Ints]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "exposure_id": columns["exposure_id"],
            "experiment_key": keys(columns["experiment_key"]),
            "variant_key": keys(columns["variant_key"]),
            "customer_key": keys(columns["customer_key"]),
            "visitor_id": columns["visitor_id"],
            "exposed_at": times(columns["exposed_at"]),
            "date_key": date_keys(columns["exposed_at"]),
        }
    )


def dimension_frames(world: World) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of `star.dim_experiment` and `star.dim_variant`."""
    experiments, variants = [], []
    for run in _runs(world):
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
                "variant_key": run.first_arm + place,
                "experiment_key": run.key,
                "variant": arm.name,
                "is_control": place == 0,
                "allocation": arm.allocation,
            }
            for place, arm in enumerate(run.experiment.arms)
        ]
    return pl.DataFrame(experiments), pl.DataFrame(variants)


def truth_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.experiment`: what each arm really does, and how people were really split."""
    return pl.DataFrame(
        [
            {
                "experiment_key": run.key,
                "variant_key": run.first_arm + place,
                "metric": run.experiment.metric,
                "relative_lift": arm.lift,
                "split": arm.split / sum(entry.split for entry in run.experiment.arms),
                "kind": run.experiment.kind,
                "defect": run.experiment.defect or None,
                "traffic": run.experiment.traffic,
                "wears_off_days": run.experiment.wears_off_days or None,
            }
            for run in _runs(world)
            for place, arm in enumerate(run.experiment.arms)
        ],
        schema_overrides={"defect": pl.String, "wears_off_days": pl.Float64},
    )
