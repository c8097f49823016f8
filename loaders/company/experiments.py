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
from martlet.loaders.company._ids import VISITORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Experiment
    from martlet.loaders.company._world import World
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["METRICS", "dimension_frames", "exposures", "truth_frame"]

METRICS: Final = ("add_to_cart", "checkout", "caused_orders")
# Exposures that a customer has room for: two an experiment.
_NUMBERS: Final = 10_000
_BROWSERS: Final = 2


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


def exposures(world: World, people: People, touches: Touches) -> tuple[pl.DataFrame, dict[str, Floats]]:
    """Expose the visitors of an experiment at the first exogenous visit while it runs.

    Returns
    -------
    tuple
        Rows of `star.fact_exposure`; by metric, the factor that the arms put on each touch.
    """
    factors = {metric: np.ones(touches.id.size) for metric in METRICS}
    frames = []
    able = touches.is_exogenous & (touches.at >= people.signed_up_at[touches.who])
    able &= (touches.browser >= 0) & (touches.browser < _BROWSERS) & (touches.at < world.until_at)
    able = np.flatnonzero(able)
    able = able[np.lexsort((touches.id[able], touches.at[able]))]
    at = touches.at[able]
    for run in _runs(world):
        low, high = np.searchsorted(at, (run.begins, run.ends))
        frames.append(_run(world, people, touches, able[low:high], run, factors[run.experiment.metric]))
    return (pl.concat(frames).sort("customer_key", "exposed_at", "exposure_id") if frames else pl.DataFrame()), factors


def _run(
    world: World, people: People, touches: Touches, during: Ints, run: _Run, factor: Floats
) -> pl.DataFrame:
    """Expose those who are touched `during` the run, by time; put the effect of their arms on `factor`."""
    experiment, draw = run.experiment, world.streams.uniform
    # A unit is a person, or a browser of one.
    by_browser = experiment.assigned_by == "browser"
    unit = touches.who * _BROWSERS + (touches.browser if by_browser else 0)
    if experiment.traffic < 1:
        taken = draw(f"experiment/{run.name}/traffic", people.key) < experiment.traffic
        during = during[taken[touches.who[during]]]
    visits = during[touches.visits[during]]
    units, first = np.unique(unit[visits], return_index=True)
    seen = visits[first]
    who = units // _BROWSERS
    ids = people.key[who] * _BROWSERS + units % _BROWSERS
    arm = pick(draw(f"experiment/{run.name}", ids), [entry.split for entry in experiment.arms])
    since = np.full(people.key.size * _BROWSERS, np.iinfo(np.int64).max)
    lift = np.zeros(since.size)
    since[units] = touches.at[seen]
    lift[units] = np.array([entry.lift for entry in experiment.arms])[arm]
    mine = unit[during]
    under = during[touches.at[during] >= since[mine]]
    mine = unit[under]
    effect = lift[mine]
    if experiment.wears_off_days > 0:
        effect = effect * np.exp(-(touches.at[under] - since[mine]) / (experiment.wears_off_days * DAY))
    factor[under] *= 1.0 + effect
    # The first exposure of a person to an arm is the one on record.
    order = np.lexsort((touches.id[seen], touches.at[seen]))
    _, earliest = np.unique(who[order] * len(experiment.arms) + arm[order], return_index=True)
    chosen = order[earliest]
    second = (units % _BROWSERS)[chosen]
    return _exposure_frame(people, touches, seen[chosen], run, run.first_arm + arm[chosen], second)


def _exposure_frame(
    people: People, touches: Touches, seen: Ints, run: _Run, arm: Ints, second: Ints
) -> pl.DataFrame:
    who = touches.who[seen]
    return pl.DataFrame(
        {
            "exposure_id": people.key[who] * _NUMBERS + run.key * _BROWSERS + second,
            "experiment_key": keys(np.full(seen.size, run.key)),
            "variant_key": keys(arm),
            "customer_key": keys(people.key[who]),
            "visitor_id": people.key[who] * VISITORS + touches.browser[seen],
            "exposed_at": times(touches.at[seen]),
            "date_key": date_keys(touches.at[seen]),
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
