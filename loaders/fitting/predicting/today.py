"""Models that are kept, used on another day: scores written, and drift measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import polars as pl

from martlet.engine.connection import connect, refuse_foreign
from martlet.engine.errors import ParameterError, did_you_mean, shown
from martlet.loaders.fitting.predicting import rows, samples
from martlet.loaders.fitting.predicting.differing import UPLIFT
from martlet.loaders.fitting.predicting.drifting import SCORE, drift
from martlet.loaders.fitting.predicting.moments import now
from martlet.loaders.fitting.predicting.scoring import scored
from martlet.loaders.fitting.predicting.tasks import TASKS, Task
from martlet.loaders.fitting.predicting.tasks import task as task_of
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from martlet.loaders.fitting.predicting.differing import Scoring
    from martlet.models.predicting.design import Values

__all__ = ["Registered", "measure_drift", "registered", "score"]


@dataclass(frozen=True)
class Registered:
    """A model that is kept, and what it was asked for: days are None where rows have no time."""

    model: str
    task: str
    horizon: int | None
    gap: int | None
    seed: int


@dataclass(frozen=True)
class _Kept:
    """A model that is kept, with its population at a moment."""

    model: str
    task: Task
    learned: Scoring
    as_of: datetime
    frame: pl.DataFrame

    @property
    def features(self) -> dict[str, Values]:
        """The features of the population, by name."""
        return samples.table(self.task, [self.frame])


def score(
    warehouse: str | Path = "warehouse.duckdb", fit: str = "churn", *, as_of: date | None = None
) -> pl.DataFrame:
    """Score the customers of a moment by a fit that is kept, and keep the scores beside those of other moments.

    Of a fit of visits, those of its horizon before the moment are scored, and the scores are not kept.

    Parameters
    ----------
    warehouse
        The warehouse file.
    fit
        Name of the fit, the task's by default.
    as_of
        The day at whose midnight customers are scored; by default the day after the last order or visit.

    Returns
    -------
    polars.DataFrame
        A row a customer, or a visit: customer_key or session_id, score, band and three reasons.

    Raises
    ------
    ParameterError
        If there is no such fit.
    WarehouseError
        If there is no such warehouse, or it can't be written.

    Examples
    --------
    >>> martlet.score(path, "churn")  # nothing was fitted
    Traceback (most recent call last):
        ...
    martlet.engine.errors.ParameterError: there is no fit 'churn' that foretells something...
    """
    with connect(warehouse) as connection:
        refuse_foreign(connection, warehouse)
        kept = _kept(connection, fit, as_of)
        parameters = rows.parameters(connection, kept.model)
        bands = {name: parameters[f"band_{name}"] for name in ("high", "medium")}
        found = scored(
            kept.learned, kept.task, kept.frame, typical=rows.typical(connection, kept.model), bands=bands
        )
    if kept.task.subject.is_kept:
        _replace(warehouse, "model.score", kept, found)
    return found


def measure_drift(
    warehouse: str | Path = "warehouse.duckdb", fit: str = "churn", *, as_of: date | None = None
) -> pl.DataFrame:
    """Hold the features and scores of a moment against those of training, and keep the answer.

    Parameters
    ----------
    warehouse, fit, as_of
        As for `score`.

    Returns
    -------
    polars.DataFrame
        A row a feature, the most moved first: feature (or (score)), psi, the population stability index, and band.

    Raises
    ------
    ParameterError
        If there is no such fit.
    WarehouseError
        If there is no such warehouse, or it can't be written.

    Examples
    --------
    >>> martlet.measure_drift(path, "churn")  # nothing was fitted
    Traceback (most recent call last):
        ...
    martlet.engine.errors.ParameterError: there is no fit 'churn' that foretells something...
    """
    with connect(warehouse) as connection:
        refuse_foreign(connection, warehouse)
        kept = _kept(connection, fit, as_of)
        before: pl.DataFrame = connection.sql(
            "SELECT feature, bin, upper, level, share FROM model.reference WHERE model = $model ORDER BY feature, bin",
            params={"model": kept.model},
        ).pl()
    features = kept.features
    scores = kept.learned.score(kept.learned.design.matrix(features))
    found = drift(before, {**features, SCORE: scores})
    _replace(warehouse, "model.drift", kept, found)
    return found


def registered(connection: duckdb.DuckDBPyConnection, fit: str) -> Registered:
    """Return the model of a fit whose scores are given out, and what it was asked for.

    Raises
    ------
    ParameterError
        If there is no such fit.
    """
    sql = "SELECT split_part(model, '.', 1), model, task, horizon_days, gap_days, seed FROM model.registry WHERE is_chosen ORDER BY model"
    fits = {name: Registered(*found) for name, *found in connection.execute(sql).fetchall()}
    if fit not in fits:
        raise ParameterError(
            f"there is no fit {shown(fit)} that foretells something.{did_you_mean(fit, fits)} martlet model fit makes one"
        )
    return fits[fit]


def _kept(connection: duckdb.DuckDBPyConnection, fit: str, as_of: date | None) -> _Kept:
    one = registered(connection, fit)
    if one.task not in (*TASKS, UPLIFT):
        raise ParameterError(
            f"the fit {fit} foretells nothing of customers or visits that could be scored or drift; martlet model fit {one.task} makes it anew"
        )
    asked = task_of(one.task)
    moment = None if as_of is None else datetime.combine(as_of, time())
    if moment is not None and asked.has_time and moment > (last := now(connection)):
        raise ParameterError(
            f"as_of is {as_of}, but the data end before {last:%Y-%m-%d}: of later days nothing is known"
        )
    frame = samples.read(
        connection, asked, moment, gap=one.gap, horizon=one.horizon, with_outcome=False
    ).frame
    if frame.is_empty():
        raise ParameterError(f"as_of is {as_of or 'not given'}, when there were no {asked.population_words}")
    return _Kept(one.model, asked, rows.read_back(connection, one.model), frame["as_of"][0], frame)


def _replace(warehouse: str | Path, table: str, kept: _Kept, found: pl.DataFrame) -> None:
    """Put rows in the place of those of the same model and moment."""
    named = found.with_columns(model=pl.lit(kept.model), as_of=pl.lit(kept.as_of, dtype=pl.Datetime("us")))
    with rewriting(warehouse, start_from_existing=True) as connection:
        connection.execute(
            f"DELETE FROM {table} WHERE model = $model AND as_of = $as_of",
            {"model": kept.model, "as_of": kept.as_of},
        )
        star.insert(connection, table, named)
        star.write_catalogue(connection)
