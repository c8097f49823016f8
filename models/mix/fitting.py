"""The fit: demand and media in turns, shapes by coordinate search, coefficients by non-negative least squares, draws by a block bootstrap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.mix.demand import Design, dispersion, fitted_demand
from martlet.models.mix.line import SWEEPS, Lift, Line, Point
from martlet.models.mix.media import Media

if TYPE_CHECKING:
    from collections.abc import Sequence

    from martlet.models.mix.panel import Floats, Ints, Panel

__all__ = ["Draws", "Lift", "Mix", "drawn", "fitted", "line_at"]

_TURNS: Final = 60
# From then on shapes stay, since two that are as good as each other would change places for ever.
_SEARCHES: Final = 15
_NEAR: Final = 1e-6
_BLOCK_WEEKS: Final = 8


@dataclass(frozen=True)
class Mix:
    """A fitted mix.

    Attributes
    ----------
    panel, media, design
        What it was fitted on.
    weights
        Of the terms of demand, (P,).
    place
        Of each channel's shape among `media.carry` and `media.half`, (C,).
    coefficient
        What each channel adds to demand at most, (C,).
    size_weights
        Of the terms of demand that made the sizes, against which spend saturates, (P,).
    level
        Mean sales of a region and week, the unit in which it was fitted.
    spread
        Variance of sales against their mean, in the unit of sales.
    has_converged
        Whether the last turn moved nothing.
    """

    panel: Panel
    media: Media
    design: Design
    weights: Floats
    place: Ints
    coefficient: Floats
    size_weights: Floats
    level: float
    spread: float
    has_converged: bool

    @property
    def demand(self) -> Floats:
        """Sales without media, by region and week."""
        return self.level * np.exp(self.design.terms @ self.weights)

    def added(self) -> Floats:
        """Return the sales that each channel added, (C, R, T)."""
        shapes = [self.media.shape(channel, int(at)) for channel, at in enumerate(self.place)]
        stacked = np.array(shapes).reshape(-1, *self.panel.sales.shape)
        return np.asarray(self.coefficient[:, None, None] * self.demand * stacked)

    @property
    def carry(self) -> Floats:
        """Share of an effect that is carried over to the next week, by channel."""
        return self.media.carry[self.place]

    @property
    def half(self) -> Floats:
        """Spend at which half of the limit is reached, against the mean of weeks with spend, by channel."""
        return self.media.half[self.place]


@dataclass(frozen=True)
class Draws:
    """What might as well have been found, (D, C): the shapes' places and the coefficients."""

    place: Ints
    coefficient: Floats

    def with_fit(self, mix: Mix) -> Draws:
        """Return the draws with the fit itself before them, as number 0."""
        return Draws(np.vstack([mix.place, self.place]), np.vstack([mix.coefficient, self.coefficient]))


def fitted(panel: Panel, lifts: Sequence[Lift] = ()) -> Mix:
    """Fit a mix.

    Parameters
    ----------
    panel
        Sales, spend and controls.
    lifts
        What is known from elsewhere; each is one more observation, weighed by its error.

    Raises
    ------
    FitError
        If SciPy is missing.
    """
    level = float(panel.sales.mean())
    sales = panel.sales.ravel() / level
    least = (1.0 if panel.is_count else 0.0) / level + 1e-12
    design = Design.of(panel)
    terms = design.rows
    ones = np.ones(sales.size)
    weights = fitted_demand(sales, design, ones, max(least, 1e-3))
    spread = dispersion(sales, np.exp(terms @ weights), _free(design), least)
    weights = fitted_demand(sales, design, ones, spread, weights)
    size_weights = np.where(design.is_lasting, weights, 0.0)
    media = Media.of(panel, np.exp(design.terms @ size_weights))
    shapes = media.all_shapes().reshape(len(panel.channels), media.carry.size, -1)
    channels = len(panel.channels)
    place = np.full(channels, int(np.argmin(media.penalty()[0])) if channels else 0)
    coefficient = np.zeros(channels)
    # The first turn has no media in its demand, so it goes on from the usual shapes.
    has_converged = False
    for turn in range(_TURNS):
        last = coefficient.copy()
        times = 1.0 + coefficient @ shapes[np.arange(channels), place] if channels else ones
        weights = fitted_demand(sales, design, times, spread, weights)
        now = Point(weights, place, coefficient, spread)
        line = Line.at(sales, design, shapes, now)
        place, coefficient = line.solved(
            line.summed(lifts, level), media.penalty(), place, sweeps=SWEEPS if turn < _SEARCHES else 0
        )
        mean = np.exp(terms @ weights) * (
            1.0 + coefficient @ shapes[np.arange(channels), place] if channels else ones
        )
        spread = dispersion(sales, mean, _free(design) + 3 * channels, least)
        if np.abs(coefficient - last).max(initial=0.0) < _NEAR:
            has_converged = True
            break
    times = 1.0 + coefficient @ shapes[np.arange(channels), place] if channels else ones
    weights = fitted_demand(sales, design, times, spread, weights)
    return Mix(
        panel, media, design, weights, place, coefficient, size_weights, level, spread * level, has_converged
    )


def drawn(mix: Mix, lifts: Sequence[Lift] = (), *, draws: int, seed: int) -> Draws:
    """Return what might as well have been found: weeks drawn again in blocks, with what is usual, and lifts, drawn within their errors.

    Each draw is one step of the fit from the shapes and coefficients that were found. What is usual is drawn too, so that where the
    data say nothing of a shape the draws differ as much as what is usual does.
    """
    panel, random = mix.panel, np.random.default_rng(seed)
    channels, weeks = len(panel.channels), panel.weeks
    line = line_at(mix)
    places, coefficients = [], []
    block = min(_BLOCK_WEEKS, max(weeks // 8, 1))
    for _ in range(draws):
        starts = random.integers(0, weeks, -(-weeks // block))
        chosen = ((starts[:, None] + np.arange(block)) % weeks).ravel()[:weeks]
        times = np.bincount(chosen, minlength=weeks).astype(float)
        moved = [
            Lift(one.channel, one.sales + one.error * random.standard_normal(), one.error, one.is_in)
            for one in lifts
        ]
        sums = line.summed(moved, mix.level, times=np.tile(times, panel.regions), random=random)
        place, coefficient = line.solved(sums, mix.media.penalty(random), mix.place)
        places.append(place)
        coefficients.append(coefficient)
    shape = (draws, channels)
    return Draws(np.array(places).reshape(shape), np.array(coefficients).reshape(shape))


def line_at(mix: Mix) -> Line:
    """Return the model as it is near a fit."""
    panel = mix.panel
    shapes = mix.media.all_shapes().reshape(len(panel.channels), mix.media.carry.size, -1)
    now = Point(mix.weights, mix.place, mix.coefficient, mix.spread / mix.level)
    return Line.at(panel.sales.ravel() / mix.level, mix.design, shapes, now)


def _free(design: Design) -> float:
    """Return how many parameters demand has; those of weeks are drawn towards nothing, and count for half."""
    return float((~design.is_week).sum() + 0.5 * design.is_week.sum())
