"""Clusters of customers by k-means: read as segmentation/clusters reads them, tried on a sample, fitted on all, numbered and named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import polars as pl

from martlet.engine.errors import FitError
from martlet.loaders.fitting._kept import rounded
from martlet.loaders.fitting._lloyd import labelled, lloyd
from martlet.loaders.fitting._scaling import (
    MODEL,
    categories,
    create,
    model_rows,
    put_on_scales,
    seats,
)
from martlet.models.how_many import suggested, tried
from martlet.models.naming import names, words
from martlet.models.partitions import matched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb

    from martlet.loaders.fitting._features import Features
    from martlet.loaders.fitting._lloyd import Lloyd
    from martlet.loaders.fitting._scaling import Scaled
    from martlet.models.how_many import Tried

__all__ = ["MOST", "Clusters", "fitted"]

MOST: Final = 12
_TRIED: Final = range(2, 9)
_SAMPLE: Final = 3_000


@dataclass(frozen=True)
class Clusters:
    """What was fitted, as rows of the tables of the schema `model`, without the name of the model.

    `left_out` says which features were not used, and why.
    """

    as_of: datetime
    customers: int
    converged: bool
    features: pl.DataFrame
    centroids: pl.DataFrame
    clusters: pl.DataFrame
    quality: pl.DataFrame
    left_out: dict[str, str]


def fitted(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    declared: Features,
    *,
    asked: Sequence[str] | None,
    k: int | None,
    seed: int,
) -> Clusters:
    """Fit clusters on the customers who have bought; `k` None leaves their number to the figures.

    Raises
    ------
    FitError
        If the customers can't be told apart so.
    ParameterError
        If a feature is not declared.
    """
    chosen = declared.chosen(asked, categories(connection))
    before = _before(connection, name)
    features, left_out = put_on_scales(connection, name, chosen)
    columns = [f"z{seat}" for seat in seats(features)]
    candidates = _tried(connection, columns, k, seed)
    best, reasons = suggested(candidates)
    (start,) = (one for one in candidates if one.k == (best if k is None else k))
    found = lloyd(connection, "_points", columns, start.partition.middles.tolist())
    labels = _labels(connection, columns, found)
    clusters = _named(_numbered(labels, found, before), found, features, _names_before(connection, name))
    centroids = [
        {"cluster": number, "position": position, "value": value}
        for number, place in clusters.select("cluster", "place").iter_rows()
        for position, value in enumerate(found.middles[place], 1)
    ]
    return Clusters(
        _last_moment(connection),
        labels.height,
        found.converged,
        model_rows(features),
        pl.DataFrame(centroids).sort("cluster", "position"),
        clusters.drop("place").sort("cluster"),
        _quality(candidates, best, reasons, start.k),
        left_out,
    )


def _last_moment(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Return the moment as of which mart.customer_profile is."""
    sql = """
        SELECT coalesce(
            greatest((SELECT max(ordered_at) FROM star.fact_order), (SELECT max(started_at) FROM star.fact_session)),
            (SELECT CAST(max(snapshot_on) AS TIMESTAMP) FROM star.fact_customer_snapshot)
        )"""
    ((found,),) = connection.execute(sql).fetchall()
    return cast("datetime", found)


def _before(connection: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    """Return the cluster of each customer in the fit of the same name that is there, empty without one."""
    create(
        connection,
        "_before",
        name,
        "WITH {{ assigned() }} SELECT customer_key, cluster AS old FROM assigned WHERE cluster IS NOT NULL",
    )
    frame: pl.DataFrame = connection.sql("SELECT * FROM _before").pl()
    return frame


def _names_before(connection: duckdb.DuckDBPyConnection, name: str) -> dict[int, str]:
    sql = "SELECT cluster, name FROM model.cluster WHERE model = $model"
    return dict(connection.execute(sql, {"model": f"{name}.{MODEL}"}).fetchall())


def _tried(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], k: int | None, seed: int
) -> tuple[Tried, ...]:
    """Try numbers of clusters on the customers whose identifiers a keyed hash puts first."""
    sample = connection.sql(
        f"SELECT md5_number_lower(customer_id || ':' || $seed) AS draw, {', '.join(columns)} FROM _points "
        f"ORDER BY draw, customer_id LIMIT {_SAMPLE}",
        params={"seed": str(seed)},
    ).pl()
    points, keys = sample.select(columns).to_numpy(), sample["draw"].to_numpy()
    distinct = len(np.unique(points, axis=0))
    if k is not None and k > distinct:
        raise FitError(f"there are {distinct} different customers in these features, fewer than {k} clusters")
    ks = {of for of in _TRIED if of < distinct} | ({k} if k is not None else set())
    if not ks:
        raise FitError("there are only two different customers in these features")
    return tried(points, keys, sorted(ks), seed)


def _labels(connection: duckdb.DuckDBPyConnection, columns: Sequence[str], found: Lloyd) -> pl.DataFrame:
    """Return the place of the nearest middle of each customer."""
    frame: pl.DataFrame = connection.sql(
        labelled("_points", columns, found.middles, keep="customer_key, monetary, ")
    ).pl()
    return frame.select("customer_key", "monetary", place="cluster")


def _numbered(
    labels: pl.DataFrame,
    found: Lloyd,
    before: pl.DataFrame,
) -> pl.DataFrame:
    """Return a row a cluster: its place among the middles and its number, that of before where it has the same customers."""
    sums = (
        labels.group_by("place")
        .agg(customers=pl.len(), monetary=pl.col("monetary").sum())
        .sort(["monetary", "customers", "place"], descending=[True, True, False])
    )
    counted = (
        labels.join(before, on="customer_key").group_by("place", "old").len().sort("place", "old").iter_rows()
    )
    overlap = {(place, old): count for place, old, count in counted}
    numbers = matched(overlap)
    olds = set(before["old"].to_list())
    # Numbers that nobody had come first, then those of clusters that are gone.
    free = [number for number in range(1, MOST + 1) if number not in olds]
    free += [number for number in range(1, MOST + 1) if number in olds and number not in numbers.values()]
    for place in sums["place"]:
        if place not in numbers:
            numbers[place] = free.pop(0)
    return sums.with_columns(
        cluster=pl.col("place").replace_strict(numbers, return_dtype=pl.Int64),
        inertia=pl.col("place").replace_strict(dict(enumerate(found.inertias)), return_dtype=pl.Float64),
        customers_kept=pl.Series(
            [overlap.get((place, numbers[place]), 0) if olds else None for place in sums["place"]],
            dtype=pl.Int64,
        ),
    )


def _named(
    clusters: pl.DataFrame, found: Lloyd, features: Sequence[Scaled], before: dict[int, str]
) -> pl.DataFrame:
    high, low = [one.feature.high for one in features], [one.feature.low for one in features]
    true_of = {
        number: words(found.middles[place], high, low)
        for number, place in clusters.select("cluster", "place").iter_rows()
    }
    kept = names(true_of, before)
    return clusters.with_columns(name=pl.col("cluster").replace_strict(kept, return_dtype=pl.String))


def _quality(found: Sequence[Tried], best: int, reasons: dict[int, str], chosen: int) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "k": one.k,
                "sample": len(one.partition.labels),
                "inertia": rounded(one.partition.inertia),
                "explained": rounded(one.explained),
                "silhouette": rounded(one.silhouette),
                "davies_bouldin": rounded(one.davies_bouldin),
                "stability": rounded(one.stability),
                "is_suggested": one.k == best,
                "is_chosen": one.k == chosen,
                "reason": f"asked for; {best} is suggested" if one.k == chosen != best else reasons[one.k],
            }
            for one in found
        ]
    )
