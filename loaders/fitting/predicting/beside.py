"""What stands beside a model: the best single feature, a random split, the planted truth, and BG/NBD."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.connection import named_in
from martlet.loaders.fitting._asked import asked, has_truth
from martlet.loaders.fitting.predicting import samples
from martlet.loaders.fitting.predicting.judging import figures_of, main_figure, rows_of
from martlet.loaders.fitting.predicting.learned import learn_kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    from numpy.typing import NDArray

    from martlet.loaders.fitting.predicting.samples import Sample
    from martlet.loaders.fitting.predicting.tasks import Task
    from martlet.models.predicting.design import Design, Values

    Vector = NDArray[np.float64]

__all__ = ["best_alone", "bg_nbd", "planted", "random_split"]

_RANDOM_TEST: Final = 0.3


def best_alone(
    task: Task, training: Mapping[str, Values], label: Vector, test: Sample
) -> tuple[str, dict[str, float]]:
    """Return the one feature by which the rows of training are best sorted, and what sorting by it gives on the test."""
    figure, tested = main_figure(task), samples.table(task, [test.frame])
    # Words are sorted by what their rows of training had on average, which has one direction only.
    rates = {
        name: _means(values, label) for name, values in training.items() if not isinstance(values, np.ndarray)
    }
    found = [
        (figure(label, _sorted_by(_numbers(values, rates.get(name)), sign)) or 0.0, name, sign)
        for name, values in training.items()
        for sign in ((1.0,) if name in rates else (1.0, -1.0))
    ]
    _, feature, sign = max(found)
    score = _sorted_by(_numbers(tested[feature], rates.get(feature)), sign)
    return feature, figures_of(task, test.label, score, is_probability=False)


def _means(words: Sequence[str | None], label: Vector) -> dict[str | None, float]:
    frame = pl.DataFrame({"word": words, "label": label}, schema_overrides={"word": pl.String})
    return dict(frame.group_by("word").agg(pl.col("label").mean()).iter_rows())


def _numbers(values: Values, means: Mapping[str | None, float] | None) -> Vector:
    """Return numbers as they are, and words as the mean of each, NaN of one that training has not seen."""
    if isinstance(values, np.ndarray):
        return values
    return np.array([float("nan") if means is None else means.get(word, float("nan")) for word in values])


def _sorted_by(values: Vector, sign: float) -> Vector:
    """Return a feature as a score: more of it first, or less where the sign is negative; who has none of it comes last."""
    score = values * sign
    known = score[~np.isnan(score)]
    return np.where(np.isnan(score), (known.min() if len(known) else 0.0) - 1, score)


def random_split(
    task: Task, design: Design, chosen: Sequence[Sample], *, kind: str, seed: int
) -> dict[str, float]:
    """Return what the same method would claim on rows drawn from all moments at random: it has seen the same customers at other moments."""
    matrix, label = rows_of(task, design, chosen)
    order = np.random.default_rng(seed).permutation(len(label))
    test, rest = np.split(order, [int(_RANDOM_TEST * len(label))])
    validation, training = np.split(rest, [int(_RANDOM_TEST * len(rest))])
    one = learn_kind(
        kind,
        design,
        (matrix[training], label[training]),
        (matrix[validation], label[validation]),
        is_class=task.is_class,
        seed=seed,
    )
    return figures_of(task, label[test], one.score(matrix[test]))


def planted(connection: duckdb.DuckDBPyConnection, task: Task, at: datetime, test: Sample) -> Vector | None:
    """Return what was planted of the test rows; None in real data, and where the truth was hidden."""
    if task.truth is None or not has_truth(connection, "customer"):
        return None
    truth: pl.DataFrame = connection.sql(task.truth, params=named_in(connection, task.truth, {"at": at})).pl()
    found = _of_rows(test, truth, task.subject.key, "label")
    if found.null_count() == len(found):
        return None
    return found.fill_null(0).to_numpy()


def _of_rows(test: Sample, frame: pl.DataFrame, key: str, column: str) -> pl.Series:
    """Return a column of a table for the rows of the test, NULL for who is not in it."""
    return test.frame.select(key).join(frame, on=key, how="left")[column].cast(pl.Float64)


def bg_nbd(
    connection: duckdb.DuckDBPyConnection, task: Task, as_of: datetime, test: Sample, *, horizon: int
) -> Vector | None:
    """Return what BG/NBD and Gamma-Gamma expect of the test rows, by a fit of the orders before them; None where there is none."""
    sql = "SELECT 1 FROM model.registry WHERE model = 'clv_holdout.gamma_gamma' AND converged AND as_of < $at"
    if task.is_class or not connection.execute(sql, {"at": as_of}).fetchall():
        return None
    sql, bound = asked(
        connection,
        "value/clv",
        {
            "fit": "clv_holdout",
            "as_of": as_of - timedelta(microseconds=1),
            "horizon_days": horizon,
            "discount_rate": 0,
            "include_older": True,
        },
    )
    key = task.subject.key
    expected: pl.DataFrame = connection.sql(sql, params=bound).select(key, "expected_revenue").pl()
    return _of_rows(test, expected, key, "expected_revenue").fill_null(0).to_numpy()
