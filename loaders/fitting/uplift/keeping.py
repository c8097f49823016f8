"""What a fit of uplift has found, as rows of the schema `model`, with its macro and view."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.fitting.predicting import rows, samples
from martlet.loaders.fitting.predicting.compiling import create_macros
from martlet.loaders.fitting.predicting.differing import UPLIFT, part_names
from martlet.loaders.fitting.predicting.drifting import SCORE, reference
from martlet.loaders.fitting.predicting.keeping import importance_rows, remove_keeping_history
from martlet.loaders.fitting.predicting.scoring import scored
from martlet.loaders.fitting.uplift.card import card
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.fitting.predicting.differing import Difference
    from martlet.loaders.fitting.uplift.fitted import UpliftReport

__all__ = ["keep"]


def keep(
    connection: duckdb.DuckDBPyConnection,
    report: UpliftReport,
    *,
    seed: int,
    load_id: int,
    fitted_at: datetime,
) -> None:
    """Write the models in the place of those of the same name, with the test rows and the scores of today of the chosen one."""
    before, drifted = remove_keeping_history(connection, report.name)
    drawn = report.drawn
    told = pl.concat(
        [part.frame for part in (drawn.training, drawn.validation, drawn.test)], how="diagonal_relaxed"
    )
    registry = {
        "task": UPLIFT,
        "fitted_at": fitted_at,
        "as_of": report.at,
        "seed": seed,
        "load_id": load_id,
        "rows": drawn.training.frame.height,
        "converged": True,
        "version": before + 1,
        "code_version": version("martlet"),
        "features_digest": samples.features_digest(report.task),
        "data_digest": samples.digest_of([told]),
        "trained_from": drawn.training.frame["asked_at"].min(),
        "trained_to": drawn.training.frame["asked_at"].max(),
        "tested_on": drawn.test.frame["asked_at"].min(),
        "horizon_days": report.horizon,
        "gap_days": 0,
    }
    for one in report.models:
        model = f"{report.name}.{one.kind}"
        for name in (model, *part_names(model)):
            is_chosen = name == model and one is report.models[0]
            star.insert(
                connection,
                "model.registry",
                pl.DataFrame([{**registry, "model": name, "is_chosen": is_chosen}]),
            )
        for name, part in zip(part_names(model), one.parts, strict=True):
            curve = rows.curve_parameters(part)
            _insert(
                connection,
                "parameter",
                name,
                pl.DataFrame({"name": list(curve), "value": list(curve.values())}),
            )
            _insert(connection, "coefficient", name, rows.coefficients(part))
            _insert(connection, "tree_node", name, rows.nodes(part))
        _insert(connection, "metric", model, report.frame.filter(model=model).drop("model"))
    best = report.models[0]
    for table, frame in _frames(report, best).items():
        _insert(connection, table, f"{report.name}.{best.kind}", frame)
    # What was measured of the fit before is its history.
    star.insert(connection, "model.drift", drifted)
    create_macros(connection)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, model: str, frame: pl.DataFrame) -> None:
    star.insert(connection, f"model.{table}", frame.with_columns(model=pl.lit(model)))


def _frames(report: UpliftReport, best: Difference) -> dict[str, pl.DataFrame]:
    """Return the rows that the chosen model alone has, by table and without its name."""
    words, drawn = samples.words_of(report.task), report.drawn
    bands = {f"band_{name}": value for name, value in report.bands.items()}
    trial = drawn.test.trial
    used = {column.feature for column in best.design.columns}
    seen = {
        feature: values
        for feature, values in samples.table(
            report.task, [drawn.training.known, drawn.validation.known]
        ).items()
        if feature in used
    }
    scores = scored(best, report.task, drawn.today, typical=report.typical, bands=report.bands)
    return {
        "parameter": pl.DataFrame({"name": list(bands), "value": list(bands.values())}),
        "importance": importance_rows(report.drivers, words, report.typical),
        "reference": reference({**seen, SCORE: best.score(best.design.matrix(seen))}),
        "score": scores.with_columns(as_of=pl.lit(report.at, dtype=pl.Datetime("us"))),
        "card": card(report),
        "study": pl.DataFrame(
            [
                {
                    "study": report.study.name,
                    "trial": report.study.trial,
                    "action": report.study.action,
                    "split": drawn.split,
                    "horizon_days": report.horizon,
                    "tested_from": drawn.tested_from,
                    "left_out": drawn.left_out,
                    "effect": report.effect,
                    "centre": report.centre,
                    "shrink": report.shrink,
                    "order_value": report.order_value,
                    "is_margin": report.is_margin,
                    "contact_cost": report.contact_cost,
                }
            ],
            schema_overrides={"order_value": pl.Float64},
        ),
        "uplift_test": drawn.test.frame.select(
            "assignment",
            "customer_key",
            "assigned_at",
            "stratum",
            "is_treated",
            weight=pl.Series(trial.weights),
            score=pl.Series(best.score(best.design.matrix(drawn.test.features(report.task)))),
            has_bought=(pl.col("bought_orders") > 0).cast(pl.Int32),
            orders="bought_orders",
            revenue="bought_revenue",
        ),
    }
