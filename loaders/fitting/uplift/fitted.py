"""Uplift fitted on an open warehouse: models of a trial, and how well they sort people whom they have not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.errors import FitError, ParameterError
from martlet.engine.summed import Summed
from martlet.loaders.fitting._told import figure_rows
from martlet.loaders.fitting.predicting.differing import UPLIFT
from martlet.loaders.fitting.predicting.fitted import typical_of
from martlet.loaders.fitting.predicting.scoring import bands_of
from martlet.loaders.fitting.predicting.tasks import task as task_of
from martlet.loaders.fitting.uplift.drawing import draw
from martlet.loaders.fitting.uplift.learning import learn
from martlet.loaders.fitting.uplift.studies import study as study_of
from martlet.models.predicting.design import Design
from martlet.models.predicting.explaining import importances, typical
from martlet.models.predicting.measuring import Z_95, amount_figures
from martlet.models.uplift.measuring import depths, shrinkage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import duckdb
    from numpy.typing import NDArray

    from martlet.loaders.fitting.predicting.differing import Difference
    from martlet.loaders.fitting.predicting.tasks import Task
    from martlet.loaders.fitting.uplift.drawing import Drawn, Part
    from martlet.loaders.fitting.uplift.studies import Study
    from martlet.models.predicting.explaining import Importance
    from martlet.models.uplift.measuring import Trial

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["UpliftReport", "report"]

_MOST_DAYS: Final = 365


@dataclass(frozen=True, repr=False)
class UpliftReport(Summed):
    """What was fitted, the chosen model first, with the figures of each on each set of rows, and what the trial told as a whole."""

    name: str
    task: Task
    study: Study
    horizon: int
    drawn: Drawn
    models: Sequence[Difference]
    figures: Sequence[Mapping[str, Mapping[str, float]]]
    drivers: Sequence[Importance]
    typical: Mapping[str, float | str | None]
    bands: Mapping[str, float]
    effect: float
    centre: float
    shrink: float
    order_value: float | None
    is_margin: bool
    contact_cost: float

    @property
    def at(self) -> datetime:
        """The moment as of which customers are scored."""
        return self.drawn.at

    @property
    def frame(self) -> pl.DataFrame:
        """The figures, one a row."""
        kinds = (one.kind for one in self.models)
        return figure_rows(self.name, zip(kinds, self.figures, strict=True))

    @property
    def is_proven(self) -> bool:
        """Whether on the test the chosen model sorts people better than chance: its Qini's interval lies above 0."""
        test = self.figures[0]["test"]
        return test["qini"] - Z_95 * test["qini_error"] > 0

    def summary(self) -> str:
        """Return what the action did on the test, which model was chosen, and whether it sorts people better than chance."""
        test, best = self.figures[0]["test"], self.models[0]
        rows = self.drawn.training.frame.height
        others = ", ".join(
            f"{one.kind} {1000 * figures['test']['qini']:.2f}"
            for one, figures in zip(self.models[1:], self.figures[1:], strict=True)
        )
        made = (
            f"{self.name}.{best.kind}: learnt from {rows:,} assignments of {self.study.name} by what was known at {self.drawn.moments} moments, "
            f"tested on {test['rows']:,.0f} others, parted by {self.drawn.split}; {self.drawn.today.height:,} customers scored as of {self.at:%Y-%m-%d}"
        )
        did = (
            f"on the test {self.study.action} changed the share of buyers within {self.horizon} days by {_points(test['effect'])} percentage points "
            f"({_points(test['effect_low'])} to {_points(test['effect_high'])})"
        )
        sorts = f"Qini, buyers gained per 1,000 treated over random order: {_interval(test)}; {others}"
        lines = [made, did, sorts]
        if not self.is_proven:
            lines.append(
                "warning: on the test its order of people is no better than chance could give, so do not work by it: uplift/whom says so too"
            )
        return "\n".join(lines)


def _points(share: float) -> str:
    return f"{100 * share:+.2f}"


def _interval(test: Mapping[str, float]) -> str:
    low, high = (1000 * (test["qini"] + sign * Z_95 * test["qini_error"]) for sign in (-1, 1))
    return f"{1000 * test['qini']:.2f} ({low:.2f} to {high:.2f})"


