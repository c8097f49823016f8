"""Whether the pack `experiment/` keeps its promises: false alarms and intervals over a thousand simulated experiments of each kind.

    python benchmarks/experiments.py                     # all rows of the table in docs/experiments.md
    python benchmarks/experiments.py --only "tiny"       # those whose name has the word

Each kind is a thousand experiments in one warehouse in memory, of people drawn with numpy's Philox by a fixed seed; the pack's own queries are asked, so that what
is measured is what is shipped.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from martlet.engine import packs
from martlet.engine.connection import named_in
from martlet.loaders.warehouse import star

EXPERIMENTS = 1_000
ALPHA = 0.05
FIRST_DAY = datetime(2025, 3, 1)  # noqa: DTZ001
Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, float], Floats]


def yes_or_no(rate: float) -> Draw:
    """Return a draw of people who convert with a chance, changed by a lift."""
    return lambda random, size, lift: (random.random(size) < rate * (1 + lift)).astype(np.float64)


def money(rate: float, spread: float) -> Draw:
    """Return a draw of what people spend: nothing for most, else a log-normal amount; a lift changes who buys."""
    return lambda random, size, lift: (
        (random.random(size) < rate * (1 + lift)) * np.round(random.lognormal(math.log(40), spread, size), 2)
    )


@dataclass(frozen=True)
class Kind:
    """A kind of experiment: people in the control and in the arm, how one is drawn, the planted lift, and the days over which they come."""

    name: str
    control: int
    arm: int
    draw: Draw
    base: float
    lift: float = 0.0
    is_share: bool = True
    days: int = 14


# The mean of a log-normal amount is exp(mu + spread^2 / 2).
_BUYER = 40 * math.exp(0.5)
KINDS = (
    Kind("shares, 2,000 a side", 2000, 2000, yes_or_no(0.05), 0.05),
    Kind("shares, 2,000 a side, +20 %", 2000, 2000, yes_or_no(0.05), 0.05, 0.2),
    Kind("shares, 300 a side", 300, 300, yes_or_no(0.10), 0.10),
    Kind("shares, tiny: 50 a side", 50, 50, yes_or_no(0.30), 0.30),
    Kind("shares, tiny: 50 a side, +40 %", 50, 50, yes_or_no(0.30), 0.30, 0.4),
    Kind("shares, hold-out of 100 beside 1,000, +30 %", 100, 1000, yes_or_no(0.15), 0.15, 0.3),
    Kind("money, 2,000 a side", 2000, 2000, money(0.10, 1.0), 0.10 * _BUYER, 0.0, is_share=False),
    Kind("money, 2,000 a side, +20 %", 2000, 2000, money(0.10, 1.0), 0.10 * _BUYER, 0.2, is_share=False),
    Kind("money, tiny: 60 a side", 60, 60, money(0.50, 1.0), 0.50 * _BUYER, 0.0, is_share=False),
    Kind("money, hold-out of 200 beside 2,000, +20 %", 200, 2000, money(0.30, 1.0), 0.30 * _BUYER, 0.2, is_share=False),
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What came of a kind: shares of the experiments."""

    name: str
    rejected: float
    difference_held: float
    lift_held: float
    always_stopped: float
    peeking_stopped: float
    always_held: float

    def row(self, lift: float) -> str:
        """Return it as a row of the page; only where nothing is planted is a rejection a false alarm."""
        stops = (self.always_stopped, self.peeking_stopped) if lift == 0 else (math.nan, math.nan)
        shares = (self.rejected, self.difference_held, self.lift_held, self.always_held, *stops)
        return (
            f"| {self.name} | " + " | ".join("" if math.isnan(one) else f"{one:.1%}" for one in shares) + " |"
        )


