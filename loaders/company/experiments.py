"""Experiments: who was exposed to which arm, and what the arm does to a touch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

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

__all__ = ["dimension_frames", "exposures", "truth_frame"]

_NUMBERS = 100  # experiments that a customer's exposure ids have room for


def _planned(world: World) -> Iterator[tuple[int, int, Experiment, int]]:
    """Yield (key, key of the first arm, experiment, first second) for the experiments that start within the data."""
    arm = 1
    for number, experiment in enumerate(world.preset.experiments, 1):
        begins = world.start_at + experiment.start_day * DAY
        if begins < world.until_at:
            yield number, arm, experiment, begins
        arm += len(experiment.arms)


def exposures(world: World, people: People, touches: Touches) -> tuple[pl.DataFrame, dict[str, Floats]]:
    """Expose every customer at the first exogenous visit while an experiment runs.

    Returns
    -------
    tuple
        Rows of `star.fact_exposure`; by metric, the factor that the arms put on each touch.
    """
    factors = {metric: np.ones(touches.id.size) for metric in ("add_to_cart", "caused_orders")}
    frames = []
    known = touches.visits & touches.is_exogenous & (touches.at >= people.signed_up_at[touches.who])
    known &= (touches.browser < 2) & (touches.at < world.until_at)  # noqa: PLR2004  (two browsers a customer)
    for key, first_arm, experiment, begins in _planned(world):
        ends = begins + experiment.days * DAY
        during = np.flatnonzero(known & (touches.at >= begins) & (touches.at < ends))
        order = during[np.lexsort((touches.id[during], touches.at[during], touches.who[during]))]
        who, first = np.unique(touches.who[order], return_index=True)
        seen = order[first]
        draw = world.streams.uniform(f"experiment/{experiment.name}", people.key[who])
        arm = pick(draw, [entry.split for entry in experiment.arms])
        frames.append(_exposure_frame(people, touches, seen, key, first_arm + arm))
        since = np.full(people.key.size, np.iinfo(np.int64).max)
        lift = np.zeros(people.key.size)
        since[who] = touches.at[seen]
        lift[who] = np.array([entry.lift for entry in experiment.arms])[arm]
        under = (touches.at >= since[touches.who]) & (touches.at < ends)
        factors[experiment.metric] *= np.where(under, 1.0 + lift[touches.who], 1.0)
    return (pl.concat(frames).sort("customer_key", "exposed_at") if frames else pl.DataFrame()), factors


def _exposure_frame(people: People, touches: Touches, seen: Ints, key: int, arm: Ints) -> pl.DataFrame:
    who = touches.who[seen]
    return pl.DataFrame(
        {
            "exposure_id": people.key[who] * _NUMBERS + key,
            "experiment_key": keys(np.full(seen.size, key)),
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
    for key, first_arm, experiment, _ in _planned(world):
        starts_on = world.first_day + timedelta(days=experiment.start_day)
        experiments.append(
            {
                "experiment_key": key,
                "experiment_id": f"X{key:03d}",
                "name": experiment.name,
                "hypothesis": experiment.hypothesis,
                "primary_metric": experiment.metric,
                "starts_on": starts_on,
                "ends_on": starts_on + timedelta(days=experiment.days - 1),
            }
        )
        variants += [
            {
                "variant_key": first_arm + place,
                "experiment_key": key,
                "variant": arm.name,
                "is_control": place == 0,
                "allocation": arm.allocation,
            }
            for place, arm in enumerate(experiment.arms)
        ]
    return pl.DataFrame(experiments), pl.DataFrame(variants)


def truth_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.experiment`: what each arm really does, and how people were really split."""
    return pl.DataFrame(
        [
            {
                "experiment_key": key,
                "variant_key": first_arm + place,
                "metric": experiment.metric,
                "relative_lift": arm.lift,
                "split": arm.split / sum(entry.split for entry in experiment.arms),
            }
            for key, first_arm, experiment, _ in _planned(world)
            for place, arm in enumerate(experiment.arms)
        ]
    )
