"""What experiments do to the measures that an analyst takes: expected values by arm, and the truth about them.

An arm acts on a step. What is measured holds more than that step: visits with an order fill a cart under any arm, orders come
by habit, an effect wears off, a second browser falls under another arm or under none. So the truth is worked out person by
person: given who was exposed, what they were contacted by and what they ordered by habit, the chance of the outcome if
everybody fell under one arm, and if everybody fell under another. The arms are drawn at random, so the difference between
them has just that expectation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._ids import PROSPECTS, VISITORS
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.experiments import Contacts, factors, runs
from martlet.loaders.company.funnel import bounces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company.experiments import Exposed, Run
    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.web_frames import Seen
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["expected_outcomes", "truth_frame"]

_BILLION: Final = 1_000_000_000
_STEPS: Final = ("add_to_cart", "checkout")
_SURE: Final = 1.0 - 1e-12


class _Counted:
    """The persons of a run who count: exposed to one arm only, each from the first exposure on."""

    def __init__(self, exposed: Exposed) -> None:
        self.run: Final = exposed.run
        self._person, place = np.unique(exposed.person, return_inverse=True)
        self._since = np.full(self._person.size, np.iinfo(np.int64).max)
        np.minimum.at(self._since, place, exposed.at)
        low, high = np.full(self._person.size, len(self.run.experiment.arms)), np.full(self._person.size, -1)
        np.minimum.at(low, place, exposed.arm)
        np.maximum.at(high, place, exposed.arm)
        self._single = low == high

    def __len__(self) -> int:
        return int(np.count_nonzero(self._single))

    def places(self, person: Ints, at: Ints) -> Ints:
        """Return the place of the person to whom something counts that happened at a moment, -1 for nobody."""
        if not self._person.size:
            return np.full(person.size, -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self._person, person), self._person.size - 1)
        counts = (self._person[place] == person) & self._single[place]
        counts &= (at >= self._since[place]) & (at < self.run.ends)
        return np.where(counts, place, -1)


def expected_outcomes(
    world: World,
    people: People,
    *,
    exposed: Sequence[Exposed],
    touches: Touches,
    seen: Seen,
    sales: Sales,
    means: Floats,
) -> pl.DataFrame:
    """Return by run, arm and metric what is expected if all who count fell under the arm, in billionths, and how many count.

    `means` are the orders expected of the first of the touches; the others cause none.
    """
    rows: list[dict[str, object]] = []
    visits = seen.order[touches.visits[seen.order]]
    visits = visits[(seen.customer[visits] > 0) | (touches.browser[visits] >= PROSPECTS)]
    played = touches.take(visits)
    contacts = Contacts.of(people, played)
    sees = (1.0 - bounces(world, people, played)) * world.preset.visits.product_view
    chances = {
        "add_to_cart": world.preset.visits.add_to_cart * factors(exposed, people, played, "add_to_cart"),
        "checkout": world.preset.visits.checkout * factors(exposed, people, played, "checkout"),
    }
    for each in exposed:
        counted = _Counted(each)
        if each.run.experiment.metric == "orders":
            found = _orders(world, people, each, counted, touches=touches, sales=sales, means=means)
        else:
            found = _steps(each, counted, contacts=contacts, buys=played.converts, sees=sees, chances=chances)
        rows += [
            {"run": each.run.key, "arm": arm, "metric": metric, "expected": expected, "persons": len(counted)}
            for arm, metric, expected in found
        ]
    schema = {
        "run": pl.Int64,
        "arm": pl.Int64,
        "metric": pl.String,
        "expected": pl.Int64,
        "persons": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema)


def _steps(
    exposed: Exposed,
    counted: _Counted,
    *,
    contacts: Contacts,
    buys: Bools,
    sees: Floats,
    chances: dict[str, Floats],
) -> Iterator[tuple[int, str, int]]:
    """Yield by arm and step how many persons are expected to take it in any of their visits."""
    run = exposed.run
    during = np.flatnonzero((contacts.at >= run.begins) & (contacts.at < run.ends))
    person = counted.places(contacts.person[during], contacts.at[during])
    mine = during[person >= 0]
    person = person[person >= 0]
    at, buys = contacts.at[mine], buys[mine]
    own = exposed.place(contacts.take(mine))
    under = own >= 0
    real = np.where(under, run.effect(exposed.arm[own], at), 1.0) if own.size else np.ones(0)
    for arm in range(len(run.experiment.arms)):
        turned = np.where(under, run.effect(arm, at), 1.0) / real
        reached = sees[mine]
        for step in _STEPS:
            chance = chances[step][mine] * (turned if step == run.experiment.metric else 1.0)
            reached = reached * np.minimum(chance, 1.0)
            missed = np.log1p(-np.where(buys, _SURE, np.minimum(reached, _SURE)))
            by_person = 1.0 - np.exp(np.bincount(person, weights=missed)) if person.size else np.zeros(0)
            yield arm, step, int(np.round(by_person * _BILLION).astype(np.int64).sum())


def _orders(
    world: World,
    people: People,
    exposed: Exposed,
    counted: _Counted,
    *,
    touches: Touches,
    sales: Sales,
    means: Floats,
) -> Iterator[tuple[int, str, int]]:
    """Yield by arm how many orders are expected of all persons together: those the arm can't touch, and those it can."""
    run, orders = exposed.run, sales.orders
    able = np.flatnonzero(
        (means > 0) & (touches.at[: means.size] >= run.begins) & (touches.at[: means.size] < run.ends)
    )
    causes = Contacts.of(people, touches.take(able))
    own = exposed.place(causes)
    whose = counted.places(causes.person, causes.at)
    able, own = able[(own >= 0) & (whose >= 0)], own[(own >= 0) & (whose >= 0)]
    chosen = sales.chosen
    placed = counted.places(people.key[orders.who[chosen]] * VISITORS, sales.ordered_at[chosen]) >= 0
    fixed = np.count_nonzero(placed & ~np.isin(orders.cause[chosen], touches.id[able]))
    lag = np.ones(max(CHANNEL_KEYS.values()) + 1)
    for mix in world.preset.channels:
        lag[CHANNEL_KEYS[mix.name]] = mix.lag_days
    end = float(world.clock.forward(min(run.ends, world.until_at)))
    in_time = -np.expm1(-np.maximum(end - touches.u[able], 0.0) / lag[touches.channel[able]])
    at = touches.at[able]
    plain = means[able] * in_time / run.effect(exposed.arm[own], at)
    for arm in range(len(run.experiment.arms)):
        brought = np.round(plain * run.effect(arm, at) * _BILLION).astype(np.int64)
        yield arm, "orders", int(fixed) * _BILLION + int(brought.sum())


