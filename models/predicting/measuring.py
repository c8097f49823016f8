"""How good scores are: figures of a class and of an amount, each from scores and what happened.

AUC is the share of pairs, one of each class, that the scores put in the right order, ties half; its standard error is that of Hanley and
McNeil (1982). The Brier score falls into reliability - resolution + uncertainty over bins of equal count (Murphy 1973), up to what scores
differ within a bin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

__all__ = [
    "BINS",
    "Z_95",
    "Bin",
    "amount_figures",
    "auc",
    "average_precision",
    "bins",
    "class_figures",
    "decision_figures",
    "psi",
    "wilson",
]

BINS: Final = 10
Z_95: Final = 1.959963984540054
_LEAST: Final = 1e-15


@dataclass(frozen=True)
class Bin:
    """A tenth of the rows by score, the lowest first, with the share of the class among them and its 95 % interval by Wilson (1927)."""

    number: int
    rows: int
    positives: float
    score: float
    low_score: float
    high_score: float
    rate: float
    rate_low: float | None
    rate_high: float | None


def auc(label: Vector, score: Vector) -> float | None:
    """Return the AUC, None where one class is missing."""
    positives = float(label.sum())
    negatives = len(label) - positives
    if not positives or not negatives:
        return None
    return float(
        (_ranks(score)[label == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives)
    )


def auc_error(area: float, positives: float, negatives: float) -> float:
    """Return the standard error of an AUC, by Hanley and McNeil (1982)."""
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (positives - 1) * (q1 - area**2) + (negatives - 1) * (q2 - area**2)
    return float(np.sqrt(max(variance, 0) / (positives * negatives)))


def average_precision(label: Vector, score: Vector) -> float | None:
    """Return the sum over thresholds of precision x the recall gained, None without a positive."""
    if not label.sum():
        return None
    order = np.argsort(-score, kind="stable")
    hits, sorted_scores = np.cumsum(label[order]), score[order]
    ends = np.append(np.flatnonzero(np.diff(sorted_scores)), len(label) - 1)
    precision, recall = hits[ends] / (ends + 1), hits[ends] / hits[-1]
    return float((np.diff(recall, prepend=0) * precision).sum())


def bins(label: Vector, score: Vector, *, is_class: bool = True) -> list[Bin]:
    """Return ten bins of equal count (or as many as there are rows), by score and, of equals, by place; of an amount `rate` is its mean."""
    order = np.argsort(score, kind="stable")
    found = []
    for number, places in enumerate(np.array_split(order, min(BINS, len(order))), 1):
        rate = float(label[places].mean())
        low, high = wilson(rate, len(places)) if is_class else (None, None)
        scores = score[places]
        found.append(
            Bin(
                number,
                len(places),
                float(label[places].sum()),
                float(scores.mean()),
                float(scores.min()),
                float(scores.max()),
                rate,
                low,
                high,
            )
        )
    return found


def wilson(rate: float, rows: float) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a share, by Wilson (1927)."""
    centre = (rate + Z_95**2 / (2 * rows)) / (1 + Z_95**2 / rows)
    half = Z_95 / (1 + Z_95**2 / rows) * np.sqrt(rate * (1 - rate) / rows + Z_95**2 / (4 * rows**2))
    return float(max(centre - half, 0)), float(min(centre + half, 1))


def class_figures(label: Vector, score: Vector, *, is_probability: bool = True) -> dict[str, float]:
    """Return the figures of a class: what can't be worked out is left out, and so are those of probabilities where scores are none."""
    rows, positives = len(label), float(label.sum())
    base = positives / rows
    found: dict[str, float | None] = {"rows": float(rows), "positives": positives, "base_rate": base}
    area = auc(label, score)
    found["auc"] = area
    if area is not None:
        found["auc_error"] = auc_error(area, positives, rows - positives)
    found["average_precision"] = average_precision(label, score)
    tenths = bins(label, score)
    if base:
        top = sum(one.positives for one in tenths[-2:]) / sum(one.rows for one in tenths[-2:])
        found["lift_top_tenth"], found["lift_top_fifth"] = tenths[-1].rate / base, top / base
    if is_probability:
        clipped = np.clip(score, _LEAST, 1 - _LEAST)
        found["log_loss"] = float(-(label * np.log(clipped) + (1 - label) * np.log(1 - clipped)).mean())
        found["brier"] = float(((score - label) ** 2).mean())
        found["brier_reliability"] = sum(one.rows * (one.score - one.rate) ** 2 for one in tenths) / rows
        found["brier_resolution"] = sum(one.rows * (one.rate - base) ** 2 for one in tenths) / rows
        found["brier_uncertainty"] = base * (1 - base)
    return {name: value for name, value in found.items() if value is not None}


def decision_figures(label: Vector, score: Vector, threshold: float) -> dict[str, float]:
    """Return what comes of taking those whose score is at least a threshold."""
    taken = score >= threshold
    hits = float(label[taken].sum())
    found: dict[str, float] = {
        "threshold": threshold,
        "taken": float(taken.sum()),
        "accuracy": float((taken == (label == 1)).mean()),
    }
    if taken.any():
        found["precision"] = hits / float(taken.sum())
    if label.sum():
        found["recall"] = hits / float(label.sum())
    if taken.any() or label.sum():
        found["f1"] = 2 * hits / float(taken.sum() + label.sum())
    return found


def amount_figures(label: Vector, score: Vector) -> dict[str, float]:
    """Return the figures of an amount: errors, the share of the variance that is explained, and whether the sum and the order are right."""
    error = score - label
    found = {
        "rows": float(len(label)),
        "mean": float(label.mean()),
        "mean_score": float(score.mean()),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
    }
    if spread := float(((label - label.mean()) ** 2).mean()):
        found["r2"] = 1 - float((error**2).mean()) / spread
    if total := float(label.sum()):
        found["sum_ratio"] = float(score.sum()) / total
        found["lift_top_tenth"] = bins(label, score, is_class=False)[-1].rate / float(label.mean())
    ranks = _ranks(label), _ranks(score)
    if ranks[0].std() and ranks[1].std():
        found["rank_correlation"] = float(np.corrcoef(*ranks)[0, 1])
    return found


def psi(before: Vector, after: Vector) -> float:
    """Return the population stability index of two distributions over the same bins, as shares: below .1 alike, above .25 another."""
    # Half a thousandth in an empty bin, so that one row there is no infinite change.
    one, other = np.maximum(before, 5e-4), np.maximum(after, 5e-4)
    return float(((other - one) * np.log(other / one)).sum())


def _ranks(values: Vector) -> Vector:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Vector = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return ranks
