"""What drives scores: how much worse a model is without a feature, and what makes a row's score differ from that of a typical one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from martlet.models.predicting.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from martlet.models.predicting.design import Design

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["Importance", "importances", "pushes", "typical"]

_REPEATS: Final = 3
_MOST_ROWS: Final = 5_000


class _Scoring(Protocol):
    def raw(self, matrix: Matrix) -> Vector: ...


@dataclass(frozen=True)
class Importance:
    """How much worse the figure is when a feature is shuffled among rows: mean and standard deviation over repeats.

    `direction` is the correlation of the feature with the scores, by its column of numbers; None for words.
    """

    feature: str
    loss: float
    error: float
    direction: float | None


def importances(
    model: _Scoring,
    design: Design,
    matrix: Matrix,
    label: Vector,
    *,
    figure: Callable[[Vector, Vector], float | None],
    seed: int,
) -> list[Importance]:
    """Return the importance of each feature on rows that the model has not learnt from (Breiman 2001), the greatest first."""
    draw = np.random.default_rng(seed)
    rows = np.sort(draw.permutation(len(matrix))[:_MOST_ROWS])
    matrix, label = matrix[rows], label[rows]
    scores = model.raw(matrix)
    whole = figure(label, scores) or 0.0
    found = []
    for feature, places in design.places().items():
        losses = []
        for _ in range(_REPEATS):
            shuffled = matrix.copy()
            shuffled[:, places] = matrix[draw.permutation(len(matrix))][:, places]
            after = _changed(model, scores, matrix, shuffled, places)
            losses.append(whole - (figure(label, after) or 0.0))
        is_number = design.columns[places[0]].level is None
        direction = _correlation(matrix[:, places[0]], scores) if is_number else None
        found.append(Importance(feature, float(np.mean(losses)), float(np.std(losses)), direction))
    return sorted(found, key=lambda one: (-one.loss, one.feature))


def typical(matrix: Matrix) -> Vector:
    """Return the median of each column, NaN where most rows have none; of columns of 0 and 1 that is what most rows have."""
    medians = np.full(matrix.shape[1], np.nan)
    for place, column in enumerate(matrix.T):
        known = column[~np.isnan(column)]
        if 2 * len(known) >= len(column):
            medians[place] = np.median(known)
    return medians


def pushes(model: _Scoring, design: Design, matrix: Matrix, usual: Vector) -> dict[str, Vector]:
    """Return, by feature, by how much a row's score lies above the one that it would have if only this feature were typical."""
    scores = model.raw(matrix)
    found = {}
    for feature, places in design.places().items():
        changed = matrix.copy()
        changed[:, places] = usual[places]
        found[feature] = scores - _changed(model, scores, matrix, changed, places)
    return found


def _changed(
    model: _Scoring, scores: Vector, matrix: Matrix, changed: Matrix, places: Sequence[int]
) -> Vector:
    """Return the scores of rows that differ from others, whose scores are known, in some columns alone: most trees do not ask about these."""
    trees = getattr(model, "predictor", model)
    return (
        trees.raw_of_changed(scores, matrix, changed, places)
        if isinstance(trees, Trees)
        else model.raw(changed)
    )


def _correlation(values: Vector, scores: Vector) -> float | None:
    known = ~np.isnan(values)
    if known.sum() < 2 or not values[known].std() or not scores[known].std():  # noqa: PLR2004
        return None
    return float(np.corrcoef(values[known], scores[known])[0, 1])
