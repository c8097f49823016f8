"""How long each attribution model takes, beside pandas for the rules and ChannelAttribution for Markov, in one run.

    python benchmarks/attribution.py --customers 100000
    python benchmarks/attribution.py warehouse.duckdb

Ours is timed from the open file to the answer. The others are given what they need as a frame, and the time to make that frame is
told apart. What isn't installed is left out, and said.
"""

import argparse
import importlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl

import martlet

MODELS = ("last", "linear", "position", "time_decay", "markov", "shapley", "counterfactual")
JOURNEYS = """
SELECT placed.order_id, channel.channel, placed.net_revenue
FROM star.fact_order AS placed
JOIN mart.touch AS touch ON touch.customer_key = placed.customer_key AND touch.touched_at <= placed.ordered_at
JOIN star.dim_channel AS channel ON channel.channel_key = touch.channel_key
WHERE
    placed.customer_key <> 0
    AND main.elapsed_days(touch.touched_at, placed.ordered_at) <= 30
    AND touch.touch_type IN ('click', 'visit', 'email_click')
ORDER BY placed.order_id, touch.touched_at, touch.touchpoint_id
"""


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least of three times, in seconds, and the answer."""
    found = []
    for _ in range(3):
        began = time.perf_counter()
        answer = run()
        found.append((time.perf_counter() - began, answer))
    return min(found, key=lambda pair: pair[0])


def installed(name: str) -> ModuleType | None:
    """Return a module, or say that it isn't there."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        print(f"{name} is left out ({error}): pip install {name} matplotlib")
        return None


def linear_in_pandas(frame: Any) -> Any:
    """Share each order out alike among its touches, and sum by channel."""
    length = frame.groupby("order_id")["channel"].transform("size")
    shared = frame.assign(conversions=1 / length, revenue=frame["net_revenue"] / length)
    return shared.groupby("channel")[["conversions", "revenue"]].sum()


def main() -> None:
    """Time our models and the others, and print a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("warehouse", nargs="?", type=Path)
    parser.add_argument("--customers", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.warehouse
        if path is None:
            path = Path(folder) / "warehouse.duckdb"
            martlet.build(path, customers=given.customers)
        with martlet.open(path) as warehouse:
            compare(warehouse)


def compare(warehouse: martlet.Warehouse) -> None:
    """Print the seconds of each model, and of the others."""
    counts = warehouse.sql(
        "SELECT count(*), (SELECT count(*) FROM star.fact_order) FROM star.fact_touchpoint"
    ).rows()[0]
    print("{:,} touches, {:,} orders".format(*counts))
    taken = {}
    for model in MODELS:
        taken[model], _ = timed(
            lambda model=model: warehouse.query("attribution/channels", model=model).arrow()
        )
        print(f"martlet {model:16} {taken[model]:8.2f} s")
    together, _ = timed(lambda: warehouse.query("attribution/channels", model=list(MODELS)).arrow())
    print(f"martlet all at once      {together:8.2f} s, of which the paths are made once")
    reading, frame = timed(lambda: warehouse.sql(JOURNEYS).pl())
    print(f"reading the journeys     {reading:8.2f} s")
    if installed("pandas"):
        table = frame.with_columns(frame["net_revenue"].cast(float)).to_pandas()
        seconds, _ = timed(lambda: linear_in_pandas(table))
        times = (seconds + reading) / taken["linear"]
        print(f"pandas linear            {seconds:8.2f} s; with reading {times:.1f} times ours")
    reading, counted = timed(lambda: warehouse.query("attribution/paths", limit_to=100_000_000).pl())
    print(
        f"counting the paths       {reading:8.2f} s, {counted.height:,} of them; from here on they are given"
    )
    counted = counted.filter(counted["steps"] > 0)
    ours = given_markov(counted)
    print(f"martlet given markov     {ours:8.2f} s, exact")
    channel_attribution = installed("ChannelAttribution")
    if channel_attribution:
        paths = counted.to_pandas()
        seconds, _ = timed(
            lambda: channel_attribution.markov_model(
                paths,
                "path",
                "conversions",
                var_value="revenue",
                var_null="non_conversions",
                order=1,
                ncore=2,
                seed=1,
                flg_pro=False,
                verbose=False,
            )
        )
        print(f"ChannelAttribution markov{seconds:8.2f} s, simulated to 5 %; {seconds / ours:.1f} times ours")


def given_markov(counted: pl.DataFrame) -> float:
    """Return the seconds of the Markov model on paths that are counted already, as ChannelAttribution gets them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paths.duckdb"
        martlet.ingest_paths(
            counted.select("path", "conversions", "revenue", "non_conversions"), warehouse=path
        )
        with martlet.open(path) as warehouse:
            seconds, _ = timed(lambda: warehouse.query("attribution/given_paths", model="markov").arrow())
    return seconds


if __name__ == "__main__":
    main()
