"""The model as it is near a fit: a sum of squares, in which shapes are searched and coefficients found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.maximising import scipy_or_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from martlet.models.mix.demand import Design
    from martlet.models.mix.panel import Floats, Ints

__all__ = ["SWEEPS", "Lift", "Line", "Point"]

# Standard deviation of what a channel may add to demand at most, against demand.
_COEFFICIENT: Final = 1.0
# Rounds of the search for shapes, channel by channel, at most.
SWEEPS: Final = 30


@dataclass(frozen=True)
class Lift:
    """What an experiment or another model says a channel brought about: sales in some weeks and regions, with a standard error.

    `is_in` is by region and week, (R, T); None is all.
    """

    channel: int
    sales: float
    error: float
    is_in: Floats | None = None


@dataclass(frozen=True)
class Point:
    """Where the fit is: weights of the terms of demand, shapes, coefficients, and variance against the mean."""

    weights: Floats
    place: Ints
    coefficient: Floats
    spread: float


@dataclass(frozen=True)
class Line:
    """The model as it is near a fit: sums of squares of what is left, in the terms of demand and in all shapes of all channels."""

    base: Floats
    shapes: Floats
    left: Floats
    weight: Floats
    precision: Floats
    channels: int
    demand: Floats

    @classmethod
    def at(cls, sales: Floats, design: Design, shapes: Floats, now: Point) -> Line:
        """Return it at some weights, shapes and coefficients."""
        terms, place, coefficient = design.rows, now.place, now.coefficient
        channels = len(shapes)
        demand = np.exp(terms @ now.weights)
        media = (
            demand * (coefficient @ shapes[np.arange(channels), place]) if channels else np.zeros_like(demand)
        )
        mean = demand + media
        return cls(
            base=terms * mean[:, None],
            shapes=(shapes * demand).reshape(-1, demand.size).T,
            left=sales - mean + media + (terms @ now.weights) * mean,
            weight=1.0 / (np.maximum(mean, 1e-9) * now.spread),
            precision=design.precision,
            channels=channels,
            demand=demand,
        )

    def summed(
        self,
        lifts: Sequence[Lift],
        level: float,
        *,
        times: Floats | None = None,
        random: np.random.Generator | None = None,
    ) -> tuple[Floats, Floats]:
        """Return the sums of squares of the shapes, and with what is left, after the terms of demand are taken out of both."""
        weight = self.weight if times is None else self.weight * times
        weighed = self.base * weight[:, None]
        inner = weighed.T @ self.base + np.diag(self.precision)
        across, target = weighed.T @ self.shapes, weighed.T @ self.left
        if random is not None:
            target = target + np.sqrt(self.precision) * random.standard_normal(self.precision.size)
        solved = np.linalg.solve(inner, np.column_stack([across, target]))
        shape_weighed = self.shapes * weight[:, None]
        gram = shape_weighed.T @ self.shapes - across.T @ solved[:, :-1]
        right = shape_weighed.T @ self.left - across.T @ solved[:, -1]
        of_channel = np.repeat(np.arange(self.channels), self.shapes.shape[1] // max(self.channels, 1))
        for lift in lifts:
            chosen = (
                self.shapes.sum(axis=0) if lift.is_in is None else lift.is_in.ravel() @ self.shapes
            ) * level
            chosen = np.where(of_channel == lift.channel, chosen, 0.0) / lift.error
            gram = gram + np.outer(chosen, chosen)
            right = right + chosen * (lift.sales / lift.error)
        return gram, right

    def solved(
        self, sums: tuple[Floats, Floats], penalty: Floats, start: Ints, *, sweeps: int = SWEEPS
    ) -> tuple[Ints, Floats]:
        """Return the shapes and coefficients of the least penalised sum of squares.

        One channel at a time takes its best shape, the coefficients of the others with it; in the end non-negative least squares puts all
        coefficients right.
        """
        gram, right = sums
        channels, shapes = penalty.shape if penalty.size else (0, 1)
        offset, place = np.arange(channels) * shapes, start.copy()
        ridge = _COEFFICIENT**-2.0
        coefficient = _non_negative(gram, right, offset + place, ridge)
        for _ in range(sweeps):
            before = place.copy()
            for channel in range(channels):
                own = slice(offset[channel], offset[channel] + shapes)
                others = np.arange(channels) != channel
                slope = right[own] - gram[own][:, (offset + place)[others]] @ coefficient[others]
                curve = np.diagonal(gram)[own] + ridge
                worth = np.where(slope > 0, slope**2 / curve, 0.0) - penalty[channel]
                place[channel] = int(np.argmax(worth))
                at = place[channel]
                coefficient[channel] = max(slope[at] / curve[at], 0.0)
            coefficient = _non_negative(gram, right, offset + place, ridge)
            if (place == before).all():
                break
        return place, coefficient


def _non_negative(gram: Floats, right: Floats, chosen: Ints, ridge: float) -> Floats:
    """Return the non-negative coefficients of some shapes with the least sum of squares."""
    if not chosen.size:
        return np.zeros(0)
    factor = np.linalg.cholesky(gram[np.ix_(chosen, chosen)] + ridge * np.eye(chosen.size))
    target = np.linalg.solve(factor, right[chosen])
    return np.asarray(scipy_or_error("optimize").nnls(factor.T, target)[0])