def report(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    *,
    study: str | None,
    as_of: datetime | None,
    horizon: int | None,
    seed: int,
) -> UpliftReport:
    """Fit the models of a trial on an open warehouse; see `fit`.

    Raises
    ------
    FitError
        If nobody was left alone, there are too few people, or scikit-learn is missing.
    ParameterError
        If there is no such study, or `horizon` is out of bounds.
    """
    if horizon is not None and not 1 <= horizon <= _MOST_DAYS:
        raise ParameterError(f"horizon is {horizon}; allowed are 1 to {_MOST_DAYS} days")
    task, found = task_of(UPLIFT), study_of(connection, study)
    days = found.horizon if horizon is None else horizon
    drawn = draw(connection, task, found, as_of=as_of, horizon=days)
    features = drawn.training.features(task)
    design = Design.of(features)
    if not design.columns:
        raise FitError(f"all people of {found.name} are alike in all features")
    sets = {
        subset: (design.matrix(part.features(task)), part.trial)
        for subset, part in (
            ("train", drawn.training),
            ("validation", drawn.validation),
            ("test", drawn.test),
        )
    }
    models = learn(design, sets["train"], sets["validation"], seed=seed)
    best = models[0]
    matrix, trial = sets["validation"]
    scores = np.concatenate([best.raw(sets[subset][0]) for subset in ("train", "validation")])
    value, is_margin, cost = _money([drawn.training, drawn.validation])
    return UpliftReport(
        name,
        task,
        found,
        days,
        drawn,
        models,
        [{subset: _figures(*rows, one) for subset, rows in sets.items()} for one in models],
        _drivers(best, sets["test"][0], seed),
        typical_of(design, typical(sets["train"][0])),
        bands_of(best.raw(sets["test"][0])),
        _effect_of_both(sets["train"][1], trial),
        float(scores.mean()),
        shrinkage(trial, best.raw(matrix)),
        value,
        is_margin,
        cost,
    )


def _figures(matrix: Matrix, trial: Trial, model: Difference) -> dict[str, float]:
    """Return what the action did to the people of a set of rows, and how well a model sorts them by it."""
    score = model.raw(matrix)
    control = ~trial.is_treated
    effect, effect_error = trial.effect()
    low, high = trial.effect_interval()
    qini, qini_error = trial.qini(score)
    best = trial.best_qini()
    return {
        "rows": float(len(score)),
        "treated": float(trial.treated),
        "control": float(control.sum()),
        "treated_rate": float(trial.outcome[trial.is_treated].mean()),
        "control_rate": float(np.average(trial.outcome[control], weights=trial.weights[control])),
        "effect": effect,
        "effect_error": effect_error,
        "effect_low": low,
        "effect_high": high,
        "mean_score": float(np.average(score, weights=trial.weights)),
        "qini": qini,
        "qini_error": qini_error,
        "qini_of_best": best,
        **({"qini_share": qini / best} if best > 0 else {}),
    }


def _effect_of_both(training: Trial, validation: Trial) -> float:
    """Return the effect over two sets of rows, each weighing as many people as were treated in it."""
    effects = [(one.effect()[0], one.treated) for one in (training, validation)]
    return sum(effect * treated for effect, treated in effects) / sum(treated for _, treated in effects)


def _drivers(model: Difference, matrix: Matrix, seed: int) -> list[Importance]:
    """Return by how much the order of people changes where a feature is shuffled: what people did is too much chance to tell that from."""

    def sameness(before: Vector, after: Vector) -> float | None:
        return amount_figures(before, after).get("rank_correlation")

    score = model.raw(matrix)
    return importances(model, model.design, matrix, 1 - depths(score), figure=sameness, seed=seed)


def _money(parts: Sequence[Part]) -> tuple[float | None, bool, float]:
    """Return what a buyer brings, whether that is margin, and what a contact costs."""
    columns = ("bought_orders", "bought_revenue", "bought_margin", "is_treated", "cost")
    frame = pl.concat([part.frame.select(columns) for part in parts])
    buyers = frame.filter(pl.col("bought_orders") > 0)
    is_margin = buyers.height > 0 and buyers["bought_margin"].null_count() == 0
    brought = buyers["bought_margin" if is_margin else "bought_revenue"].cast(pl.Float64).mean()
    cost = frame.filter("is_treated")["cost"].mean()
    return (
        None if brought is None else float(brought),  # type: ignore[arg-type]
        is_margin,
        float(cost or 0.0),  # type: ignore[arg-type]
    )
