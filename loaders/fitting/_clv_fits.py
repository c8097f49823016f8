"""Customer lifetime value: the fit of all orders and the one of those before an earlier moment, as one report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine.errors import FitError
from martlet.engine.summed import Summed
from martlet.loaders.fitting import _clv, _kept
from martlet.loaders.fitting._kept import rounded
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    from datetime import date, datetime

    import duckdb

__all__ = ["HOLDOUT", "FitReport", "keep", "report"]

HOLDOUT: Final = "_holdout"


@dataclass(frozen=True, repr=False)
class FitReport(Summed):
    """What was fitted: the fits, each with its models, and in words what could not be, by fit and model."""

    fits: tuple[_clv.Fitted, ...]
    refused: dict[str, str]

    @property
    def frame(self) -> pl.DataFrame:
        """The parameters, one a row, with the figures of their model."""
        return pl.DataFrame(
            [
                {
                    "model": f"{one.name}.{estimate.model}",
                    "name": parameter.name,
                    "value": parameter.value,
                    "standard_error": None
                    if parameter.standard_error != parameter.standard_error
                    else parameter.standard_error,
                    "as_of": one.as_of,
                    "customers": estimate.rows,
                    "log_likelihood": estimate.log_likelihood,
                    "converged": estimate.converged,
                }
                for one in self.fits
                for estimate in one.estimates
                for parameter in estimate.parameters
            ],
            schema_overrides={"standard_error": pl.Float64},
        )

    def summary(self) -> str:
        """Return which models were fitted to how many customers, which did not converge, and what was not fitted and why."""
        fitted = [
            f"{one.name}.{estimate.model}: {estimate.rows:,} customers as of {one.as_of:%Y-%m-%d}"
            for one in self.fits
            for estimate in one.estimates
        ]
        return "\n".join([*(fitted or ["nothing was fitted"]), *self._doubts()])

    def _doubts(self) -> list[str]:
        found = [f"not fitted: {what}: {reason}" for what, reason in self.refused.items()]
        return found + [
            f"warning: {one.name}.{estimate.model} did not converge: the data do not determine its parameters, and the queries leave "
            "it out"
            for one in self.fits
            for estimate in one.estimates
            if not estimate.converged
        ]


def report(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    *,
    until: date | None = None,
    holdout_from: date | None = None,
) -> FitReport:
    """Fit the models on an open warehouse, and once more on the orders before an earlier moment; see `fit`.

    Raises
    ------
    FitError
        If there are no sales of known customers, or too few.
    """
    last = _clv.last_order(connection)
    if last is None:
        raise FitError("there are no sales of known customers to fit a model on")
    main = _clv.fitted(connection, name, _clv.before(until) if until else last)
    fits, refused = [main], {f"{name}.{model}": text for model, text in main.refused.items()}
    before = _clv.before(holdout_from) if holdout_from else _clv.three_quarters(connection, main.as_of)
    if before is not None and before < main.as_of:
        try:
            held = _clv.fitted(connection, name + HOLDOUT, before)
        except FitError as error:
            refused[name + HOLDOUT] = str(error)
        else:
            fits.append(held)
            refused |= {f"{held.name}.{model}": text for model, text in held.refused.items()}
    return FitReport(tuple(fits), refused)


def keep(
    connection: duckdb.DuckDBPyConnection,
    report: FitReport,
    *,
    seed: int,  # noqa: ARG001 (it draws nothing)
    load_id: int,
    fitted_at: datetime,
) -> None:
    """Write the parameters in the place of those of the same names; of a fit that did not converge only that, for its numbers mean nothing."""
    for one in report.fits:
        _kept.remove(connection, one.name)
    models = [
        {
            "model": f"{one.name}.{estimate.model}",
            "task": "clv",
            "fitted_at": fitted_at,
            "as_of": one.as_of,
            "load_id": load_id,
            "rows": estimate.rows,
            "log_likelihood": rounded(estimate.log_likelihood),
            "converged": estimate.converged,
        }
        for one in report.fits
        for estimate in one.estimates
    ]
    star.insert(connection, "model.registry", pl.DataFrame(models))
    parameters = report.frame.filter("converged").select(
        "model",
        "name",
        pl.col("value", "standard_error").map_elements(rounded, return_dtype=pl.Float64),
    )
    star.insert(connection, "model.parameter", parameters)
