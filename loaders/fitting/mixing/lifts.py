"""What is known from elsewhere of what channels brought: the fit of attribution/incremental, and experiments from a file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from martlet.engine.errors import FitError, ParameterError, did_you_mean, shown
from martlet.models.mix.fitting import Lift

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from martlet.loaders.fitting.mixing.asked import Asked
    from martlet.loaders.fitting.mixing.reading import Read
    from martlet.models.mix.panel import Floats

__all__ = ["Told", "lifts"]

_COLUMNS: Final = ("channel", "first", "last", "sales", "standard_error")
# Of an interval of 90 %.
_Z: Final = 1.6449
# Of the orders at sign-up, since who came by a channel may have come without it; an assumption.
_SIGN_UP_ERROR: Final = 0.2
# So many standard errors beyond what can be is no chance; less than such a share of the sales is no error.
_FAR: Final = 3.0
_LEAST_ERROR: Final = 0.01
_CAUSED = """
WITH at_sign_up AS (
    SELECT sale.channel_key, count(*) AS orders, sum(sale.net_revenue) AS revenue
    FROM star.fact_order AS sale
    INNER JOIN star.dim_customer AS customer ON customer.customer_key = sale.customer_key
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = sale.campaign_key
    WHERE
        main.is_sale(sale.status)
        AND customer.customer_key <> 0
        AND sale.ordered_at >= customer.signed_up_at
        AND sale.ordered_at < customer.signed_up_at + INTERVAL 1 HOUR
        AND coalesce(campaign.campaign_type, '') <> 'Brand'
    GROUP BY sale.channel_key
)

SELECT
    channel.channel,
    caused.orders,
    caused.orders_margin,
    caused.revenue,
    caused.revenue_margin,
    coalesce(at_sign_up.orders, 0) AS sign_up_orders,
    CAST(coalesce(at_sign_up.revenue, 0) AS DOUBLE) AS sign_up_revenue
FROM model.caused AS caused
INNER JOIN model.registry AS registry ON registry.model = caused.model
INNER JOIN star.dim_channel AS channel ON channel.channel_key = caused.channel_key
LEFT JOIN at_sign_up ON at_sign_up.channel_key = caused.channel_key
WHERE caused.model = 'incremental.declustering' AND caused.campaign_key = -1 AND NOT caused.is_control AND registry.converged
ORDER BY channel.channel"""


@dataclass(frozen=True)
class Told:
    """A lift of a channel that is in the model, with where it is from."""

    channel: str
    source: str
    lift: Lift


def lifts(connection: duckdb.DuckDBPyConnection, read: Read, asked: Asked) -> list[Told]:
    """Return what is known from elsewhere, as the fit was asked for it.

    Raises
    ------
    FitError
        If attribution/incremental is wanted, but has not been fitted with errors.
    ParameterError
        If the file of experiments cannot be used.
    """
    found = _caused(connection, read, asked) if asked.calibrate == "incremental" else []
    return found + (_experiments(read, asked.lifts) if asked.lifts is not None else [])


def _caused(connection: duckdb.DuckDBPyConnection, read: Read, asked: Asked) -> list[Told]:
    kind = asked.outcome
    frame: pl.DataFrame = connection.sql(_CAUSED).pl()
    frame = frame.filter(pl.col(f"{kind}_margin").is_not_null())
    if frame.is_empty():
        raise FitError(
            "there is no fit of caused orders with errors to calibrate by: run martlet model fit incremental first, or ask for "
            "calibrate none"
        )
    channels = [read.panel.channels[place] for place in read.kept]
    # The other fit knows all days, this one whole weeks with spend.
    ((everything,),) = connection.execute(
        "SELECT count(*) FROM star.fact_order AS sale WHERE main.is_sale(sale.status)"
        if kind == "orders"
        else "SELECT CAST(sum(net_revenue) AS DOUBLE) FROM star.fact_order AS sale WHERE main.is_sale(sale.status)"
    ).fetchall()
    share = min(float(read.panel.sales.sum()) / max(float(everything), 1.0), 1.0)
    found = []
    for row in frame.iter_rows(named=True):
        if row["channel"] in channels:
            sign_up = float(row[f"sign_up_{kind}"])
            counted = (
                row["sign_up_orders"] * (1.0 if kind == "orders" else read.revenue_per_order**2)
                + (_SIGN_UP_ERROR * sign_up) ** 2
            )
            error = float(np.sqrt((row[f"{kind}_margin"] / _Z) ** 2 + counted)) * share
            lift = Lift(channels.index(row["channel"]), (row[kind] + sign_up) * share, max(error, 1e-6))
            found.append(Told(row["channel"], "attribution/incremental", lift))
    return found


def _experiments(read: Read, path: Path) -> list[Told]:
    """Return what a file of experiments says, one a row: a channel's sales in a time, and in a country and region where these are given."""
    frame = _rows(path)
    return [
        Told(str(row["channel"]), "experiment", _lift(read, f"lifts, line {number} of {path}", row))
        for number, row in enumerate(frame.iter_rows(named=True), 2)
    ]


