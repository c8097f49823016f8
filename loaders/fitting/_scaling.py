"""The values of customers as segmentation/clusters reads them, put on the scales by which clusters are told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine import template
from martlet.engine.connection import named_in
from martlet.engine.errors import FitError
from martlet.loaders.fitting._features import COLUMNS, SHARE, Feature
from martlet.loaders.fitting._kept import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

__all__ = ["MODEL", "Scaled", "categories", "create", "model_rows", "put_on_scales", "seats"]

MODEL: Final = "k_means"
_LEAST_CUSTOMERS: Final = 10
# A category with a smaller share of all spending is no feature of its own where all are asked for.
_LEAST_SHARE: Final = 0.05
_LEAST_SPREAD: Final = 1e-4
_TENTHS: Final = [part / 10 for part in range(11)]


@dataclass(frozen=True)
class Scaled:
    """A feature with what its scale takes, at first what changes nothing."""

    feature: Feature
    fill: float | None = None
    centre: float = 0.0
    spread: float = 1.0
    knots: list[float] | None = None


def _rendered(body: str) -> str:
    """Return SQL that calls the parts of the query, so that a fit and its query read the same."""
    imports = (
        '{% from "segmentation/_points.sql" import fit_features, raw_values, points %}'
        '{% from "segmentation/_assigned.sql" import assigned %}'
    )
    return template.render("queries/segmentation/clusters.sql", imports + body, {}).sql


def create(connection: duckdb.DuckDBPyConnection, table: str, name: str, body: str) -> None:
    sql = f"CREATE OR REPLACE TEMP TABLE {table} AS {_rendered(body)}"
    connection.execute(sql, named_in(connection, sql, {"fit": name}))


def categories(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the categories that have a considerable share of all spending."""
    sql = (
        "SELECT category FROM (SELECT category, sum(greatest(spend, 0)) AS spend FROM mart.customer_category_spend GROUP BY category) "
        "QUALIFY spend >= $least * sum(spend) OVER () ORDER BY category"
    )
    return [category for (category,) in connection.execute(sql, {"least": _LEAST_SHARE}).fetchall()]


def _features(connection: duckdb.DuckDBPyConnection, name: str, features: Sequence[Scaled]) -> None:
    """Put features where the parts find them."""
    connection.register("_frame", model_rows(features).with_columns(model=pl.lit(f"{name}.{MODEL}")))
    connection.execute("CREATE OR REPLACE TEMP TABLE _features AS SELECT * FROM _frame")
    connection.unregister("_frame")


def model_rows(features: Sequence[Scaled]) -> pl.DataFrame:
    """Return features as rows of `model.feature`, in their order."""
    return pl.DataFrame(
        [
            {
                "position": position,
                "feature": one.feature.name,
                "scale": one.feature.scale,
                "fill": one.fill,
                "centre": one.centre,
                "spread": one.spread,
                "knots": one.knots,
                "high": one.feature.high,
                "low": one.feature.low,
            }
            for position, one in enumerate(features, 1)
        ],
        schema_overrides={"fill": pl.Float64, "knots": pl.List(pl.Float64)},
    )


def seats(features: Sequence[Scaled]) -> list[int]:
    """Return the seat of each feature in the parts: its column's place, or the next of those for shares."""
    shares = iter(range(len(COLUMNS) + 1, len(COLUMNS) + len(features) + 1))
    named = [one.feature.name for one in features]
    return [next(shares) if name.startswith(SHARE) else COLUMNS.index(name) + 1 for name in named]


def _read(connection: duckdb.DuckDBPyConnection, name: str, features: Sequence[Scaled]) -> None:
    """Read the values of the features, a row a customer, as they are."""
    _features(connection, name, features)
    body = 'WITH {{ fit_features("_features") }}, {{ raw_values() }} SELECT * FROM raw_values'
    create(connection, "_raw", name, body)


def _placed(connection: duckdb.DuckDBPyConnection, name: str, features: Sequence[Scaled]) -> None:
    """Put the values that were read on the scales of the features."""
    _features(connection, name, features)
    kept = ", ".join(f"z{seat}" for seat in seats(features))
    body = f'WITH {{{{ fit_features("_features") }}}}, {{{{ points("_raw") }}}} SELECT customer_key, customer_id, monetary, {kept} FROM points'
    create(connection, "_points", name, body)


def put_on_scales(
    connection: duckdb.DuckDBPyConnection, name: str, chosen: Sequence[Feature]
) -> tuple[list[Scaled], dict[str, str]]:
    """Put the customers on the scales of the features that tell them apart; return these, and why others don't."""
    features, left_out = [Scaled(one) for one in chosen], {}
    _read(connection, name, features)
    ((customers,),) = connection.execute("SELECT count(*) FROM _raw").fetchall()
    if customers < _LEAST_CUSTOMERS:
        raise FitError(
            f"{customers} customers have bought: too few to tell clusters apart (it takes {_LEAST_CUSTOMERS})"
        )
    known = []
    for one, seat in zip(features, seats(features), strict=True):
        sql = f"SELECT min(v{seat}), max(v{seat}), quantile_disc(v{seat}, {_TENTHS}) FROM _raw"
        ((least, most, knots),) = connection.execute(sql).fetchall()
        if least is None:
            left_out[one.feature.name] = "not known of anybody who has bought"
        elif least == most:
            left_out[one.feature.name] = "the same for all of whom it is known"
        else:
            is_rank = one.feature.scale == "rank"
            known.append(replace(one, fill=knots[len(knots) // 2], knots=knots if is_rank else None))
    if not known:
        raise FitError("the customers who have bought are all the same in the features asked for")
    if left_out:
        # The seats of shares follow those that are left.
        _read(connection, name, known)
    _placed(connection, name, known)
    scaled = []
    for one, seat in zip(known, seats(known), strict=True):
        ((centre, spread),) = connection.execute(
            f"SELECT avg(z{seat}), stddev_pop(z{seat}) FROM _points"
        ).fetchall()
        scaled.append(replace(one, centre=rounded(centre), spread=rounded(spread)))
    if flat := [one.feature.name for one in scaled if one.spread < _LEAST_SPREAD]:
        raise FitError(f"the customers hardly differ in {', '.join(flat)}: leave it out, or change its scale")
    _placed(connection, name, scaled)
    return scaled, left_out
