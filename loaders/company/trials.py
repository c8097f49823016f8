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
from martlet.loaders.company.experiments import Contacts, arm_factors, runs
from martlet.loaders.company.funnel import bounces
from martlet.loaders.company.mail_trials import hour_effects
from martlet.loaders.company.price_trials import mean_response, units_expected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company.experiments import Exposures, Run
    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.web_frames import TouchRecord
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["expected_outcomes", "truth_frame"]

_BILLION: Final = 1_000_000_000
_STEPS: Final = ("add_to_cart", "checkout")
# What is measured where the metric is not a step of visits.
_METRICS: Final = {
    "orders": ("orders",),
    "units": ("units",),
    "bounce": ("bounce",),
    "opens": ("opens", "clicks"),
}
_SURE: Final = 1.0 - 1e-12


class _MeasuredPersons:
    """The persons of a run who are measured: exposed to one arm only, each from the first exposure on."""

    def __init__(self, exposures: Exposures) -> None:
        self.run: Final = exposures.run
        self._person, position = np.unique(exposures.person, return_inverse=True)
        self._since = np.full(self._person.size, np.iinfo(np.int64).max)
        np.minimum.at(self._since, position, exposures.at)
        low, high = np.full(self._person.size, len(self.run.experiment.arms)), np.full(self._person.size, -1)
        np.minimum.at(low, position, exposures.arm)
        np.maximum.at(high, position, exposures.arm)
        self._single = low == high

    def __len__(self) -> int:
        return int(np.count_nonzero(self._single))

    def positions(self, person: Ints, at: Ints) -> Ints:
        """Return the position of the person for whom something counts that happened at a moment, -1 for nobody."""
        if not self._person.size:
            return np.full(person.size, -1, dtype=np.int64)
        position = np.minimum(np.searchsorted(self._person, person), self._person.size - 1)
        counts = (self._person[position] == person) & self._single[position]
        counts &= (at >= self._since[position]) & (at < self.run.ends)
        return np.where(counts, position, -1)


def expected_outcomes(
    world: World,
    people: People,
    *,
    exposures: Sequence[Exposures],
    touches: Touches,
    record: TouchRecord,
    sales: Sales,
    expected_orders: Floats,
    of_mail: list[dict[str, object]],
) -> pl.DataFrame:
    """Return by run, arm and metric what is expected if all who count fell under the arm, in billionths, and how many count.

    `expected_orders` are the orders expected of the first of the touches; the others cause none. `of_mail` are the rows about mail.
    """
    rows = list(of_mail)
    visits = record.rows[touches.visits[record.rows]]
    visits = visits[(record.customer[visits] > 0) | (touches.browser[visits] >= PROSPECTS)]
    visit_touches = touches.take(visits)
    contacts = Contacts.of(people, visit_touches)
    leaves = bounces(world, people, visit_touches) * arm_factors(exposures, people, visit_touches, "bounce")
    leaves = np.where(visit_touches.converts, 0.0, np.minimum(leaves, 1.0))
    sees = (1.0 - leaves) * world.preset.visits.product_view
    chances = {
        "add_to_cart": world.preset.visits.add_to_cart
        * arm_factors(exposures, people, visit_touches, "add_to_cart"),
        "checkout": world.preset.visits.checkout * arm_factors(exposures, people, visit_touches, "checkout"),
    }
    for each in exposures:
        persons = _MeasuredPersons(each)
        if each.run.experiment.metric == "orders":
            found = _orders(
                world, people, each, persons, touches=touches, sales=sales, expected_orders=expected_orders
            )
        elif each.run.experiment.metric == "units":
            found = _units(world, people, each, persons, sales)
        elif each.run.experiment.metric == "bounce":
            found = _bounces(each, persons, contacts=contacts, leaves=leaves)
        else:
            found = _steps(
                each, persons, contacts=contacts, buys=visit_touches.converts, sees=sees, chances=chances
            )
        rows += [
            {"run": each.run.key, "arm": arm, "metric": metric, "expected": expected, "persons": len(persons)}
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
    exposures: Exposures,
    persons: _MeasuredPersons,
    *,
    contacts: Contacts,
    buys: Bools,
    sees: Floats,
    chances: dict[str, Floats],
) -> Iterator[tuple[int, str, int]]:
    """Yield by arm and step how many persons are expected to take it in any of their visits."""
    run = exposures.run
    during = np.flatnonzero((contacts.at >= run.begins) & (contacts.at < run.ends))
    person = persons.positions(contacts.person[during], contacts.at[during])
    rows = during[person >= 0]
    person = person[person >= 0]
    at, buys = contacts.at[rows], buys[rows]
    position = exposures.positions(contacts.take(rows))
    is_exposed = position >= 0
    actual_effect = (
        np.where(is_exposed, run.effect(exposures.arm[position], at), 1.0) if position.size else np.ones(0)
    )
    for arm in range(len(run.experiment.arms)):
        effect_ratio = np.where(is_exposed, run.effect(arm, at), 1.0) / actual_effect
        reached = sees[rows]
        for step in _STEPS:
            chance = chances[step][rows] * (effect_ratio if step == run.experiment.metric else 1.0)
            reached = reached * np.minimum(chance, 1.0)
            missed = np.log1p(-np.where(buys, _SURE, np.minimum(reached, _SURE)))
            by_person = 1.0 - np.exp(np.bincount(person, weights=missed)) if person.size else np.zeros(0)
            yield arm, step, int(np.round(by_person * _BILLION).astype(np.int64).sum())