def company(kind: Kind, experiments: int, seed: int) -> duckdb.DuckDBPyConnection:
    """Return a warehouse in memory that holds nothing but the experiments of a kind."""
    random = np.random.Generator(np.random.Philox([seed, sum(map(ord, kind.name))]))
    people = kind.control + kind.arm
    size = experiments * people
    is_arm = np.tile(np.arange(people) >= kind.control, experiments)
    of_experiment = np.repeat(np.arange(1, experiments + 1), people)
    values = np.where(is_arm, kind.draw(random, size, kind.lift), kind.draw(random, size, 0.0))
    at = np.datetime64(FIRST_DAY, "us") + (random.random(size) * kind.days * 86_400_000_000).astype(
        "timedelta64[us]"
    )
    person = np.tile(np.arange(1, people + 1), experiments)
    connection = duckdb.connect()
    star.create(connection)
    keys = range(1, experiments + 1)
    star.insert(
        connection,
        "star.dim_experiment",
        pl.DataFrame({"experiment_key": keys, "experiment_id": [f"X{key:05d}" for key in keys], "name": [f"{key}" for key in keys]}),
    )  # fmt: skip
    arms = {"control": True, "arm": False}
    star.insert(
        connection,
        "star.dim_variant",
        pl.DataFrame(
            [
                {"variant_key": 2 * key - is_control, "experiment_key": key, "variant": name, "is_control": is_control,
                 "allocation": (kind.control if is_control else kind.arm) / people}
                for key in keys
                for name, is_control in arms.items()
            ]
        ),
    )  # fmt: skip
    rows = {
        "experiment_key": of_experiment,
        "variant_key": 2 * of_experiment - (~is_arm).astype(np.int64),
        "customer_key": person,
    }
    exposures = pl.DataFrame({"exposure_id": np.arange(size), **rows, "exposed_at": pl.Series(at)})
    star.insert(connection, "star.fact_exposure", exposures)
    outcome = {"has_converted": values > 0} if kind.is_share else {"value": values}
    frame = {"outcome_id": np.arange(size), **rows, "observed_at": exposures["exposed_at"], **outcome}
    star.insert(connection, "star.fact_experiment_outcome", pl.DataFrame(frame))
    return connection


def ask(connection: duckdb.DuckDBPyConnection, path: str, **params: Any) -> pl.DataFrame:
    """Return the answer of a query of the packs."""
    query = packs.get(path)
    values = query.values(params)
    sql = query.render(values).sql
    answer = connection.execute(sql, named_in(connection, sql, values))
    return pl.DataFrame(
        answer.fetchall(),
        schema=[column[0] for column in answer.description],
        orient="row",
        infer_schema_length=None,
    )


def found(kind: Kind, experiments: int = EXPERIMENTS, seed: int = 1) -> Found:
    """Simulate a kind of experiment, and ask the pack."""
    with company(kind, experiments, seed) as connection:
        results = ask(connection, "experiment/results").filter(~pl.col("is_control"))
        days = ask(
            connection,
            "experiment/sequential",
            tuning_people=kind.control + kind.arm,
            minimum_people=min(kind.control, kind.arm) // 4,
        )
    true_difference = kind.base * kind.lift
    by_day = days.with_columns(
        is_outside=(pl.col("difference_low") > true_difference)
        | (pl.col("difference_high") < true_difference),
        is_fixed_off=(pl.col("fixed_low") > 0) | (pl.col("fixed_high") < 0),
    )
    ever = by_day.group_by("experiment_id").agg(
        stopped=(pl.col("decision") == "stop").any(),
        peeked=pl.col("is_fixed_off").any(),
        outside=pl.col("is_outside").any(),
    )
    held = results.select(
        rejected=pl.col("p_value") < ALPHA,
        difference=(pl.col("difference_low") <= true_difference)
        & (pl.col("difference_high") >= true_difference),
        lift=((pl.col("lift_low") <= kind.lift) & (pl.col("lift_high") >= kind.lift)).fill_null(value=False),
    )
    shares = [held[name].mean() for name in held.columns]
    shares += [
        ever["stopped"].mean(),
        ever["peeked"].fill_null(value=False).mean(),
        1 - ever["outside"].fill_null(value=False).mean(),
    ]
    return Found(kind.name, *(float(share) for share in shares))  # type: ignore[arg-type]


def main() -> None:
    """Print the rows of the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="a part of the names of the kinds to simulate")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for kind in KINDS:
        if given.only in kind.name:
            print(found(kind, seed=given.seed).row(kind.lift), flush=True)


if __name__ == "__main__":
    main()
