"""What is known from elsewhere of what channels brought: the fit of attribution/incremental, and experiments from a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.errors import FitError, ParameterError, did_you_mean, shown
from martlet.models.mix.fitting import Lift

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from martlet.loaders.fitting.mixing.asked import Asked
    from martlet.loaders.fitting.mixing.reading import Read

__all__ = ["Told", "lifts"]

_COLUMNS: Final = ("channel", "first", "last", "sales", "standard_error")
# Of an interval of 90 %.
_Z: Final = 1.6449
# Of the orders at sign-up, since who came by a channel may have come without it; an assumption.
_SIGN_UP_ERROR: Final = 0.2
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
    try:
        frame = pl.read_csv(path, try_parse_dates=True)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ParameterError(f"lifts is {path}, which cannot be read as CSV: {error}") from None
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing:
        raise ParameterError(
            f"lifts is {path}, which lacks the columns {', '.join(missing)}; it takes {', '.join(_COLUMNS)}, and country and region if wanted"
        )
    channels = [read.panel.channels[place] for place in read.kept]
    found = []
    for number, row in enumerate(frame.iter_rows(named=True), 2):
        where = f"lifts, line {number} of {path}"
        if row["channel"] not in channels:
            raise ParameterError(
                f"{where}: there is no channel {shown(row['channel'])} in the model.{did_you_mean(str(row['channel']), channels)}"
            )
        if row["first"] is None or row["last"] is None or not hasattr(row["first"], "toordinal") or not hasattr(row["last"], "toordinal"):  # fmt: skip
            raise ParameterError(
                f"{where}: first and last must be days such as 2025-03-31, the first and the last Monday"
            )
        if not isinstance(row["sales"], int | float) or not isinstance(row["standard_error"], int | float) or not row["standard_error"] > 0:  # fmt: skip
            raise ParameterError(f"{where}: sales must be a number, and standard_error one above 0")
        weeks = np.array([row["first"] <= week <= row["last"] for week in read.weeks])
        places = np.array(
            [
                row.get("country") in (None, "", country) and row.get("region") in (None, "", region)
                for country, region in read.regions
            ]
        )
        if not weeks.any() or not places.any():
            raise ParameterError(f"{where}: no week or region of the data lies in it")
        is_in = places[:, None] * weeks[None, :].astype(float)
        lift = Lift(channels.index(row["channel"]), float(row["sales"]), float(row["standard_error"]), is_in)
        found.append(Told(row["channel"], "experiment", lift))
    return found