def _bounces(
    exposures: Exposures, persons: _MeasuredPersons, *, contacts: Contacts, leaves: Floats
) -> Iterator[tuple[int, str, int]]:
    """Yield by arm how many visits of all persons together are expected to end with their first page."""
    run = exposures.run
    rows = np.flatnonzero(persons.positions(contacts.person, contacts.at) >= 0)
    at = contacts.at[rows]
    position = exposures.positions(contacts.take(rows))
    is_exposed = position >= 0
    actual = np.where(is_exposed, run.effect(exposures.arm[position], at), 1.0) if rows.size else np.ones(0)
    for arm in range(len(run.experiment.arms)):
        effect = np.where(is_exposed, run.effect(arm, at), 1.0)
        expected = np.minimum(leaves[rows] / actual * effect, 1.0) * _BILLION
        yield arm, "bounce", int(np.round(expected).astype(np.int64).sum())


def _units(
    world: World, people: People, exposures: Exposures, persons: _MeasuredPersons, sales: Sales
) -> Iterator[tuple[int, str, int]]:
    """Yield by arm how many units all persons together are expected to buy: who orders does not depend on the arm."""
    chosen = sales.order_rows
    person = people.key[sales.orders.who[chosen]] * VISITORS
    counted = chosen[persons.positions(person, sales.ordered_at[chosen]) >= 0]
    for arm, units in units_expected(world, people, sales, exposures, counted):
        yield arm, "units", int(np.round(units * _BILLION).astype(np.int64).sum())


def _planted(world: World, run: Run, position: int) -> float:
    """Return what an arm does to what it acts on, against the control."""
    experiment = run.experiment
    if experiment.metric == "units":
        response = mean_response(world.preset, experiment)
        return float(response[position] / response[0]) - 1.0
    hours = hour_effects(experiment, world.preset.email.hours)
    return float((1.0 + experiment.arms[position].lift) * hours[position] / hours[0]) - 1.0


def _orders(
    world: World,
    people: People,
    exposures: Exposures,
    persons: _MeasuredPersons,
    *,
    touches: Touches,
    sales: Sales,
    expected_orders: Floats,
) -> Iterator[tuple[int, str, int]]:
    """Yield by arm how many orders are expected of all persons together: those the arm can't touch, and those it can."""
    run, orders = exposures.run, sales.orders
    causing = np.flatnonzero(
        (expected_orders > 0)
        & (touches.at[: expected_orders.size] >= run.begins)
        & (touches.at[: expected_orders.size] < run.ends)
    )
    causes = Contacts.of(people, touches.take(causing))
    position = exposures.positions(causes)
    person_position = persons.positions(causes.person, causes.at)
    causing, position = (
        causing[(position >= 0) & (person_position >= 0)],
        position[(position >= 0) & (person_position >= 0)],
    )
    chosen = sales.order_rows
    placed = persons.positions(people.key[orders.who[chosen]] * VISITORS, sales.ordered_at[chosen]) >= 0
    fixed = np.count_nonzero(placed & ~np.isin(orders.cause[chosen], touches.id[causing]))
    lag = np.ones(max(CHANNEL_KEYS.values()) + 1)
    for mix in world.preset.channels:
        lag[CHANNEL_KEYS[mix.name]] = mix.lag_days
    end = float(world.clock.forward(min(run.ends, world.until_at)))
    in_time = -np.expm1(-np.maximum(end - touches.u[causing], 0.0) / lag[touches.channel[causing]])
    at = touches.at[causing]
    plain = expected_orders[causing] * in_time / run.effect(exposures.arm[position], at)
    for arm in range(len(run.experiment.arms)):
        expected = np.round(plain * run.effect(arm, at) * _BILLION).astype(np.int64)
        yield arm, "orders", int(fixed) * _BILLION + int(expected.sum())


def truth_frame(world: World, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `truth.experiment`: what each arm really does, and how people were really split."""
    found = {
        (run, arm, metric): (expected, persons)
        for run, arm, metric, expected, persons in outcomes.iter_rows()
    }
    rows = [
        {
            "experiment_key": run.key,
            "variant_key": run.first_arm + position,
            "metric": metric,
            "relative_lift": _lift(found, run, position, metric),
            "expected": _mean(*found.get((run.key, position, metric), (0, 0))),
            "planted_lift": _planted(world, run, position) if metric == run.experiment.metric else 0.0,
            "split": arm.split / sum(entry.split for entry in run.experiment.arms),
            "kind": run.experiment.kind,
            "defect": run.experiment.defect or None,
            "traffic": run.experiment.traffic,
            "wears_off_days": run.experiment.wears_off_days or None,
            "campaign_type": run.experiment.campaign_type or None,
        }
        for run in runs(world)
        for position, arm in enumerate(run.experiment.arms)
        for metric in _METRICS.get(run.experiment.metric, _STEPS)
    ]
    overrides = {
        "defect": pl.String,
        "campaign_type": pl.String,
        "wears_off_days": pl.Float64,
        "relative_lift": pl.Float64,
        "expected": pl.Float64,
    }
    return pl.DataFrame(rows, schema_overrides=overrides, infer_schema_length=None)


Found = dict[tuple[int, int, str], tuple[int, int]]


def _lift(found: Found, run: Run, arm: int, metric: str) -> float | None:
    treated, _ = found.get((run.key, arm, metric), (0, 0))
    control, _ = found.get((run.key, 0, metric), (0, 0))
    return treated / control - 1.0 if control else None


def _mean(expected: int, persons: int) -> float | None:
    return expected / persons / _BILLION if persons else None
