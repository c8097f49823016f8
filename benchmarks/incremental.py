"""How near the model incremental comes to the truth: the tables of docs/incremental.md.

    python benchmarks/incremental.py --set default --out default.csv
    python benchmarks/incremental.py --set changed --only zero harvest_doubled
    python benchmarks/incremental.py --set development

Each company is built (or taken from --folder, as NAME.duckdb), its truth is read, and the schema `truth` is dropped before the model
sees the file. Seeds 1 to 6 are for development; the tables are of seeds 101 to 120 (default) and 201 to 215 (changed).
"""

import argparse
import shutil
import tempfile
import time
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

import martlet
from martlet.loaders.fitting._incremental_rows import rows
from martlet.models.incremental.found import found, margins, margins_of_shares

TRUTH = """
SELECT channel.channel, count(placed.order_id)
FROM truth.order_cause AS cause
INNER JOIN star.fact_order AS placed ON placed.order_id = cause.order_id AND main.is_sale(placed.status)
INNER JOIN star.dim_channel AS channel ON channel.channel_key = cause.channel_key
WHERE cause.cause = 'touch'
GROUP BY 1"""
PRESET = tomllib.loads(
    resources.files("martlet").joinpath("loaders/company/ecommerce.toml").read_text(encoding="utf-8")
)
EFFECTS = {channel["name"]: channel["effect"] for channel in PRESET["channels"]}
OTHERS = ("first_non_direct", "linear", "last")


def effects(factor: float) -> dict[str, Any]:
    """Return settings with which channels all work so many times as well."""
    return {f"channels.{name}.effect": round(effect * factor, 5) for name, effect in EFFECTS.items()}


def effect(**given: float) -> dict[str, Any]:
    """Return settings in which some channels have other effects; names with _ for a space."""
    return {f"channels.{name.replace('_', ' ')}.effect": value for name, value in given.items()}


def harvest(probability: float = 1, lag: float = 1) -> dict[str, Any]:
    """Return settings with more, less, or slower harvest."""
    entries = [
        {
            **entry,
            "probability": min(entry["probability"] * probability, 0.95),
            "lag_days": entry["lag_days"] * lag,
        }
        for entry in PRESET["harvest"]
    ]
    return {"harvest": entries}


LONG = {f"channels.{name}.lag_days": days for name, days in zip(EFFECTS, (8, 10, 8, 12, 15, 8, 15, 8, 10), strict=True)}  # fmt: skip
CHANGED: dict[str, tuple[int, int, dict[str, Any]]] = {
    "zero": (201, 10_000, effects(0)),
    "paid_social_0": (202, 10_000, effect(Paid_Social=0)),
    "effects_halved": (203, 10_000, effects(0.5)),
    "effects_doubled": (204, 10_000, effects(2)),
    "harvest_halved": (205, 10_000, harvest(0.5)),
    "harvest_doubled": (206, 10_000, harvest(2)),
    "harvest_slow": (207, 10_000, harvest(1, 3)),
    "habit_strong": (208, 10_000, {"orders.rate_shape": 0.8}),
    "lags_long": (209, 10_000, LONG),
    "season_off": (210, 10_000, {"season": "off"}),
    "direct_works": (211, 10_000, effect(Direct=0.03)),
    "display_up_email_0": (212, 10_000, effect(Display=0.1, Email=0)),
    "search_swapped": (213, 10_000, effect(Organic_Search=0.05, Paid_Search=0.03)),
    "small": (214, 2_000, {}),
    "large": (215, 50_000, {}),
}
SETS = {
    "development": {
        "default_1": (1, 10_000, {}),
        "default_2": (2, 10_000, {}),
        "default_3": (3, 10_000, {}),
        "habit_strong": (4, 10_000, {"orders.rate_shape": 0.8}),
        "harvest_doubled": (5, 10_000, harvest(2)),
        "effects_halved": (6, 10_000, effects(0.5)),
    },
    "default": {f"default_{seed}": (seed, 10_000, {}) for seed in range(101, 121)},
    "changed": CHANGED,
}


def company(name: str, seed: int, customers: int, preset: dict[str, Any], folder: Path) -> Path:
    """Return a company's file, built if it is not there."""
    path = folder / f"{name}_{seed}.duckdb"
    if not path.exists():
        martlet.build(path, customers=customers, seed=seed, threads=1, set=preset)
    return path


