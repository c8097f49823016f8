"""The task `incremental`: orders that touches caused, fitted on a warehouse and kept in its schema `model`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.summed import Summed
from martlet.loaders.fitting import _kept
from martlet.loaders.fitting._incremental_rows import rows
from martlet.loaders.warehouse import star
from martlet.models.incremental.diagnostics import diagnostics
from martlet.models.incremental.found import found, margins, margins_of_shares

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.fitting._incremental_rows import Controls, Rows
    from martlet.models.incremental.diagnostics import Diagnostic
    from martlet.models.incremental.found import Found
    from martlet.models.incremental.observed import Floats

__all__ = ["MODEL", "REPLICATES", "IncrementalReport", "keep", "report"]

MODEL: Final = "declustering"
REPLICATES: Final = 30
# Weights below say nothing, and are left to habit.
_LEAST: Final = 1e-4
_ALL: Final = -1


@dataclass(frozen=True, repr=False)
class IncrementalReport(Summed):
    """What was found: caused orders by channel, their standard errors, and checks that say when not to believe them."""

    name: str
    controls: str
    rows: Rows
    found: Found
    diagnostics: tuple[Diagnostic, ...]

    @property
    def refused(self) -> dict[str, str]:
        """Checks that were not passed, and what they mean."""
        return {one.name: one.sentence for one in self.diagnostics if not one.is_passed}

    @property
    def frame(self) -> pl.DataFrame:
        """The channels, one a row, most caused orders first."""
        caused, errors = self.found.caused, self.found.errors
        return (
            pl.DataFrame(
                {
                    "channel": list(self.found.channels),
                    "caused_orders": caused.orders,
                    "orders_error": errors.orders,
                    "orders_margin": margins(caused.orders, errors.orders),
                    "caused_revenue": caused.revenue,
                    "revenue_error": errors.revenue,
                    "share": caused.share,
                    "share_error": errors.share,
                    "share_margin": margins_of_shares(errors.share),
                    "effect": caused.effect,
                    "lag_days": caused.lag,
                    "harvest_share": caused.harvest,
                    "recognised_share": caused.seen,
                }
            )
            .with_columns(pl.selectors.float().fill_nan(None))
            .sort("caused_orders", "channel", descending=[True, False])
        )

    def summary(self) -> str:
        """Return how many orders were caused, of how many, and which checks were not passed."""
        caused, outcomes = self.found.caused.orders.sum(), self.found.pairs.outcomes.size
        what = f"{caused:,.0f} of {outcomes:,} orders after the sign-up were caused by touches"
        lines = [f"{self.name}.{MODEL}: {what}, as of {self.rows.as_of:%Y-%m-%d}; controls: {self.controls}"]
        for one in self.diagnostics:
            verdict = "passed" if one.is_passed else "NOT passed"
            lines.append(f"{one.name}: {one.value:.3g} ({'at least' if one.name == 'effective_orders' else 'at most'} {one.threshold:g}), {verdict}")  # fmt: skip
        lines += [f"warning: {name}: {sentence}" for name, sentence in self.refused.items()]
        if not self.found.declustered.has_converged:
            lines.append("warning: the fit still moved when it was ended")
        return "\n".join(lines)


def report(
    connection: duckdb.DuckDBPyConnection, name: str, *, controls: Controls, replicates: int, seed: int
) -> IncrementalReport:
    """Fit the model on an open warehouse; see `fit`."""
    read = rows(connection, controls)
    steps = read.steps.height
    made = found(read.observed, steps=steps, replicates=replicates, seed=seed)
    checks = diagnostics(read.observed, made, steps=steps, anonymous_share=read.anonymous_share)
    return IncrementalReport(name, controls, read, made, checks)


def keep(
    connection: duckdb.DuckDBPyConnection,
    made: IncrementalReport,
    *,
    seed: int,
    load_id: int,
    fitted_at: datetime,
) -> None:
    """Write what was found in the place of the fit of the same name."""
    model, fit = f"{made.name}.{MODEL}", made.found.declustered
    _kept.remove(connection, made.name)
    registry = {
        "model": model,
        "task": "incremental",
        "fitted_at": fitted_at,
        "as_of": made.rows.as_of,
        "seed": seed,
        "load_id": load_id,
        "rows": made.rows.observed.since.size,
        "log_likelihood": _kept.rounded(fit.log_likelihood),
        "converged": fit.has_converged,
    }
    star.insert(connection, "model.registry", pl.DataFrame([registry]))
    for table, frame in (
        ("parameter", _parameters(made)),
        ("caused", _caused(made)),
        ("touch_weight", _weights(made)),
        ("diagnostic", _diagnostics(made)),
    ):
        star.insert(connection, f"model.{table}", frame.with_columns(model=pl.lit(model)))


def _parameters(made: IncrementalReport) -> pl.DataFrame:
    """Return what is told of each channel, and the totals."""
    caused, errors = made.found.caused, made.found.errors
    told = (
        (f"{name}:{channel}", values[place], spread[place])
        for name, values, spread in (
            ("effect", caused.effect, errors.effect),
            ("lag_days", caused.lag, errors.lag),
            ("harvest_share", caused.harvest, errors.harvest),
            ("recognised_share", caused.seen, errors.seen),
        )
        for place, channel in enumerate(made.found.channels)
    )
    outcomes = float(made.found.pairs.outcomes.size)
    totals = (
        ("orders", outcomes, 0.0),
        ("orders_at_sign_up", float(made.rows.observed.orders.is_at_sign_up.sum()), 0.0),
        ("orders_of_habit", caused.habit[0], errors.habit[0]),
        ("orders_caused", outcomes - caused.habit[0], errors.habit[0]),
        ("orders_not_recognised", caused.orders.sum() - caused.seen_orders.sum(), np.nan),
    )
    return pl.DataFrame([_parameter(*one) for one in (*told, *totals)], infer_schema_length=None)


def _parameter(name: str, value: float, error: float) -> dict[str, object]:
    return {"name": name, "value": _kept.rounded(value), "standard_error": _rounded(error)}


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else _kept.rounded(value)


def _caused(made: IncrementalReport) -> pl.DataFrame:
    caused, errors, steps = made.found.caused, made.found.errors, made.rows.steps
    keys = dict(steps.select("channel", "channel_key").unique().iter_rows())
    channels = list(made.found.channels)
    unknown = np.full(steps.height, np.nan)
    by_channel = {
        "channel": channels,
        "channel_key": [keys[channel] for channel in channels],
        "campaign_key": [_ALL] * len(channels),
        **_measured("orders", caused.orders, errors.orders, margins(caused.orders, errors.orders)),
        **_measured("revenue", caused.revenue, errors.revenue, margins(caused.revenue, errors.revenue)),
        **_measured("share", caused.share, errors.share, margins_of_shares(errors.share)),
    }
    by_step = {
        **steps.select("channel", "channel_key", "campaign_key").to_dict(as_series=False),
        **_measured(
            "orders", caused.step_orders, errors.step_orders, margins(caused.step_orders, errors.step_orders)
        ),
        **_measured(
            "revenue",
            caused.step_revenue,
            errors.step_revenue,
            margins(caused.step_revenue, errors.step_revenue),
        ),
        **_measured("share", caused.step_orders / max(caused.orders.sum(), 1e-12), unknown, unknown),
    }
    controls = [channel for channel in channels if _is_control(made, channel)]
    return pl.concat([pl.DataFrame(by_channel), pl.DataFrame(by_step)], how="vertical_relaxed").select(
        pl.exclude("channel"), is_control=pl.col("channel").is_in(controls)
    )


def _measured(name: str, values: Floats, errors: Floats, wide: Floats) -> dict[str, pl.Series]:
    """Return the columns of a figure: itself, its standard error, and half of the width of its interval."""
    columns = {name: values, f"{name}_error": errors, f"{name}_margin": wide}
    return {
        column: pl.Series([_rounded(number) for number in numbers], dtype=pl.Float64)
        for column, numbers in columns.items()
    }


def _is_control(made: IncrementalReport, channel: str) -> bool:
    """Whether all touches of a channel were assumed to cause nothing."""
    return all(kind.is_control for kind in made.rows.observed.kinds if kind.channel == channel)


def _weights(made: IncrementalReport) -> pl.DataFrame:
    pairs, fit = made.found.pairs, made.found.declustered
    weights = pl.DataFrame(
        {
            "order_id": made.rows.order_ids[np.concatenate([pairs.order, pairs.held_order])],
            "touchpoint_id": made.rows.touchpoint_ids[np.concatenate([pairs.touch, pairs.held_touch])],
            "weight": np.concatenate([fit.caused, fit.at_once]),
        }
    ).filter(pl.col("weight") >= _LEAST)
    weights = weights.with_columns(pl.col("weight").round(8))
    touched = weights.group_by("order_id").agg(pl.col("weight").sum())
    habit = (
        pl.DataFrame({"order_id": made.rows.order_ids[pairs.outcomes]})
        .join(touched, on="order_id", how="left")
        .select(
            "order_id",
            touchpoint_id=pl.lit(0, pl.Int64),
            weight=(1 - pl.col("weight").fill_null(0.0)).clip(0, 1),
        )
    )
    return pl.concat([weights, habit]).sort("order_id", "touchpoint_id")


def _diagnostics(made: IncrementalReport) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "diagnostic": one.name,
                "value": _rounded(one.value),
                "threshold": one.threshold,
                "is_passed": one.is_passed,
                "sentence": one.sentence,
            }
            for one in made.diagnostics
        ]
    )
