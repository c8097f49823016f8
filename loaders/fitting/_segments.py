"""The task `segments`: clusters of customers, fitted on a warehouse and kept in its schema `model`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from martlet.engine.errors import ParameterError, shown
from martlet.engine.summed import Summed
from martlet.loaders.fitting import _clusters, _kept
from martlet.loaders.fitting._features import declared
from martlet.loaders.fitting._scaling import MODEL
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb

__all__ = ["SegmentsReport", "keep", "report"]


@dataclass(frozen=True, repr=False)
class SegmentsReport(Summed):
    """What was found: the clusters, how good each number of them is, and in words which features were left out and why."""

    name: str
    clusters: _clusters.Clusters

    @property
    def refused(self) -> dict[str, str]:
        """Features that were not used, and why."""
        return self.clusters.left_out

    @property
    def converged(self) -> bool:
        """Whether the last step moved nothing."""
        return self.clusters.converged

    @property
    def reason(self) -> str:
        """Why there are so many clusters."""
        chosen: str = self.quality.filter("is_chosen")["reason"].item()
        return chosen

    @property
    def quality(self) -> pl.DataFrame:
        """The numbers of clusters that were tried, with their figures, as query segmentation/cluster_quality has them."""
        return self.clusters.quality

    @property
    def frame(self) -> pl.DataFrame:
        """The clusters, one a row."""
        customers, monetary = pl.col("customers"), pl.col("monetary").cast(pl.Float64)
        return self.clusters.clusters.select(
            "cluster",
            "name",
            "customers",
            (customers / customers.sum()).alias("customer_share"),
            "monetary",
            (monetary / monetary.sum()).alias("monetary_share"),
            "customers_kept",
        )

    def summary(self) -> str:
        """Return how many clusters there are and why, and what was left out."""
        lines = [f"{self.frame.height} clusters: {self.reason}"]
        lines += [f"left out: {feature}: {reason}" for feature, reason in self.refused.items()]
        if not self.converged:
            lines.append("warning: the clusters still moved when the fit was ended")
        return "\n".join(lines)


def report(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    *,
    k: int | None,
    features: Sequence[str] | None,
    declared_in: str | Path | None,
    seed: int,
) -> SegmentsReport:
    """Fit clusters on an open warehouse; see `fit`."""
    if k is not None and not 2 <= k <= _clusters.MOST:  # noqa: PLR2004 (one is no partition)
        raise ParameterError(f"k is {shown(k)}; allowed are auto and 2 to {_clusters.MOST}")
    found = _clusters.fitted(connection, name, declared(declared_in), asked=features, k=k, seed=seed)
    return SegmentsReport(name, found)


def keep(
    connection: duckdb.DuckDBPyConnection,
    made: SegmentsReport,
    *,
    seed: int,
    load_id: int,
    fitted_at: datetime,
) -> None:
    """Write the clusters in the place of those of the same name."""
    model, found = f"{made.name}.{MODEL}", made.clusters
    _kept.remove(connection, made.name)
    registry = {
        "model": model,
        "task": "segments",
        "fitted_at": fitted_at,
        "as_of": found.as_of,
        "seed": seed,
        "load_id": load_id,
        "rows": found.customers,
        "converged": found.converged,
    }
    star.insert(connection, "model.registry", pl.DataFrame([registry]))
    for table, frame in (
        ("feature", found.features),
        ("cluster", found.clusters),
        ("centroid", found.centroids),
        ("quality", found.quality),
    ):
        star.insert(connection, f"model.{table}", frame.with_columns(model=pl.lit(model)))
