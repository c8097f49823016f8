"""How good a model is: its figures on each set of rows, and tenths, importances and groups of the test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.fitting.predicting import samples
from martlet.loaders.fitting.predicting.scoring import bands_of
from martlet.models.predicting import measuring
from martlet.models.predicting.explaining import Importance, importances

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from martlet.loaders.fitting.predicting.learned import Learned
    from martlet.loaders.fitting.predicting.samples import Sample
    from martlet.loaders.fitting.predicting.tasks import Task
    from martlet.models.predicting.design import Design

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["Judged", "figures_of", "judged", "main_figure", "rows_of"]

# Within a group with fewer of either kind the order of the scores is chance.
_LEAST_OF_A_KIND: Final = 20
_AGES: Final = (
    (0, "below 25"),
    (25, "25 to 34"),
    (35, "35 to 44"),
    (45, "45 to 54"),
    (55, "55 to 64"),
    (65, "65 and over"),
)
_GROUPINGS: Final = ("age_band", "gender", "region")


@dataclass(frozen=True)
class Judged:
    """A model and how good it is: figures by set of rows and name, tenths, importances and groups of the test rows."""

    learned: Learned
    is_chosen: bool
    figures: Mapping[str, Mapping[str, float]]
    tenths: Sequence[measuring.Bin]
    drivers: Sequence[Importance]
    groups: pl.DataFrame
    bands: Mapping[str, float]


def judged(
    task: Task,
    learned: Learned,
    sets: Mapping[str, tuple[Matrix, Vector]],
    test: Sample,
    *,
    is_chosen: bool,
    value: float | None,
    truth: Vector | None,
    shared: Mapping[str, Mapping[str, float]],
    seed: int,
) -> Judged:
    """Return how good a model is on each set of rows, on the test against the truth and in money too."""
    scores = {subset: learned.score(matrix) for subset, (matrix, _) in sets.items()}
    matrix, label = sets["test"]
    score = scores["test"]
    figures: dict[str, Mapping[str, float]] = {
        subset: figures_of(task, happened, scores[subset]) for subset, (_, happened) in sets.items()
    }
    figures |= _decided(task, value, label, score)
    figures |= shared
    if truth is not None:
        figures["truth"] = figures_of(task, truth, score, is_probability=False)
    return Judged(
        learned,
        is_chosen,
        figures,
        measuring.bins(label, score, is_class=task.is_class),
        importances(learned, learned.design, matrix, label, figure=main_figure(task), seed=seed),
        _groups(task, test, score),
        bands_of(score),
    )


def rows_of(task: Task, design: Design, chosen: Sequence[Sample]) -> tuple[Matrix, Vector]:
    """Return the columns of a model and the labels of several samples, one after the other."""
    label, _ = samples.joined(chosen)
    return design.matrix(samples.table(task, [one.frame for one in chosen])), label


def main_figure(task: Task) -> Callable[[Vector, Vector], float | None]:
    """Return what a model is judged by, from labels and scores: the AUC, or the rank correlation of an amount."""
    if task.is_class:
        return measuring.auc
    return lambda label, score: measuring.amount_figures(label, score).get("rank_correlation")


def figures_of(task: Task, label: Vector, score: Vector, *, is_probability: bool = True) -> dict[str, float]:
    """Return the figures of a class or of an amount, as the task is one; scores that are no probabilities have fewer."""
    if task.is_class:
        return measuring.class_figures(label, score, is_probability=is_probability)
    return measuring.amount_figures(label, score)


def _decided(task: Task, value: float | None, label: Vector, score: Vector) -> dict[str, dict[str, float]]:
    """Return what comes of making the offer to all for whom it pays: to reach a case is worth value x success, and costs the offer."""
    if not task.is_class or value is None or not task.offer_success or task.offer_cost is None:
        return {}
    case = value * task.offer_success
    found = measuring.decision_figures(label, score, min(task.offer_cost / case, 1.0))
    taken = score >= found["threshold"]
    gain = float(label[taken].sum()) * case - float(taken.sum()) * task.offer_cost
    everybody = float(label.sum()) * case - len(label) * task.offer_cost
    return {"decision": {**found, "gain": gain, "gain_of_everybody": everybody}}


def _groups(task: Task, test: Sample, score: Vector) -> pl.DataFrame:
    """Return a row a group of people of the test rows, of what is known of such rows."""
    frame = test.frame.with_columns(_label=test.label, _score=score)
    if "age_years" in frame.columns:
        frame = frame.with_columns(age_band=_age_band())
    rows = []
    for grouping in filter(frame.columns.__contains__, _GROUPINGS):
        for (value,), group in frame.with_columns(pl.col(grouping).fill_null(samples.UNKNOWN)).group_by(
            grouping
        ):
            label, scores = group["_label"].to_numpy(), group["_score"].to_numpy()
            rate = float(label.mean())
            low, high = measuring.wilson(rate, len(label)) if task.is_class else (None, None)
            rows.append(
                {
                    "grouping": grouping,
                    "value": value,
                    "rows": len(label),
                    "rate": rate,
                    "score": float(scores.mean()),
                    "rate_low": low,
                    "rate_high": high,
                    "auc": measuring.auc(label, scores)
                    if task.is_class and min(label.sum(), (1 - label).sum()) >= _LEAST_OF_A_KIND
                    else None,
                }
            )
    return pl.DataFrame(
        rows, schema_overrides={"rate_low": pl.Float64, "rate_high": pl.Float64, "auc": pl.Float64}
    ).sort("grouping", "value")


def _age_band() -> pl.Expr:
    age = pl.col("age_years")
    band = pl.lit(None, dtype=pl.String)
    for least, words in _AGES:
        band = pl.when(age >= least).then(pl.lit(words)).otherwise(band)
    return band