def score(name: str, path: Path, replicates: int) -> pl.DataFrame:
    """Return estimate and truth by channel; the model sees a copy without truth."""
    with martlet.open(path) as warehouse:
        card = warehouse.query("attribution/scorecard", model=list(OTHERS)).pl()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "blind.duckdb"
        shutil.copy(path, copy)
        with duckdb.connect(copy) as connection:
            caused = dict(connection.execute(TRUTH).fetchall())
            connection.execute("DROP SCHEMA truth CASCADE")
            began = time.perf_counter()
            read = rows(connection)
            made = found(read.observed, steps=read.steps.height, replicates=replicates, seed=1)
    true = np.array([caused.get(channel, 0) for channel in made.channels], dtype=float)
    shares = true / max(true.sum(), 1)
    wrong = {
        model: float(error)
        for model, error in card.select("model", "mean_absolute_error").unique().drop_nulls().iter_rows()
    }
    return pl.DataFrame(
        {
            "company": name,
            "channel": list(made.channels),
            "orders": made.caused.orders,
            "orders_error": made.errors.orders,
            "orders_margin": margins(made.caused.orders, made.errors.orders),
            "share": made.caused.share,
            "share_error": made.errors.share,
            "share_margin": margins_of_shares(made.errors.share),
            "true_orders": true,
            "true_share": shares,
            **{model: wrong.get(model) for model in OTHERS},
            "seconds": time.perf_counter() - began,
        },
        schema_overrides=dict.fromkeys(OTHERS, pl.Float64),
    )


def summary(scores: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each company: mean absolute errors in points, the ratio of totals, coverage of the intervals of 90 %."""
    told = pl.col("channel") != "Direct"
    error = (pl.col("share") - pl.col("true_share")).abs()
    return scores.group_by("company", maintain_order=True).agg(
        *(pl.col(model).first().mul(100).round(2) for model in OTHERS),
        incremental=(100 * error.mean()).round(2),
        rank_correlation=pl.corr("share", "true_share", method="spearman").round(2),
        true=pl.col("true_orders").sum().cast(pl.Int64),
        found=pl.col("orders").sum().round(0).cast(pl.Int64),
        ratio=(pl.col("orders").sum() / pl.col("true_orders").sum()).round(2),
        shares_covered=(error <= pl.col("share_margin")).filter(told).sum(),
        by_sampling=(error <= 1.645 * pl.col("share_error")).filter(told).sum(),
        orders_covered=((pl.col("orders") - pl.col("true_orders")).abs() <= pl.col("orders_margin")).filter(told).sum(),
        of=told.sum(),
        seconds=pl.col("seconds").first().round(0).cast(pl.Int64),
    )  # fmt: skip


def _exists(value: Any) -> bool:
    return value is not None and (not isinstance(value, float) or bool(np.isfinite(value)))


def markdown(frame: pl.DataFrame) -> str:
    """Return a frame as a table of a page."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * frame.width]
    # What does not exist, such as a ratio to nothing, is a dash.
    cells = ([str(value) if _exists(value) else "-" for value in row] for row in frame.iter_rows())
    lines += ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join(lines)


def main() -> None:
    """Score the companies of a set, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", choices=SETS, default="default")
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--folder", type=Path, help="where companies are kept; default: nowhere")
    parser.add_argument("--replicates", type=int, default=30)
    parser.add_argument("--out", type=Path, help="CSV of all figures, written after each company")
    asked = parser.parse_args()
    scores = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        for name, (seed, customers, preset) in SETS[asked.set].items():
            if asked.only and name not in asked.only:
                continue
            path = company(name, seed, customers, preset, folder)
            scores.append(score(name, path, asked.replicates))
            print(summary(scores[-1]).row(0), flush=True)
            if asked.out:
                pl.concat(scores).write_csv(asked.out)
            if asked.folder is None:
                path.unlink()
    every = pl.concat(scores)
    print(markdown(summary(every)))
    errors = every.with_columns(error=100 * (pl.col("share") - pl.col("true_share")))
    print(markdown(errors.group_by("channel").agg(mean_error=pl.col("error").mean().round(2), spread=pl.col("error").std().round(2), sampling=(100 * pl.col("share_error").mean()).round(2)).sort("channel")))  # fmt: skip


if __name__ == "__main__":
    main()
