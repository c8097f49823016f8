"""A fit that is there, fitted again on what has come since: as it was asked for then, and if wanted only where it has drifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from martlet.engine.connection import connect
from martlet.engine.errors import ParameterError
from martlet.loaders.fitting import wording
from martlet.loaders.fitting.fitting import fit
from martlet.loaders.fitting.predicting import ANOTHER, SCORE, PredictReport, measure_drift, registered
from martlet.loaders.fitting.uplift import UPLIFT, UpliftReport

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

__all__ = ["refit"]


def refit(
    warehouse: str | Path = "warehouse.duckdb", name: str = "churn", *, if_drifted: bool = False
) -> PredictReport | UpliftReport | wording.WordingReport | None:
    """Fit a model that foretells again, as it was asked for: the same task, horizon, gap and seed, on the data of now.

    Parameters
    ----------
    warehouse
        The warehouse file.
    name
        Name of the fit, the task's by default.
    if_drifted
        Only where the scores of today are those of another population than the one it learnt from: a population stability index of
        0.25 or more. The drift is measured and kept either way, for predict/drift.

    Returns
    -------
    PredictReport, UpliftReport, WordingReport or None
        What was fitted; None where nothing had to be.

    Raises
    ------
    FitError
        If the data do not allow a fit, or scikit-learn is missing.
    ParameterError
        If there is no such fit.
    WarehouseError
        If there is no such warehouse, or it can't be written.

    Examples
    --------
    >>> martlet.refit(path, "churn")  # nothing was fitted
    Traceback (most recent call last):
        ...
    martlet.engine.errors.ParameterError: there is no fit 'churn' that foretells something...
    """
    with connect(warehouse) as connection:
        one = registered(connection, name)
        study = _study(connection, one.model)
    if one.task in wording.TASKS:
        if if_drifted:
            raise ParameterError(
                f"{name} is of subject lines, which have no scores that drift: leave if_drifted out"
            )
    else:
        moved = measure_drift(warehouse, name).filter(pl.col("feature") == SCORE)["band"].to_list()
        if if_drifted and moved != [ANOTHER]:
            return None
    report = fit(
        one.task,
        warehouse,
        name=name,
        study=study,
        horizon=one.horizon,
        gap=None if one.task == UPLIFT else one.gap,
        seed=one.seed,
    )
    assert isinstance(report, PredictReport | UpliftReport | wording.WordingReport)  # noqa: S101 (others have no drift)
    return report


def _study(connection: duckdb.DuckDBPyConnection, model: str) -> str | None:
    """Return the trial that a model of uplift was learnt from, None for another."""
    sql = "SELECT study FROM model.study WHERE model = $model"
    found = connection.execute(sql, {"model": model}).fetchall()
    return str(found[0][0]) if found else None
