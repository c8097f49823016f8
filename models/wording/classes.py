"""Which of several classes a text is of, by multinomial logistic regression and by naive Bayes: both a sum of weights of words a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.models.predicting.learning import fitted, learner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["Classes", "accuracy", "confusion", "logistic", "macro_f1", "naive_bayes"]


@dataclass(frozen=True)
class Classes:
    """Names, constants and weights (a row a class, a column a word), each with a mean of 0 over the classes."""

    names: tuple[str, ...]
    constants: Vector
    weights: Matrix

    def probabilities(self, matrix: Matrix) -> Matrix:
        """Return the probability of each class, a column each, of each row of words."""
        raw = self.constants + matrix @ self.weights.T
        powers = np.exp(raw - raw.max(axis=1, keepdims=True))
        found: Matrix = powers / powers.sum(axis=1, keepdims=True)
        return found

    def foretold(self, matrix: Matrix) -> list[str]:
        """Return the likeliest class of each row of words; of equals the first by name."""
        return [self.names[place] for place in self.probabilities(matrix).argmax(axis=1)]


def logistic(matrix: Matrix, labels: Sequence[str], *, strength: float) -> Classes:
    """Fit a multinomial logistic regression; a greater `strength` of the penalty leaves the weights smaller.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    model = fitted(
        learner("linear_model", "LogisticRegression", C=1 / strength, max_iter=500), matrix, labels
    )
    constants, weights = model.intercept_, model.coef_
    if len(model.classes_) == 2:  # noqa: PLR2004 (scikit-learn keeps the second alone)
        constants, weights = np.append(-constants / 2, constants / 2), np.vstack([-weights / 2, weights / 2])
    return _centred(model.classes_, constants, weights)


def naive_bayes(matrix: Matrix, labels: Sequence[str], *, smoothing: float) -> Classes:
    """Fit multinomial naive Bayes on the weighed words; `smoothing` is what is added to each word's sum.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    model = fitted(learner("naive_bayes", "MultinomialNB", alpha=smoothing), matrix, labels)
    return _centred(model.classes_, model.class_log_prior_, model.feature_log_prob_)


def confusion(actual: Sequence[str], foretold: Sequence[str]) -> dict[tuple[str, str], int]:
    """Return how many are of one class and taken for another, of all pairs of classes that are there."""
    names = sorted({*actual, *foretold})
    counts = {(one, other): 0 for one in names for other in names}
    for pair in zip(actual, foretold, strict=True):
        counts[pair] += 1
    return counts


def accuracy(actual: Sequence[str], foretold: Sequence[str]) -> float:
    """Return the share that is taken for what it is."""
    return float(np.mean(np.array(actual) == np.array(foretold)))


def macro_f1(actual: Sequence[str], foretold: Sequence[str]) -> float:
    """Return the mean over the classes that are there of F1 = 2 hits / (2 hits + misses + false alarms), so that rare classes count as much."""
    counts = confusion(actual, foretold)
    names = sorted({*actual, *foretold})
    found = []
    for name in names:
        there = sum(counts[name, other] for other in names)
        taken = sum(counts[other, name] for other in names)
        found.append(2 * counts[name, name] / (there + taken))
    return float(np.mean(found))


def _centred(names: Sequence[str], constants: Vector, weights: Matrix) -> Classes:
    """Take the mean over the classes off, which no probability feels."""
    return Classes(
        tuple(str(name) for name in names), constants - constants.mean(), weights - weights.mean(axis=0)
    )