def _rows(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_csv(path, try_parse_dates=True)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ParameterError(f"lifts is {path}, which cannot be read as CSV: {error}") from None
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing:
        raise ParameterError(
            f"lifts is {path}, which lacks the columns {', '.join(missing)}; it takes {', '.join(_COLUMNS)}, and country and region if wanted"
        )
    if frame.is_empty():
        raise ParameterError(f"lifts is {path}, which has no row")
    if frame.is_duplicated().any():
        number = int(frame.is_duplicated().arg_true()[-1]) + 2
        raise ParameterError(
            f"lifts, line {number} of {path}: the same line is there twice, and would count twice"
        )
    return frame


def _lift(read: Read, where: str, row: Mapping[str, Any]) -> Lift:
    channels = [read.panel.channels[place] for place in read.kept]
    if row["channel"] not in channels:
        raise ParameterError(
            f"{where}: there is no channel {shown(row['channel'])} in the model.{did_you_mean(str(row['channel']), channels)}"
        )
    sales, error = _number(row["sales"]), _number(row["standard_error"])
    if sales is None or error is None or error <= 0:
        raise ParameterError(f"{where}: sales must be a number, and standard_error one above 0")
    is_in = _cells(read, where, row)
    _refuse_impossible(where, sales, error, float((read.panel.sales * is_in).sum()))
    return Lift(channels.index(row["channel"]), sales, error, is_in)


def _cells(read: Read, where: str, row: Mapping[str, Any]) -> Floats:
    """Return by region and week 1 where the experiment was, else 0."""
    first, last = _day(row["first"]), _day(row["last"])
    if first is None or last is None:
        raise ParameterError(
            f"{where}: first and last must be days such as 2025-03-31, the first and the last Monday"
        )
    weeks = np.array([first <= week <= last for week in read.weeks])
    if not weeks.any():
        raise ParameterError(
            f"{where}: no Monday of the data lies in {first} to {last}; they go from {read.weeks[0]} to {read.weeks[-1]}"
        )
    wanted = [row.get(name) for name in ("country", "region")]
    places = np.array(
        [
            all(given in (None, "", own) for given, own in zip(wanted, region, strict=True))
            for region in read.regions
        ]
    )
    if not places.any():
        there = (
            "it tells no regions apart, so leave country and region empty"
            if read.by == "company"
            else f"it has {', '.join(' / '.join(region) for region in read.regions[:5])} and so on"
        )
        raise ParameterError(
            f"{where}: the fit has no region {' / '.join(str(one) for one in wanted if one)}; {there}"
        )
    found: Floats = places[:, None] * weeks[None, :].astype(float)
    return found


def _day(value: object) -> date | None:
    """Return a day as it was read, of a moment its day; None where it is neither."""
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _refuse_impossible(where: str, sales: float, error: float, there: float) -> None:
    """Refuse what an experiment cannot have found, since the fit would bend everything else to it."""
    if sales - _FAR * error > there:
        raise ParameterError(
            f"{where}: the channel is said to have brought {sales:,.0f}, but there were {there:,.0f} sales in these weeks and regions in all"
        )
    if sales + _FAR * error < 0:
        raise ParameterError(
            f"{where}: sales are {sales:,.0f} with a standard error of {error:,.0f}: a channel brings no less than nothing"
        )
    if error < _LEAST_ERROR * abs(sales):
        raise ParameterError(
            f"{where}: standard_error is {error:g}, less than a hundredth of the sales, which no experiment is as sure of"
        )
