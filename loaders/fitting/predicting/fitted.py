"""A task fitted on an open warehouse: what was learnt, and how good it is on the moment that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.errors import FitError, ParameterError
from martlet.engine.summed import Summed
from martlet.loaders.fitting._asked import asked as sql_of
from martlet.loaders.fitting.predicting import samples
from martlet.loaders.fitting.predicting.drawing import draw
from martlet.loaders.fitting.predicting.learned import learn, learn_kind
from martlet.loaders.fitting.predicting.scoring import bands_of
from martlet.loaders.fitting.predicting.tasks import task as task_of
from martlet.models.predicting import measuring
from martlet.models.predicting.design import Design
from martlet.models.predicting.explaining import Importance, importances, typical

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import duckdb
    from numpy.typing import NDArray

    from martlet.loaders.fitting.predicting.drawing import Drawn
    from martlet.loaders.fitting.predicting.learned import Learned
    from martlet.loaders.fitting.predicting.moments import Moments
    from martlet.loaders.fitting.predicting.samples import Sample
    from martlet.loaders.fitting.predicting.tasks import Task
    from martlet.models.predicting.design import Values

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["Judged", "PredictReport", "report"]

# Within a group with fewer of either kind the order of the scores is chance.
_LEAST_OF_A_KIND: Final = 20
_RANDOM_TEST: Final = 0.3
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


@dataclass(frozen=True, repr=False)
class PredictReport(Summed):
    """What was fitted, the model whose scores are given out first; `at` is the moment as of which customers are scored."""

    name: str
    task: Task
    drawn: Drawn
    gap: int | None
    horizon: int | None
    rows: int
    models: tuple[Judged, ...]
    value: float | None
    alone: str
    typical: Mapping[str, float | str | None]
    features_digest: str
    data_digest: str

    @property
    def at(self) -> datetime:
        """The moment as of which customers are scored."""
        return self.drawn.at

    @property
    def moments(self) -> Moments | None:
        """The moments of asking, None where rows have no time."""
        return self.drawn.moments

    @property
    def today(self) -> Sample:
        """The customers who are scored."""
        return self.drawn.today

    @property
    def seen(self) -> Sequence[Sample]:
        """The rows that the models were made by: those of training and validation."""
        return [*self.drawn.training, self.drawn.validation]

    @property
    def frame(self) -> pl.DataFrame:
        """The figures, one a row."""
        return pl.DataFrame(
            [
                {
                    "model": f"{self.name}.{one.learned.kind}",
                    "subset": subset,
                    "metric": metric,
                    "value": value,
                }
                for one in self.models
                for subset, figures in one.figures.items()
                for metric, value in figures.items()
            ]
        )

    def summary(self) -> str:
        """Return which model was chosen, and its main figure on the test beside what a random split, one feature and the other model give."""
        best, other = self.models
        figure, words = ("auc", "AUC") if self.task.is_class else ("rank_correlation", "rank correlation")
        time = (
            ", tested on a random fifth of the rows, which have no time"
            if self.moments is None
            else f" of {self.moments.training[0]:%Y-%m-%d} to {self.moments.training[-1]:%Y-%m-%d}, tested on {self.moments.test:%Y-%m-%d}"
        )
        scores = f"{self.today.frame.height:,} customers scored as of {self.at:%Y-%m-%d}"
        lines = [f"{self.name}.{best.learned.kind}: learnt from {self.rows:,} rows{time}, {scores}"]
        told = {
            "test": best.figures["test"].get(figure),
            f"{other.learned.kind} model": other.figures["test"].get(figure),
            f"{self.alone} alone": best.figures["baseline"].get(figure),
            "a random split would claim": best.figures.get("random_split", {}).get(figure),
            "BG/NBD and Gamma-Gamma": best.figures.get("bg_nbd", {}).get(figure),
            "against the planted truth": best.figures.get("truth", {}).get(figure),
        }
        lines.append(
            f"{words}: "
            + ", ".join(f"{name} {value:.3f}" for name, value in told.items() if value is not None)
        )
        top = [one.feature for one in best.drivers[:3]]
        lines.append(f"it leans most on {', '.join(top)}")
        return "\n".join(lines)


def report(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    asked: str,
    *,
    as_of: datetime | None,
    gap: int | None,
    horizon: int | None,
    seed: int,
) -> PredictReport:
    """Fit the models of a task on an open warehouse; see `fit`.

    Raises
    ------
    FitError
        If there is too little time or too few cases to learn from, or scikit-learn is missing.
    ParameterError
        If `gap` or `horizon` is out of bounds.
    """
    task = task_of(asked)
    if task.has_time:
        gap, horizon = _days("gap", gap, task.gap, least=0), _days("horizon", horizon, task.horizon, least=1)
    elif gap is not None or horizon is not None:
        raise ParameterError(f"gap and horizon mean nothing for the task {asked}, whose rows have no time")
    drawn = draw(connection, task, as_of=as_of, gap=gap, horizon=horizon, seed=seed)
    training = samples.table(task, [one.frame for one in drawn.training])
    design = Design.of(training)
    if not design.columns:
        raise FitError(f"all {task.population_words} are alike in all features")
    sets = {
        "train": (design.matrix(training), samples.joined(drawn.training)[0]),
        "validation": _set(task, design, [drawn.validation]),
        "test": _set(task, design, [drawn.test]),
    }
    models = learn(design, sets["train"], sets["validation"], is_class=task.is_class, seed=seed)
    _, worths = samples.joined(drawn.training)
    value = float(np.nanmean(worths)) if task.value and not np.isnan(worths).all() else None
    alone, simple = _best_alone(task, training, sets["train"][1], drawn.test)
    shared = {"baseline": simple}
    truth = None
    if drawn.moments is not None and gap is not None and horizon is not None:
        seen = [*drawn.training, drawn.validation, drawn.test]
        shared["random_split"] = _random_split(task, design, seen, kind=models[0].kind, seed=seed)
        truth = _truth(connection, task, drawn.moments.test + timedelta(days=gap), drawn.test)
        rival = _bg_nbd(connection, task, drawn.moments.test, drawn.test, horizon=horizon)
        if rival is not None:
            shared["bg_nbd"] = _figures(task, drawn.test.label, rival)
    judged = tuple(
        _judged(
            task,
            one,
            sets,
            drawn.test,
            is_chosen=one is models[0],
            value=value,
            truth=truth,
            shared=shared if one is models[0] else {},
            seed=seed,
        )
        for one in models
    )
    return PredictReport(
        name,
        task,
        drawn,
        gap,
        horizon,
        len(sets["train"][1]),
        judged,
        value,
        alone,
        _typical(design, typical(sets["train"][0])),
        samples.features_digest(task),
        samples.digest([*drawn.training, drawn.validation, drawn.test]),
    )


def _judged(
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
        subset: _figures(task, happened, scores[subset]) for subset, (_, happened) in sets.items()
    }
    figures |= _decided(task, value, label, score)
    figures |= shared
    if truth is not None:
        figures["truth"] = _figures(task, truth, score, is_probability=False)
    return Judged(
        learned,
        is_chosen,
        figures,
        measuring.bins(label, score, is_class=task.is_class),
        importances(learned, learned.design, matrix, label, figure=_main_figure(task), seed=seed),
        _groups(task, test, score),
        bands_of(score),
    )


def _typical(design: Design, medians: Vector) -> dict[str, float | str | None]:
    """Return the median of each feature, and of words the one that more than half have; None where there is none."""
    found: dict[str, float | str | None] = {}
    for column, median in zip(design.columns, medians.tolist(), strict=True):
        if column.level is None:
            found[column.feature] = None if np.isnan(median) else median
        elif median == 1:
            found[column.feature] = column.level
        else:
            found.setdefault(column.feature, None)
    return found


def _days(name: str, given: int | None, usual: int | None, *, least: int) -> int:
    value = usual if given is None else given
    if value is None or not least <= value <= 3650:  # noqa: PLR2004 (ten years)
        raise ParameterError(f"{name} is {value}; allowed are {least} to 3650 days")
    return value


def _set(task: Task, design: Design, chosen: Sequence[Sample]) -> tuple[Matrix, Vector]:
    label, _ = samples.joined(chosen)
    return design.matrix(samples.table(task, [one.frame for one in chosen])), label


def _main_figure(task: Task) -> Callable[[Vector, Vector], float | None]:
    if task.is_class:
        return measuring.auc
    return lambda label, score: measuring.amount_figures(label, score).get("rank_correlation")


def _figures(task: Task, label: Vector, score: Vector, *, is_probability: bool = True) -> dict[str, float]:
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


def _best_alone(
    task: Task, training: Mapping[str, Values], label: Vector, test: Sample
) -> tuple[str, dict[str, float]]:
    """Return the one feature by which the rows of training are best sorted, and what sorting by it gives on the test."""
    figure = _main_figure(task)
    found = [
        (figure(label, _sorted_by(values, sign)) or 0.0, name, sign)
        for name, values in training.items()
        if isinstance(values, np.ndarray)
        for sign in (1.0, -1.0)
    ]
    _, feature, sign = max(found)
    tested = np.asarray(samples.table(task, [test.frame])[feature])
    return feature, _figures(task, test.label, _sorted_by(tested, sign), is_probability=False)


def _sorted_by(values: Vector, sign: float) -> Vector:
    """Return a feature as a score: more of it first, or less where the sign is negative; who has none of it comes last."""
    score = values * sign
    known = score[~np.isnan(score)]
    return np.where(np.isnan(score), (known.min() if len(known) else 0.0) - 1, score)


def _random_split(
    task: Task, design: Design, chosen: Sequence[Sample], *, kind: str, seed: int
) -> dict[str, float]:
    """Return what the same method would claim on rows drawn from all moments at random: it has seen the same customers at other moments."""
    matrix, label = _set(task, design, chosen)
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
    return _figures(task, label[test], one.score(matrix[test]))


def _truth(connection: duckdb.DuckDBPyConnection, task: Task, at: datetime, test: Sample) -> Vector | None:
    """Return what was planted of the test rows; None in real data, and where the truth was hidden."""
    there = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'truth' AND table_name = 'customer'"
    if task.truth is None or not connection.execute(there).fetchall():
        return None
    planted: pl.DataFrame = connection.sql(task.truth, params={"at": at}).pl()
    found = _of_rows(test, planted, "label")
    if found.null_count() == len(found):
        return None
    return found.fill_null(0).to_numpy()


def _of_rows(test: Sample, frame: pl.DataFrame, column: str) -> pl.Series:
    """Return a column of a table of customers for the rows of the test, NULL for who is not in it."""
    return test.frame.select(samples.KEY).join(frame, on=samples.KEY, how="left")[column].cast(pl.Float64)


def _bg_nbd(
    connection: duckdb.DuckDBPyConnection, task: Task, as_of: datetime, test: Sample, *, horizon: int
) -> Vector | None:
    """Return what BG/NBD and Gamma-Gamma expect of the test rows, by a fit of the orders before them; None where there is none."""
    sql = "SELECT 1 FROM model.registry WHERE model = 'clv_holdout.gamma_gamma' AND converged AND as_of < $at"
    if task.is_class or not connection.execute(sql, {"at": as_of}).fetchall():
        return None
    sql, bound = sql_of(
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
    expected: pl.DataFrame = connection.sql(sql, params=bound).select(samples.KEY, "expected_revenue").pl()
    return _of_rows(test, expected, "expected_revenue").fill_null(0).to_numpy()


def _groups(task: Task, test: Sample, score: Vector) -> pl.DataFrame:
    """Return a row a group of people of the test rows."""
    frame = test.frame.with_columns(age_band=_age_band(), _label=test.label, _score=score)
    rows = []
    for grouping in _GROUPINGS:
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
