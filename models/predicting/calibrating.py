"""Log odds as probabilities, and amounts at the right level: scores of a model put right on rows that it has not learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.predicting.learning import fitted, learner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

__all__ = ["Exponential", "Isotonic", "Line", "Platt", "calibrated", "grown", "levelled", "logistic_of"]

# Below so many of the rarer class a curve of steps follows chance.
ENOUGH_FOR_STEPS: Final = 1_000
_MOST_KNOTS: Final = 30


@dataclass(frozen=True)
class Platt:
    """A straight line through the log odds (Platt 1999)."""

    slope: float
    intercept: float

    def score(self, raw: Vector) -> Vector:
        """Return the probability of each row."""
        return logistic_of(self.slope * raw + self.intercept)


@dataclass(frozen=True)
class Isotonic:
    """A curve that never falls, straight between knots (Zadrozny and Elkan 2002)."""

    raw: tuple[float, ...]
    rate: tuple[float, ...]

    def score(self, raw: Vector) -> Vector:
        """Return the probability of each row, that of the first or last knot beyond them."""
        return np.interp(raw, self.raw, self.rate)


@dataclass(frozen=True)
class Line:
    """A straight line through amounts, which are never below 0."""

    slope: float
    intercept: float

    def score(self, raw: Vector) -> Vector:
        """Return the amount of each row."""
        return np.maximum(self.slope * raw + self.intercept, 0.0)


@dataclass(frozen=True)
class Exponential:
    """Logarithms as amounts."""

    factor: float

    def score(self, raw: Vector) -> Vector:
        """Return the amount of each row."""
        return np.asarray(self.factor * np.exp(raw), dtype=np.float64)


def logistic_of(raw: Vector) -> Vector:
    """Return 1 / (1 + exp(-raw))."""
    return np.asarray(1 / (1 + np.exp(-raw)), dtype=np.float64)


def calibrated(raw: Vector, label: Vector) -> Platt | Isotonic:
    """Return the curve from log odds to the share of the class, isotonic where the rarer class has enough rows, else Platt's.

    Where the rows hold one class only, nothing is changed.
    """
    rarer = min(label.sum(), len(label) - label.sum())
    if rarer > ENOUGH_FOR_STEPS:
        model = learner("isotonic", "IsotonicRegression", out_of_bounds="clip")
        fitted(model, raw, label)
        return _with_few_knots(model.X_thresholds_, model.y_thresholds_)
    if rarer == 0:
        return Platt(1.0, 0.0)
    model = learner("linear_model", "LogisticRegression", C=1e6)
    fitted(model, raw[:, None], label)
    return Platt(float(model.coef_[0, 0]), float(model.intercept_[0]))


def levelled(raw: Vector, label: Vector) -> Line:
    """Return the line from amounts to what came, by least squares; one that falls, or amounts that are alike, only get the right mean."""
    spread = float(raw.var())
    slope = float(((raw - raw.mean()) * (label - label.mean())).mean()) / spread if spread else 0.0
    slope = slope if slope > 0 else 1.0
    return Line(slope, float(label.mean() - slope * raw.mean()))


def grown(raw: Vector, label: Vector) -> Exponential:
    """Return the curve from logarithms to amounts with the mean of what came; where nothing came, nothing is changed."""
    amounts = np.exp(raw)
    return Exponential(max(float(label.mean()), 0.0) / float(amounts.mean()) or 1.0)


def _with_few_knots(raw: Vector, rate: Vector) -> Isotonic:
    """Keep knots evenly among all, both ends included; between them the curve is straight, and rises strictly enough to keep the order."""
    places = np.unique(np.linspace(0, len(raw) - 1, min(_MOST_KNOTS, len(raw))).round().astype(int))
    return Isotonic(tuple(raw[places].tolist()), tuple(rate[places].tolist()))
