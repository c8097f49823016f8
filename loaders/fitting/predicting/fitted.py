"""A task fitted on an open warehouse: what was learnt, and how good it is on the moment that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from martlet.engine.errors import FitError, ParameterError
from martlet.engine.summed import Summed
from martlet.loaders.fitting._told import figure_rows
from martlet.loaders.fitting.predicting import samples
from martlet.loaders.fitting.predicting.beside import best_alone, bg_nbd, planted, random_split
from martlet.loaders.fitting.predicting.drawing import draw
from martlet.loaders.fitting.predicting.judging import figures_of, judged, rows_of
from martlet.loaders.fitting.predicting.learned import learn
from martlet.loaders.fitting.predicting.tasks import task as task_of
from martlet.models.predicting.design import Design
from martlet.models.predicting.explaining import typical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    import polars as pl
    from numpy.typing import NDArray

    from martlet.loaders.fitting.predicting.drawing import Drawn
    from martlet.loaders.fitting.predicting.judging import Judged
    from martlet.loaders.fitting.predicting.moments import Moments
    from martlet.loaders.fitting.predicting.samples import Sample
    from martlet.loaders.fitting.predicting.tasks import Task

    Vector = NDArray[np.float64]

__all__ = ["PredictReport", "report", "typical_of"]


@dataclass(frozen=True, repr=False)
class PredictReport(Summed):
    """What was fitted, the model whose scores are given out first; `at` is the moment as of which rows are scored."""

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
        """The moment as of which rows are scored."""
        return self.drawn.at

    @property
    def moments(self) -> Moments | None:
        """The moments of asking, None where rows have no time."""
        return self.drawn.moments

    @property
    def today(self) -> Sample:
        """The rows that are scored."""
        return self.drawn.today

    @property
    def seen(self) -> Sequence[Sample]:
        """The rows that the models were made by: those of training and validation."""
        return [*self.drawn.training, self.drawn.validation]

    @property
    def frame(self) -> pl.DataFrame:
        """The figures, one a row."""
        return figure_rows(self.name, ((one.learned.kind, one.figures) for one in self.models))

    def summary(self) -> str:
        """Return which model was chosen, and its main figure on the test beside what a random split, one feature and the other model give."""
        best, other = self.models
        figure, words = ("auc", "AUC") if self.task.is_class else ("rank_correlation", "rank correlation")
        time = (
            ", tested on a random fifth of the rows, which have no time"
            if self.moments is None
            else f" of {self.moments.training[0]:%Y-%m-%d} to {self.moments.training[-1]:%Y-%m-%d}, tested on {self.moments.test:%Y-%m-%d}"
        )
        scores = (
            f"{self.today.frame.height:,} customers scored as of {self.at:%Y-%m-%d}"
            if self.task.subject.is_kept
            else f"model.{self.name}_scores() scores {self.task.subject.many}"
        )
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
        "validation": rows_of(task, design, [drawn.validation]),
        "test": rows_of(task, design, [drawn.test]),
    }
    models = learn(design, sets["train"], sets["validation"], is_class=task.is_class, seed=seed)
    _, worths = samples.joined(drawn.training)
    value = float(np.nanmean(worths)) if task.value and not np.isnan(worths).all() else None
    alone, simple = best_alone(task, training, sets["train"][1], drawn.test)
    shared = {"baseline": simple}
    truth = None
    if drawn.moments is not None and gap is not None and horizon is not None:
        seen = [*drawn.training, drawn.validation, drawn.test]
        shared["random_split"] = random_split(task, design, seen, kind=models[0].kind, seed=seed)
        truth = planted(connection, task, drawn.moments.test + timedelta(days=gap), drawn.test)
        rival = bg_nbd(connection, task, drawn.moments.test, drawn.test, horizon=horizon)
        if rival is not None:
            shared["bg_nbd"] = figures_of(task, drawn.test.label, rival)
    models_judged = tuple(
        judged(
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
        models_judged,
        value,
        alone,
        typical_of(design, typical(sets["train"][0])),
        samples.features_digest(task),
        samples.digest([*drawn.training, drawn.validation, drawn.test]),
    )


def typical_of(design: Design, medians: Vector) -> dict[str, float | str | None]:
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
