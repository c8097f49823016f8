"""What a fit has found, as rows of the schema `model`, with its macro and view."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.fitting import _kept
from martlet.loaders.fitting.predicting import rows, samples
from martlet.loaders.fitting.predicting.card import card
from martlet.loaders.fitting.predicting.compiling import create_macros
from martlet.loaders.fitting.predicting.drifting import SCORE, reference
from martlet.loaders.fitting.predicting.scoring import scored
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import duckdb

    from martlet.loaders.fitting.predicting.fitted import PredictReport
    from martlet.loaders.fitting.predicting.judging import Judged
    from martlet.models.predicting.explaining import Importance

__all__ = ["importance_rows", "keep", "remove_keeping_history"]


def keep(
    connection: duckdb.DuckDBPyConnection,
    report: PredictReport,
    *,
    seed: int,
    load_id: int,
    fitted_at: datetime,
) -> None:
    """Write the models in the place of those of the same name, and the scores of today; how those drifted stays. Macros are made of these rows."""
    before, drifted = remove_keeping_history(connection, report.name)
    for one in report.models:
        model = f"{report.name}.{one.learned.kind}"
        registry = {
            "model": model,
            "task": report.task.name,
            "fitted_at": fitted_at,
            "as_of": report.at,
            "seed": seed,
            "load_id": load_id,
            "rows": report.rows,
            "converged": True,
            "version": before + 1,
            "is_chosen": one.is_chosen,
            "code_version": version("martlet"),
            "features_digest": report.features_digest,
            "data_digest": report.data_digest,
            "trained_from": None if report.moments is None else report.moments.training[0],
            "trained_to": None if report.moments is None else report.moments.training[-1],
            "tested_on": None if report.moments is None else report.moments.test,
            "horizon_days": report.horizon,
            "gap_days": report.gap,
        }
        star.insert(connection, "model.registry", pl.DataFrame([registry]))
        for table, frame in _frames(report, one).items():
            star.insert(connection, f"model.{table}", frame.with_columns(model=pl.lit(model)))
    # What was measured of the fit before is its history.
    star.insert(connection, "model.drift", drifted)
    create_macros(connection)


def remove_keeping_history(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[int, pl.DataFrame]:
    """Remove the fit of a name; return its version, 0 where there was none, and how it had drifted."""
    before = _kept.version(connection, name)
    drifted: pl.DataFrame = connection.sql(
        "SELECT * FROM model.drift WHERE starts_with(model, $name) ORDER BY ALL", params={"name": f"{name}."}
    ).pl()
    _kept.remove(connection, name)
    return before, drifted


def _frames(report: PredictReport, one: Judged) -> dict[str, pl.DataFrame]:
    """Return the rows of each table, without the model's name; scores and what they are held against of the chosen model alone."""
    learned = one.learned
    parameters = rows.curve_parameters(learned) | {f"band_{name}": value for name, value in one.bands.items()}
    if report.value is not None:
        offer = {"value": report.value, "cost": report.task.offer_cost, "success": report.task.offer_success}
        parameters |= {f"offer_{name}": value for name, value in offer.items() if value is not None}
    words = samples.words_of(report.task)
    found = {
        "parameter": pl.DataFrame({"name": list(parameters), "value": list(parameters.values())}),
        "metric": report.frame.filter(model=f"{report.name}.{learned.kind}").drop("model"),
        "calibration": pl.DataFrame(
            [
                {
                    "bin": tenth.number,
                    "rows": tenth.rows,
                    "outcomes": tenth.positives,
                    "score": tenth.score,
                    "low_score": tenth.low_score,
                    "high_score": tenth.high_score,
                    "rate": tenth.rate,
                    "rate_low": tenth.rate_low,
                    "rate_high": tenth.rate_high,
                }
                for tenth in one.tenths
            ],
            schema_overrides={"rate_low": pl.Float64, "rate_high": pl.Float64},
        ),
        "importance": importance_rows(one.drivers, words, report.typical),
        "coefficient": rows.coefficients(learned),
        "tree_node": rows.nodes(learned),
        "subgroup": one.groups,
    }
    if one.is_chosen:
        if report.task.subject.is_kept:
            scores = scored(learned, report.task, report.today.frame, typical=report.typical, bands=one.bands)
            found["score"] = scores.with_columns(as_of=pl.lit(report.at, dtype=pl.Datetime("us")))
        seen = samples.table(report.task, [sample.frame for sample in report.seen])
        used = {column.feature for column in learned.design.columns}
        seen = {feature: values for feature, values in seen.items() if feature in used}
        found["card"] = card(report)
        found["reference"] = reference({**seen, SCORE: learned.score(learned.design.matrix(seen))})
    return found


def importance_rows(
    drivers: Sequence[Importance], words: Mapping[str, str], typical: Mapping[str, float | str | None]
) -> pl.DataFrame:
    """Return the rows of model.importance, without the model's name."""
    return pl.DataFrame(
        [
            {
                "place": place,
                "feature": driver.feature,
                "words": words[driver.feature],
                "loss": driver.loss,
                "error": driver.error,
                "direction": driver.direction,
                "typical": _kept_as(typical.get(driver.feature)),
            }
            for place, driver in enumerate(drivers, 1)
        ],
        schema_overrides={"direction": pl.Float64, "typical": pl.String},
        infer_schema_length=None,
    )


def _kept_as(typical: float | str | None) -> str | None:
    return typical if typical is None or isinstance(typical, str) else repr(typical)