def truth_frame(world: World, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `truth.experiment`: what each arm really does, and how people were really split."""
    found = {
        (run, arm, metric): (expected, counted)
        for run, arm, metric, expected, counted in outcomes.iter_rows()
    }
    rows = [
        {
            "experiment_key": run.key,
            "variant_key": run.first_arm + place,
            "metric": metric,
            "relative_lift": _lift(found, run, place, metric),
            "expected": _mean(*found.get((run.key, place, metric), (0, 0))),
            "planted_lift": arm.lift if metric == run.experiment.metric else 0.0,
            "split": arm.split / sum(entry.split for entry in run.experiment.arms),
            "kind": run.experiment.kind,
            "defect": run.experiment.defect or None,
            "traffic": run.experiment.traffic,
            "wears_off_days": run.experiment.wears_off_days or None,
        }
        for run in runs(world)
        for place, arm in enumerate(run.experiment.arms)
        for metric in ((run.experiment.metric,) if run.experiment.metric == "orders" else _STEPS)
    ]
    overrides = {
        "defect": pl.String,
        "wears_off_days": pl.Float64,
        "relative_lift": pl.Float64,
        "expected": pl.Float64,
    }
    return pl.DataFrame(rows, schema_overrides=overrides, infer_schema_length=None)


Found = dict[tuple[int, int, str], tuple[int, int]]


def _lift(found: Found, run: Run, arm: int, metric: str) -> float | None:
    mine, _ = found.get((run.key, arm, metric), (0, 0))
    control, _ = found.get((run.key, 0, metric), (0, 0))
    return mine / control - 1.0 if control else None


def _mean(expected: int, counted: int) -> float | None:
    return expected / counted / _BILLION if counted else None
