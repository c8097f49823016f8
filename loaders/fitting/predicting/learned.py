"""Two models of a task, a linear one and boosted trees, each put right on the validation rows, and the better of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.predicting.calibrating import calibrated, grown, levelled
from martlet.models.predicting.linear import Linear, logistic, ridge
from martlet.models.predicting.measuring import amount_figures
from martlet.models.predicting.trees import Trees, boosted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.models.predicting.calibrating import Exponential, Isotonic, Line, Platt
    from martlet.models.predicting.design import Design

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["BOOSTED", "LINEAR", "Learned", "learn", "learn_kind"]

LINEAR: Final = "linear"
BOOSTED: Final = "boosted"
_STRENGTHS: Final = (1.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True)
class Learned:
    """A model: columns of features, what it makes of them, and the curve to a probability, or to an amount of the right level."""

    kind: str
    design: Design
    predictor: Linear | Trees
    curve: Platt | Isotonic | Line | Exponential
    validation_loss: float

    def raw(self, matrix: Matrix) -> Vector:
        """Return log odds, or amounts, of trees their logarithms."""
        return self.predictor.raw(matrix)

    def score(self, matrix: Matrix) -> Vector:
        """Return probabilities, or amounts."""
        return self.curve.score(self.raw(matrix))


def learn(
    design: Design,
    training: tuple[Matrix, Vector],
    validation: tuple[Matrix, Vector],
    *,
    is_class: bool,
    seed: int,
) -> tuple[Learned, Learned]:
    """Return the better model first; where they are as good, the linear one.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    linear, trees = (
        learn_kind(kind, design, training, validation, is_class=is_class, seed=seed)
        for kind in (LINEAR, BOOSTED)
    )
    return (trees, linear) if trees.validation_loss < linear.validation_loss else (linear, trees)


def learn_kind(
    kind: str,
    design: Design,
    training: tuple[Matrix, Vector],
    validation: tuple[Matrix, Vector],
    *,
    is_class: bool,
    seed: int,
    strengths: Sequence[float] = _STRENGTHS,
) -> Learned:
    """Return a model of one kind, a linear one with the penalty that does best on the validation rows.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    if kind == BOOSTED:
        trees = boosted(*training, is_class=is_class, seed=seed)
        return _judged(kind, design, trees, validation, is_class=is_class)
    fit = logistic if is_class else ridge
    tried = (fit(*training, strength=strength) for strength in strengths)
    return min(
        (_judged(kind, design, one, validation, is_class=is_class) for one in tried),
        key=lambda one: one.validation_loss,
    )


def _judged(
    kind: str, design: Design, predictor: Linear | Trees, validation: tuple[Matrix, Vector], *, is_class: bool
) -> Learned:
    matrix, label = validation
    raw = predictor.raw(matrix)
    if not is_class:
        line = grown(raw, label) if kind == BOOSTED else levelled(raw, label)
        # A few large amounts would decide by their squares; the curve puts the level right, so the order is what models differ in.
        order = amount_figures(label, raw).get("rank_correlation", 0.0)
        return Learned(kind, design, predictor, line, 1 - order)
    # Models are compared by the same curve: steps that were fitted to these rows would flatter the one with more of them.
    curve = calibrated(raw, label)
    # The log loss of log odds, finite where a probability is 0 or 1 to the last digit.
    loss = (np.logaddexp(0, raw) - label * raw).mean()
    return Learned(kind, design, predictor, curve, float(loss))
