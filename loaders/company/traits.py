"""What customers are like: household, schooling, income, and the persona that goes along with all of it."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._draws import normal, pick_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from martlet.loaders.company._sections import PeopleSection
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "MARITAL",
    "children",
    "education",
    "income",
    "marital",
    "mean_over_rates",
    "persona",
    "rate_scores",
    "share_scores",
]

MARITAL: Final = ["Single", "Married", "Together", "Divorced", "Widowed"]
# Points of a numerical mean over the gamma distribution of rates, and where it ends, in standard deviations.
_GRID: Final = 2000
_TAIL: Final = 20.0
_TINY: Final = 1e-300


@cache
def _rates(shape: float) -> tuple[Floats, Floats, float]:
    """Return gamma numbers of a shape, their weights, and the power whose root makes their grid even.

    On a grid of s with x = s^power, which takes a pole of their density at 0 away.
    """
    power = max(1.0 / shape, 1.0)
    top = (shape + _TAIL * (1.0 + np.sqrt(shape))) ** (1.0 / power)
    grid = (np.arange(_GRID) + 0.5) / _GRID * top
    weights = np.exp(-(grid**power)) * grid ** (power * shape - 1.0)
    return grid**power, weights / weights.sum(), power


def mean_over_rates(function: Callable[[Floats], Floats], shape: float) -> float:
    """Return the mean of a function over gamma rates of scale 1."""
    rates, weights, _ = _rates(shape)
    return float(np.sum(function(rates) * weights))


def rate_scores(scaled: Floats, shape: float) -> Floats:
    """Return the standard normal numbers of the same rank as gamma rates of scale 1, of any shape."""
    grid, scores, power = _scores(shape)
    return np.interp(scaled ** (1.0 / power), grid, scores)


@cache
def _scores(shape: float) -> tuple[Floats, Floats, float]:
    rates, weights, power = _rates(shape)
    ranks = np.clip(np.cumsum(weights) - weights / 2, 1e-9, 1 - 1e-9)
    return rates ** (1.0 / power), np.array([NormalDist().inv_cdf(rank) for rank in ranks]), power


def share_scores(shares: Floats, a: float, b: float) -> Floats:
    """Return the standard normal numbers of the same rank as beta shares."""
    logits, scores = _share_scores(a, b)
    found: Floats = np.interp(np.log(shares + _TINY) - np.log(1.0 - shares + _TINY), logits, scores)
    return found


@cache
def _share_scores(a: float, b: float) -> tuple[Floats, Floats]:
    # In logits the density has no pole, whatever a and b.
    logits = np.linspace(-_TAIL / a - _TAIL, _TAIL / b + _TAIL, _GRID)
    logs = -a * np.log1p(np.exp(-logits)) - b * np.log1p(np.exp(logits))
    weights = np.exp(logs - logs.max())
    ranks = np.clip((np.cumsum(weights) - weights / 2) / weights.sum(), 1e-9, 1 - 1e-9)
    return logits, np.array([NormalDist().inv_cdf(rank) for rank in ranks])


def marital(world: World, key: Ints, age: Ints, place: Ints) -> Ints:
    """Return codes of `MARITAL`, by age and country; who is nothing else is single."""
    people = world.preset.people
    names = [country.name for country in people.countries]
    country = np.array([names.index(entry.country) for entry in people.places])[place]
    weights = np.array(
        [
            [
                band.married,
                band.together * land.together,
                band.divorced * land.divorced,
                band.widowed * land.widowed,
            ]
            for land in people.countries
            for band in people.ages
        ]
    )
    weights = np.column_stack((np.maximum(1.0 - weights.sum(axis=1), 0.0), weights))
    draw = world.streams.uniform("people/married", key)
    return pick_by(draw, weights, country * len(people.ages) + age)


def education(world: World, key: Ints, age: Ints) -> Ints:
    """Return positions in `people.educations`, by age."""
    bands, schools = world.preset.people.ages, world.preset.people.educations
    weights = np.array(
        [
            [school.weight * (band.graduate if school.is_graduate else 1.0) for school in schools]
            for band in bands
        ]
    )
    return pick_by(world.streams.uniform("people/education", key), weights, age)


def children(people: PeopleSection, uniform: Floats, chance: Floats, couple: Bools) -> Ints:
    """Return 0, 1 or 2 children; couples and singles stand about the band's chance by `couples_factor`, one to the other."""
    ratio = people.couples_factor
    child_chance = np.clip(chance * np.where(couple, 2 * ratio, 2.0) / (ratio + 1), 0.0, 1.0)
    return (uniform < child_chance).astype(np.int64) + (uniform < child_chance * people.second_child).astype(
        np.int64
    )


def income(
    world: World, key: Ints, *, thrift: Floats, pace: Floats, age: Ints, education: Ints, place: Ints
) -> Ints:
    """Return yearly incomes in the currency's unit, rounded to hundreds.

    Who spends more on an order (less `thrift`) or buys more often (`pace`), both standard normal, earns more: what age,
    education and place leave open goes along with it, and orders stay gamma-gamma and BG/NBD.
    """
    people = world.preset.people
    spend, often = people.income_and_spend, people.income_and_rate
    chance = normal(world.streams, "people/income", key) * np.sqrt(max(1.0 - spend**2 - often**2, 0.0))
    chance += often * pace - spend * thrift
    factor = np.array([band.income_factor for band in people.ages])[age]
    factor *= np.array([school.income_factor for school in people.educations])[education]
    factor *= np.array([entry.income_factor for entry in people.places])[place]
    spread = np.exp(people.income_spread * chance)
    earned: Ints = np.round(people.income_median * factor * spread / 100).astype(np.int64) * 100
    return earned


def persona(world: World, key: Ints, *, age: Ints, is_family: Bools, income: Ints, thrift: Floats) -> Ints:
    """Return positions in `people.personas`: the likelier one, the better it fits what the person is like.

    So personas differ in all of it, while ages, incomes, rates and spend keep their own distributions.
    """
    people = world.preset.people
    wealth = np.log(np.maximum(income, 1) / people.income_median)
    weights = np.empty((key.size, len(people.personas)))
    for column, entry in enumerate(people.personas):
        fit = np.exp(entry.income * wealth - entry.spend * thrift)
        fit *= np.array(entry.ages)[age] * np.where(is_family, entry.family_factor, 1.0)
        weights[:, column] = entry.weight * fit
    return pick_by(world.streams.uniform("people/persona", key), weights, np.arange(key.size, dtype=np.int64))
