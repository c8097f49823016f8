"""Which attribution model comes closest to the truth: the tables of docs/attribution.md, on companies of several seeds.

python benchmarks/scorecard.py --customers 10000 --seeds 1 2 3
"""

import argparse
import tempfile
from pathlib import Path

import polars as pl

import martlet


def ask(customers: int, seed: int, folder: Path) -> pl.DataFrame:
    """Build a company and return its scorecard, by all models, touches of every kind that somebody acted on."""
    path = folder / f"{seed}.duckdb"
    martlet.build(path, customers=customers, seed=seed)
    with martlet.open(path) as warehouse:
        models = warehouse.describe("attribution/scorecard").parameters["model"].of
        rates = warehouse.query("attribution/scorecard", model=list(models)).pl()
        by_rate = warehouse.query("attribution/scorecard", model=["shapley"], shapley_v="rate").pl()
    renamed = by_rate.with_columns(model=pl.lit("shapley (rate)"))
    return pl.concat([rates, renamed]).with_columns(seed=pl.lit(seed))


def markdown(frame: pl.DataFrame) -> str:
    """Return a frame as a table of a page."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * frame.width]
    lines += ["| " + " | ".join(str(value) for value in row) + " |" for row in frame.iter_rows()]
    return "\n".join(lines)


def main() -> None:
    """Print the score of each model on each seed, and the error of each channel, means over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scores = pl.concat([ask(asked.customers, seed, Path(folder)) for seed in asked.seeds])
    by_seed = (
        scores.unique(["model", "seed"])
        .with_columns(error=(100 * pl.col("mean_absolute_error")).round(2))
        .pivot("seed", index="model", values="error", sort_columns=True)
    )
    ranks = scores.unique(["model", "seed"]).group_by("model").agg(pl.col("rank_correlation").mean().round(2))
    table = by_seed.join(ranks, on="model").with_columns(
        mean=pl.mean_horizontal(pl.exclude("model", "rank_correlation"))
    )
    print("Mean absolute error in share, in points, by seed:\n")
    print(markdown(table.sort("mean").with_columns(pl.col("mean").round(2))))
    errors = (
        scores.group_by("channel", "model")
        .agg(pl.col("share_error").mean(), pl.col("caused_share").mean())
        .with_columns((pl.col("share_error", "caused_share") * 100).round(1))
        .filter(
            pl.col("model").is_in(
                ["last", "last_non_direct", "first_non_direct", "linear", "markov", "shapley (rate)"]
            )
        )
    )
    wide = errors.pivot("model", index=["channel", "caused_share"], values="share_error")
    print("\nShare credited less share caused, in points, means over the seeds:\n")
    print(markdown(wide.sort("caused_share", descending=True)))


if __name__ == "__main__":
    main()
