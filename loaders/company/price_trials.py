"""Experiments on prices: what is taken off for whom, and the units that each arm leads one to expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company._ids import VISITORS
from martlet.loaders.company.experiments import Contacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Experiment, Preset
    from martlet.loaders.company.experiments import Exposures
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["PRICE_METRIC", "mean_response", "offers", "units_expected"]

PRICE_METRIC = "units"


def _cuts(preset: Preset, experiment: Experiment) -> Floats:
    """Return what each arm takes off, by arm and category."""
    wanted = experiment.categories or tuple(category.name for category in preset.categories)
    applies = np.array([category.name in wanted for category in preset.categories], dtype=np.float64)
    return np.array([arm.discount for arm in experiment.arms])[:, None] * applies


def _positions(world: World, people: People, orders: Orders, exposures: Exposures) -> Ints:
    """Return the position of the exposure under which each order falls when it is decided on, -1 for none."""
    person = people.key[orders.who] * VISITORS
    return exposures.positions(Contacts(person, person, world.clock.inverse(orders.u)))


def offers(world: World, people: People, orders: Orders, exposures: Sequence[Exposures]) -> Floats:
    """Return the discount that arms grant, by order and category."""
    found = np.zeros((orders.id.size, len(world.preset.categories)))
    for each in exposures:
        if each.run.experiment.metric == PRICE_METRIC and each.unit.size:
            position = _positions(world, people, orders, each)
            rows = np.flatnonzero(position >= 0)
            cuts = _cuts(world.preset, each.run.experiment)[each.arm[position[rows]]]
            found[rows] = np.maximum(found[rows], cuts)
    return found


def units_expected(
    world: World, people: People, sales: Sales, exposures: Exposures, counted: Ints
) -> Iterator[tuple[int, Floats]]:
    """Yield by arm the units that each line of the counted orders is expected to have."""
    orders, lines = sales.orders, sales.order_lines
    counts = np.zeros(orders.id.size, dtype=bool)
    counts[counted] = True
    rows = np.flatnonzero(counts[lines.order])
    whose, category = lines.order[rows], world.products.category[lines.product[rows]]
    elasticity = np.array([entry.elasticity for entry in world.preset.categories])[category]
    day = world.day_of(world.clock.inverse(orders.u))[whose]
    usual = world.promotions.discount[category, day]
    is_exposed = (_positions(world, people, orders, exposures) >= 0)[whose]
    cuts = _cuts(world.preset, exposures.run.experiment)
    for arm in range(len(cuts)):
        cut = np.maximum(usual, np.where(is_exposed, cuts[arm][category], 0.0))
        answering = lines.wanted[rows] * (1.0 - cut) ** elasticity
        yield arm, np.where(lines.fills_up[rows], lines.quantity[rows], answering)


def mean_response(preset: Preset, experiment: Experiment) -> Floats:
    """Return by arm the mean over the categories of what a line's units are multiplied by, at list prices."""
    elasticity = np.array([entry.elasticity for entry in preset.categories])
    found: Floats = ((1.0 - _cuts(preset, experiment)) ** elasticity).mean(axis=1)
    return found
