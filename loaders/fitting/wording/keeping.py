"""What a fit of subject lines has found, as rows of the schema `model`."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.fitting import _kept
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.fitting.wording.fitted import WordingReport

__all__ = ["keep"]


def keep(
    connection: duckdb.DuckDBPyConnection,
    report: WordingReport,
    *,
    seed: int,
    load_id: int,
    fitted_at: datetime,
) -> None:
    """Write the models in the place of those of the same name."""
    before = _kept.version(connection, report.name)
    _kept.remove(connection, report.name)
    lines = report.found.lines
    for place, one in enumerate(report.found.models):
        model = f"{report.name}.{one.kind}"
        registry = {
            "model": model,
            "task": report.task,
            "fitted_at": fitted_at,
            "as_of": report.at,
            "seed": seed,
            "load_id": load_id,
            "rows": lines.training.height,
            "converged": True,
            "version": before + 1,
            "is_chosen": place == 0,
            "code_version": version("martlet"),
            "data_digest": report.data_digest,
            "trained_from": lines.training["sent_at"][0],
            "trained_to": lines.training["sent_at"][-1],
            "tested_on": lines.tested_from,
        }
        frames = {
            "registry": pl.DataFrame([registry]),
            "term": one.terms,
            "metric": report.frame.filter(model=model),
            "confusion": one.confusion,
            "card": report.found.card if place == 0 else None,
        }
        for table, frame in frames.items():
            if frame is not None:
                star.insert(connection, f"model.{table}", frame.with_columns(model=pl.lit(model)))
