"""What a fit of the mix has found, as rows of the schema `model`."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.fitting import _kept
from martlet.loaders.fitting.mixing.report import INTERVAL, MODEL
from martlet.loaders.fitting.mixing.words import LEAST_OWN, MOST_ALIKE, card
from martlet.loaders.warehouse import star
from martlet.models.mix.curves import MULTIPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from martlet.loaders.fitting.mixing.report import MixReport

__all__ = ["keep"]

_MOST_CONDITION = 30.0


def keep(
    connection: duckdb.DuckDBPyConnection,
    report: MixReport,
    *,
    seed: int,
    load_id: int,
    fitted_at: datetime,
) -> None:
    """Write the model in the place of that of the same name."""
    before = _kept.version(connection, report.name)
    _kept.remove(connection, report.name)
    model = f"{report.name}.{MODEL}"
    last = report.read.weeks[-1] + timedelta(days=7)
    registry = {
        "model": model,
        "task": "mix",
        "fitted_at": fitted_at,
        "as_of": datetime.combine(last, time()),
        "seed": seed,
        "load_id": load_id,
        "rows": report.read.panel.sales.size,
        "converged": report.mix.has_converged,
        "version": before + 1,
        "is_chosen": True,
        "code_version": version("martlet"),
    }
    star.insert(connection, "model.registry", pl.DataFrame([registry]))
    for table, frame in (
        ("parameter", _parameters(report)),
        ("mix_channel", _channels(report)),
        ("mix_draw", _draws(report)),
        ("mix_curve", _curves(report)),
        ("mix_week", _weeks(report)),
        ("mix_backtest", _backtest(report)),
        ("diagnostic", _diagnostics(report)),
        ("card", card(report)),
    ):
        star.insert(connection, f"model.{table}", frame.with_columns(model=pl.lit(model)))


def _rounded(values: np.ndarray) -> pl.Series:
    """Return numbers as they are kept, NaN as NULL."""
    return pl.Series(
        [None if np.isnan(value) else _kept.rounded(float(value)) for value in values.ravel()],
        dtype=pl.Float64,
    )


def _parameters(report: MixReport) -> pl.DataFrame:
    ours, naive = report.errors
    found = {
        "is_revenue": float(report.asked.outcome == "revenue"),
        "revenue_per_order": report.read.revenue_per_order,
        "sales": float(report.read.panel.sales.sum()),
        "demand": float(report.mix.demand.sum()),
        "weeks": float(report.read.panel.weeks),
        "weeks_year": float(report.told.year),
        "regions": float(report.read.panel.regions),
        "spread": report.mix.spread,
        "backtest_error": ours,
        "naive_error": naive,
    }
    kept = {name: _kept.rounded(value) for name, value in found.items() if not np.isnan(value)}
    return pl.DataFrame({"name": list(kept), "value": list(kept.values())})


def _channels(report: MixReport) -> pl.DataFrame:
    panel, mix, year = report.read.panel, report.mix, report.told.year
    places = {place: at for at, place in enumerate(report.read.kept)}
    size = np.exp(mix.design.terms @ mix.size_weights)[:, -year:].sum(axis=0).mean()
    rows = []
    for place, channel in enumerate(panel.channels):
        weekly = panel.spend[place].sum(axis=0)
        row: dict[str, object] = {
            "channel": channel,
            "is_fitted": place in places,
            "spend": _kept.rounded(float(weekly.sum())),
            "spend_year": _kept.rounded(float(weekly[-year:].sum())),
            "words": report.words(channel),
        }
        if place in places:
            at = places[place]
            alike = int(report.apart.alike[at])
            row |= {
                "carry": float(mix.carry[at]),
                "half_spend": _kept.rounded(float(mix.half[at] * mix.media.unit[at] * size)),
                "coefficient": _kept.rounded(float(mix.coefficient[at])),
                "off_share": _kept.rounded(float(report.apart.off[at])),
                "own_share": _kept.rounded(float(report.apart.own[at])),
                "alike_channel": mix.panel.channels[alike] if alike >= 0 else None,
                "alike_correlation": _kept.rounded(float(report.apart.correlation[at]))
                if alike >= 0
                else None,
            }
            whole = [one.lift for one in report.lifts if one.channel == channel and one.lift.is_in is None]
            if whole:
                row |= {"lift_sales": whole[0].sales, "lift_error": whole[0].error}
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def _draws(report: MixReport) -> pl.DataFrame:
    total = report.told.total
    draws, channels = total.shape
    return pl.DataFrame(
        {
            "draw": np.repeat(np.arange(draws), channels),
            "channel": list(report.mix.panel.channels) * draws,
            "sales": _rounded(total),
            "sales_year": _rounded(report.told.of_year),
        }
    )


def _curves(report: MixReport) -> pl.DataFrame:
    curve = report.told.curve
    draws, channels, points = curve.shape
    return pl.DataFrame(
        {
            "draw": np.repeat(np.arange(draws), channels * points),
            "channel": [name for name in report.mix.panel.channels for _ in range(points)] * draws,
            "multiple": list(MULTIPLES) * (draws * channels),
            "sales": _rounded(curve),
        }
    )


def _weeks(report: MixReport) -> pl.DataFrame:
    panel, weekly = report.read.panel, report.told.weekly
    demand = report.mix.demand.sum(axis=0)
    low, high = np.quantile(weekly[1:], INTERVAL, axis=0)
    unknown = np.full(panel.weeks, np.nan)
    left = panel.sales.sum(axis=0) - demand - weekly[0].sum(axis=0)
    parts: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]] = [
        ("(demand)", demand, unknown, unknown),
        *((name, weekly[0, at], low[at], high[at]) for at, name in enumerate(report.mix.panel.channels)),
        ("(unexplained)", left, unknown, unknown),
    ]
    return pl.concat(
        pl.DataFrame(
            {
                "week_start": list(report.read.weeks),
                "part": [name] * panel.weeks,
                "sales": pl.Series(np.round(values, 9)),
                "low": _rounded(lower),
                "high": _rounded(upper),
            }
        )
        for name, values, lower, upper in parts
    )


def _backtest(report: MixReport) -> pl.DataFrame:
    one = report.backtest
    if one is None:
        return pl.DataFrame()
    columns = ("actual", "predicted", "low", "high", "naive")
    return pl.DataFrame(
        {"week_start": list(report.read.weeks[-one.actual.size :])}
        | {name: _rounded(getattr(one, name)) for name in columns}
    )


def _diagnostics(report: MixReport) -> pl.DataFrame:
    return pl.DataFrame(list(_checks(report)))


def _checks(report: MixReport) -> Iterator[dict[str, object]]:
    told = report.apart
    own, alike = float(told.own.min()), float(np.abs(told.correlation).max(initial=0.0))
    for name, value, threshold, is_passed, sentence in (
        ("own_movement", own, LEAST_OWN, own >= LEAST_OWN, "The least share of a channel's movement that neither demand nor other channels have."),
        ("alike_channels", alike, MOST_ALIKE, alike < MOST_ALIKE, "The highest correlation of two channels beside demand: above, only the sum of both is known."),
        ("condition", told.condition, _MOST_CONDITION, told.condition < _MOST_CONDITION, "Condition number of the channels' correlations: above, small errors in sales are large ones in contributions."),
    ):  # fmt: skip
        yield {
            "diagnostic": name,
            "value": _kept.rounded(value) if np.isfinite(value) else None,
            "threshold": threshold,
            "is_passed": bool(is_passed),
            "sentence": sentence,
        }
