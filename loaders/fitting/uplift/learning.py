"""Four models of uplift, of two ways and two kinds: a model of each arm (T-learner), and one of the transformed outcome (class transformation)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.fitting.predicting.differing import KINDS, Difference
from martlet.loaders.fitting.predicting.learned import BOOSTED, LINEAR, Learned, learn_kind
from martlet.models.predicting.calibrating import Line, Platt
from martlet.models.predicting.linear import ridge
from martlet.models.predicting.trees import Trees, boosted
from martlet.models.uplift.measuring import transformed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from martlet.models.predicting.design import Design
    from martlet.models.uplift.measuring import Trial

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["learn"]

# An effect is small beside what people do anyway: the penalties reach far.
_STRENGTHS: Final = (10.0, 100.0, 1_000.0, 10_000.0, 100_000.0)
# A leaf of a model of the effect is a difference of two shares, which takes many people.
_LEAST_SHARE_OF_LEAF: Final = 0.05
_LEAST_IN_LEAF: Final = 50
# Numbers of trees that are tried: of a weak effect the first few know all that there is.
_TREES: Final = (1, 2, 5, 10, 20, 40, 60)


def learn(
    design: Design, training: tuple[Matrix, Trial], validation: tuple[Matrix, Trial], *, seed: int
) -> list[Difference]:
    """Return the models, the one first whose list has the greatest Qini on the validation rows, simpler ones first where it is the same.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    makers = {"effect": _effect, "treated": _arms, "control": _arms}
    found = [
        Difference(kind, makers[roles[0]](base, design, training, validation, seed))
        for kind, (roles, base) in KINDS.items()
    ]
    matrix, trial = validation
    return sorted(found, key=lambda one: -trial.qini(one.raw(matrix))[0])


def _arms(
    base: str, design: Design, training: tuple[Matrix, Trial], validation: tuple[Matrix, Trial], seed: int
) -> tuple[Learned, ...]:
    """Return a model of the probability to buy when treated, and one when left alone."""
    found = []
    for is_treated in (True, False):
        rows, chosen_by = (
            (matrix[trial.is_treated == is_treated], trial.outcome[trial.is_treated == is_treated])
            for matrix, trial in (training, validation)
        )
        one = learn_kind(base, design, rows, chosen_by, is_class=True, seed=seed, strengths=_STRENGTHS)
        # Curves of their own would put noise of the few left alone between the two.
        found.append(_cut(replace(one, curve=Platt(1.0, 0.0)), chosen_by, _log_loss))
    return tuple(found)


def _effect(
    base: str, design: Design, training: tuple[Matrix, Trial], validation: tuple[Matrix, Trial], seed: int
) -> tuple[Learned, ...]:
    """Return a model of the transformed outcome."""
    rows, chosen_by = ((matrix, transformed(trial)) for matrix, trial in (training, validation))
    if base == LINEAR:
        tried = (ridge(*rows, strength=strength) for strength in _STRENGTHS)
        best = min(tried, key=lambda one: _squares(one.raw(chosen_by[0]), chosen_by[1]))
        return (Learned(LINEAR, design, best, Line(1.0, 0.0), float("nan")),)
    leaf = max(_LEAST_IN_LEAF, int(_LEAST_SHARE_OF_LEAF * len(rows[1])))
    trees = boosted(*rows, is_class=False, seed=seed, least_in_leaf=leaf, is_signed=True)
    return (_cut(Learned(BOOSTED, design, trees, Line(1.0, 0.0), float("nan")), chosen_by, _squares),)


def _cut(
    learned: Learned, validation: tuple[Matrix, Vector], loss: Callable[[Vector, Vector], float]
) -> Learned:
    """Return a model with as many of its trees, from the first on, as do best on the validation rows."""
    trees = learned.predictor
    if not isinstance(trees, Trees):
        return learned
    matrix, label = validation
    cuts = [Trees(trees.baseline, trees.trees[:count]) for count in _TREES]
    return replace(learned, predictor=min(cuts, key=lambda one: loss(one.raw(matrix), label)))


def _log_loss(raw: Vector, label: Vector) -> float:
    return float((np.logaddexp(0, raw) - label * raw).mean())


def _squares(raw: Vector, label: Vector) -> float:
    return float(((raw - label) ** 2).mean())
