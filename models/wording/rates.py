"""How many of those who get a text answer it: a logistic regression on rows that each stand for many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.models.predicting.learning import fitted, learner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["Rates", "rates"]


@dataclass(frozen=True)
class Rates:
    """A constant and a weight a column, whose sum is the log odds of an answer."""

    constant: float
    weights: Vector

    def rate(self, matrix: Matrix) -> Vector:
        """Return the share of answers of each row."""
        return 1 / (1 + np.exp(-(self.constant + matrix @ self.weights)))

    def loss(self, matrix: Matrix, answers: Vector, of: Vector) -> float:
        """Return the mean log loss of one of those who got a text."""
        raw = self.constant + matrix @ self.weights
        return float((of * np.logaddexp(0, raw) - answers * raw).sum() / of.sum())


def rates(matrix: Matrix, answers: Vector, of: Vector, *, strength: float) -> Rates:
    """Fit `answers` out of `of` on the columns; a greater `strength` of the penalty leaves the weights smaller.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    model = learner("linear_model", "LogisticRegression", C=1 / strength, max_iter=1000)
    label = np.repeat([1, 0], len(answers))
    counts = np.concatenate([answers, of - answers])
    fitted(model, np.vstack([matrix, matrix]), label, sample_weight=counts)
    return Rates(float(model.intercept_[0]), np.asarray(model.coef_[0]))
