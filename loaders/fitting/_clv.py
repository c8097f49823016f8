"""The models of customer lifetime value, fitted on the answer of value/rfmt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine.errors import FitError
from martlet.loaders.fitting._asked import asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import duckdb

    from martlet.models.estimate import Estimate

__all__ = ["Fitted", "before", "first_order", "fitted", "last_order", "three_quarters"]

_HISTORY: Final = ["x", "t_x", "age_days"]


@dataclass(frozen=True)
class Fitted:
    """What was fitted on the orders up to a moment; `refused` says in words what could not be, by model."""

    name: str
    as_of: datetime
    estimates: tuple[Estimate, ...]
    refused: dict[str, str]


def first_order(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the moment of the first sale to a known customer."""
    sql = "SELECT min(ordered_at) FROM star.fact_order WHERE customer_key <> 0 AND main.is_sale(status)"
    return _moment(connection, sql)


def last_order(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the moment of the last sale of a known customer."""
    sql = "SELECT max(ordered_at) FROM star.fact_order WHERE customer_key <> 0 AND main.is_sale(status)"
    return _moment(connection, sql)


def three_quarters(connection: duckdb.DuckDBPyConnection, last: datetime) -> datetime | None:
    """Return the end of the day before which three quarters of the time up to the last order lie: the rest is to be foretold."""
    first = first_order(connection)
    return None if first is None else before((first + (last - first) * 0.75).date())


def before(day: date) -> datetime:
    """Return the last moment before a day."""
    return datetime.combine(day, time()) - timedelta(microseconds=1)


def fitted(connection: duckdb.DuckDBPyConnection, name: str, as_of: datetime) -> Fitted:
    """Fit BG/NBD, and beside it Pareto/NBD and Gamma-Gamma where the data allow it.

    Raises
    ------
    FitError
        If BG/NBD, without which there is no value, can't be fitted, or SciPy is missing.
    """
    # NumPy's neighbours, imported when something is fitted.
    from martlet.models import bg_nbd, gamma_gamma, pareto_nbd  # noqa: PLC0415
    from martlet.models.counted import Histories, Spending  # noqa: PLC0415

    found = _customers(connection, as_of)
    alike = found.group_by(_HISTORY).agg(customers=pl.len()).sort(_HISTORY)
    histories = Histories.of(*(alike[column].to_numpy() for column in (*_HISTORY, "customers")))
    again = (
        found.filter(pl.col("x") > 0)
        .group_by("x", "monetary")
        .agg(customers=pl.len())
        .sort("x", "monetary")
        .with_columns(pl.col("monetary").cast(pl.Float64))
    )
    spending = Spending.of(*(again[column].to_numpy() for column in ("x", "monetary", "customers")))
    estimates = [bg_nbd.fit(histories)]
    refused = {}
    beside: dict[str, Callable[[], Estimate]] = {
        pareto_nbd.MODEL: lambda: pareto_nbd.fit(histories),
        gamma_gamma.MODEL: lambda: gamma_gamma.fit(spending),
    }
    for model, fit in beside.items():
        try:
            estimates.append(fit())
        except FitError as error:
            refused[model] = str(error)
    return Fitted(name, as_of, tuple(estimates), refused)


def _customers(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> pl.DataFrame:
    sql, bound = asked(connection, "value/rfmt", {"as_of": as_of})
    answer = connection.sql(sql, params=bound)
    found: pl.DataFrame = answer.select(*_HISTORY, "monetary").pl()
    return found


def _moment(connection: duckdb.DuckDBPyConnection, sql: str) -> datetime | None:
    ((found,),) = connection.execute(sql).fetchall()
    return found if found is None or isinstance(found, datetime) else None
