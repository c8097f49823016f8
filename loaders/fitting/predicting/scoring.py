"""Scores of customers with a band and three reasons in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.fitting.predicting.samples import table, words_of
from martlet.models.predicting.explaining import pushes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from martlet.loaders.fitting.predicting.differing import Scoring
    from martlet.loaders.fitting.predicting.tasks import Task

    Vector = NDArray[np.float64]

__all__ = ["BANDS", "bands_of", "scored", "told"]

# Shares of the test rows at and above which a score is called so; the rest is low.
BANDS: Final = {"high": 0.9, "medium": 0.7}
_REASONS: Final = 3
# Pushes below it, in log odds or as a part of the greatest amount, are no reasons.
_LEAST_PUSH: Final = 1e-9


def bands_of(scores: Vector) -> dict[str, float]:
    """Return the least score of each band but the last."""
    return {name: float(np.quantile(scores, share)) for name, share in BANDS.items()}


def scored(
    learned: Scoring,
    task: Task,
    frame: pl.DataFrame,
    *,
    typical: Mapping[str, float | str | None],
    bands: Mapping[str, float],
) -> pl.DataFrame:
    """Return a row for each row of the frame: score, band and reasons; `typical` is the one with whom each is compared."""
    features = table(task, [frame])
    matrix = learned.design.matrix(features)
    score = learned.score(matrix)
    by_feature = pushes(learned, learned.design, matrix, _as_columns(learned, typical))
    names = list(by_feature)
    strengths = np.column_stack([by_feature[name] for name in names])
    words = words_of(task)
    reasons = [
        [
            _reason(
                words[names[place]],
                features[names[place]][row],
                typical.get(names[place]),
                strengths[row, place],
            )
            for place in np.argsort(-np.abs(strengths[row]), kind="stable")[:_REASONS]
            if abs(strengths[row, place]) > _LEAST_PUSH
        ]
        for row in range(len(score))
    ]
    return pl.DataFrame(
        {
            task.subject.key: frame[task.subject.key],
            "score": score,
            "band": [
                "high" if one >= bands["high"] else "medium" if one >= bands["medium"] else "low"
                for one in score
            ],
            **{
                f"reason_{place + 1}": [row[place] if place < len(row) else None for row in reasons]
                for place in range(_REASONS)
            },
        },
        schema_overrides={f"reason_{place + 1}": pl.String for place in range(_REASONS)},
    )


def told(value: float | str | None) -> str:
    """Return a value of a feature as a person reads it."""
    if value is None or value != value:  # noqa: PLR0124 (not known)
        return "not known"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"  # noqa: PLR2004


def _reason(words: str, value: float | str | None, typical: float | str | None, push: float) -> str:
    beside = "" if isinstance(value, str) and typical is None else f" (typical {told(typical)})"
    return f"{'raised' if push > 0 else 'lowered'} by {words}: {told(value)}{beside}"


def _as_columns(learned: Scoring, typical: Mapping[str, float | str | None]) -> Vector:
    found = []
    for column in learned.design.columns:
        usual = typical.get(column.feature)
        if column.level is not None:
            found.append(float(usual == column.level))
        else:
            found.append(float("nan") if usual is None else float(usual))
    return np.array(found)
