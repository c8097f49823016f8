"""Gradient boosted trees, taken out of scikit-learn as plain nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from martlet.models.predicting.learning import fitted, learner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["LEAVES", "TREES", "Node", "Trees", "boosted"]

# As many as SQL can hold in one expression that old clients plan in a second.
TREES: Final = 60
LEAVES: Final = 8
_RATE: Final = 0.08
# Rows that a leaf needs: small leaves learn single customers.
_LEAST_IN_LEAF: Final = 50
_PENALTY: Final = 1.0
# A feature is cut at so many values at most.
_BINS: Final = 64


@dataclass(frozen=True)
class Node:
    """A node: an inner one asks whether a column is at most `threshold`, a leaf (column None) adds its `value`.

    `left` and `right` are the numbers of nodes of the same tree, the left one for yes; what is not known goes left where
    `missing_left`.
    """

    column: int | None
    threshold: float
    left: int
    right: int
    missing_left: bool
    value: float


@dataclass(frozen=True)
class Trees:
    """Trees whose leaves are added to `baseline`; the sum is the logarithm of an amount, or the log odds of a class."""

    baseline: float
    trees: tuple[tuple[Node, ...], ...]

    def raw(self, matrix: Matrix) -> Vector:
        """Return the sum of each row."""
        total = np.full(len(matrix), self.baseline)
        for tree in self.trees:
            total += _leaves(tree, matrix)
        return total

    def raw_of_changed(
        self, scores: Vector, matrix: Matrix, changed: Matrix, places: Sequence[int]
    ) -> Vector:
        """Return the sums of rows that differ from others, whose sums are `scores`, in the columns `places` alone: most trees do not ask about these."""
        total = scores.copy()
        for tree in self.trees:
            if any(node.column in places for node in tree):
                total += _leaves(tree, changed) - _leaves(tree, matrix)
        return total


def boosted(
    matrix: Matrix,
    label: Vector,
    *,
    is_class: bool,
    seed: int,
    least_in_leaf: int = _LEAST_IN_LEAF,
    is_signed: bool = False,
) -> Trees:
    """Fit trees to a class, 0 or 1, or to an amount; no leaf has fewer rows than `least_in_leaf`.

    Amounts have the Poisson deviance as their loss: it finds the mean of any amounts that are not negative (Gourieroux, Monfort and Trognon 1984),
    and a few large ones sway it less than their squares would; what is below 0 counts as 0. Where it may well be (`is_signed`), the loss
    is their squares, and the sum is the amount itself.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    model = learner(
        "ensemble",
        "HistGradientBoostingClassifier" if is_class else "HistGradientBoostingRegressor",
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        learning_rate=_RATE,
        min_samples_leaf=least_in_leaf,
        l2_regularization=_PENALTY,
        max_bins=_BINS,
        early_stopping=False,
        random_state=seed,
        **({} if is_class else {"loss": "squared_error" if is_signed else "poisson"}),
    )
    fitted(model, matrix, label if is_class or is_signed else np.maximum(label, 0.0))
    return taken_out(model)


def taken_out(model: Any) -> Trees:
    """Return the nodes of a fitted HistGradientBoosting of scikit-learn with one output and no categorical splits."""
    baseline = float(np.ravel(model._baseline_prediction)[0])  # noqa: SLF001 (the nodes have no public door)
    trees = tuple(
        tuple(
            Node(
                column=None if node["is_leaf"] else int(node["feature_idx"]),
                threshold=float(node["num_threshold"]),
                left=int(node["left"]),
                right=int(node["right"]),
                missing_left=bool(node["missing_go_to_left"]),
                value=float(node["value"]),
            )
            for node in one.nodes
        )
        for (one,) in model._predictors  # noqa: SLF001
    )
    return Trees(baseline, trees)


def _leaves(tree: tuple[Node, ...], matrix: Matrix) -> Vector:
    """Return the value of the leaf to which each row comes."""
    found = np.empty(len(matrix))
    waiting = [(0, np.arange(len(matrix)))]
    while waiting:
        number, rows = waiting.pop()
        node = tree[number]
        if node.column is None:
            found[rows] = node.value
            continue
        values = matrix[rows, node.column]
        goes_left = (values <= node.threshold) | (np.isnan(values) & node.missing_left)
        waiting += [(node.left, rows[goes_left]), (node.right, rows[~goes_left])]
    return found
