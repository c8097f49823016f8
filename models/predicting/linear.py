"""Linear models: standardised features, what is not known filled by the median and told by an indicator, a squared penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.models.predicting.learning import fitted, learner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["Linear", "Term", "logistic", "ridge"]


@dataclass(frozen=True)
class Term:
    """A column's part of the sum: `coefficient` x (value - `centre`) / `spread`.

    The value is that of the column, or `fill` where it is not known; of an indicator (`is_missing`) 1 where it is not known, else 0.
    """

    column: int
    is_missing: bool
    fill: float
    centre: float
    spread: float
    coefficient: float

    def values(self, matrix: Matrix) -> Vector:
        """Return the value of each row, on the scale of the model."""
        unknown = np.isnan(matrix[:, self.column])
        value = (
            unknown.astype(np.float64)
            if self.is_missing
            else np.where(unknown, self.fill, matrix[:, self.column])
        )
        return (value - self.centre) / self.spread


@dataclass(frozen=True)
class Linear:
    """A sum of terms, which is the amount, or the log odds of a class."""

    intercept: float
    terms: tuple[Term, ...]

    def raw(self, matrix: Matrix) -> Vector:
        """Return the sum of each row."""
        total = np.full(len(matrix), self.intercept)
        for term in self.terms:
            total += term.coefficient * term.values(matrix)
        return total


def logistic(matrix: Matrix, label: Vector, *, strength: float) -> Linear:
    """Fit log odds of a class, 0 or 1; a greater `strength` of the penalty leaves the coefficients smaller.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    scales = _scales(matrix)
    model = learner("linear_model", "LogisticRegression", C=1 / strength, max_iter=500)
    fitted(model, _standardised(scales, matrix), label)
    return _with(scales, model.coef_[0], model.intercept_[0])


def ridge(matrix: Matrix, label: Vector, *, strength: float) -> Linear:
    """Fit an amount; see `logistic`."""
    scales = _scales(matrix)
    model = learner("linear_model", "Ridge", alpha=strength)
    fitted(model, _standardised(scales, matrix), label)
    return _with(scales, model.coef_, model.intercept_)


def _scales(matrix: Matrix) -> tuple[Term, ...]:
    """Return the terms, their coefficients still 0; a column has an indicator where some of its values are not known."""
    found = []
    for place in range(matrix.shape[1]):
        unknown = np.isnan(matrix[:, place])
        fill = 0.0 if unknown.all() else float(np.median(matrix[~unknown, place]))
        kinds = (False, True) if unknown.any() else (False,)
        for is_missing in kinds:
            value = unknown.astype(np.float64) if is_missing else np.where(unknown, fill, matrix[:, place])
            if spread := float(value.std()):
                found.append(Term(place, is_missing, fill, float(value.mean()), spread, 0.0))
    return tuple(found)


def _standardised(terms: tuple[Term, ...], matrix: Matrix) -> Matrix:
    return np.column_stack([term.values(matrix) for term in terms])


def _with(terms: tuple[Term, ...], coefficients: Vector, intercept: float) -> Linear:
    return Linear(
        float(intercept),
        tuple(
            Term(term.column, term.is_missing, term.fill, term.centre, term.spread, float(coefficient))
            for term, coefficient in zip(terms, coefficients, strict=True)
        ),
    )
