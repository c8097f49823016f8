"""The pack recommend on generated purchases: processor seconds and peak memory of each query, with its defaults.

    python benchmarks/recommend.py --customers 100000 --lines 1000000 --products 5000

Beside a plain scan that counts lines and their customers, and beside polars, which only counts the co-buyers of all pairs of products, the heaviest part of it, uncapped; ratios to the scan say the same on a
busy machine. Each is asked in a process of its own, with two threads, and its answer is kept as a table. Few products sell most, and customers keep to a style. The file is made once, and used again while it is there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from martlet.engine import packs, writing
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import writable

SCAN = "SELECT count(*) AS lines, count(DISTINCT customer_key) AS customers FROM star.fact_order_line"
ASKED = [
    "scan",
    "polars",
    "recommend/also_bought",
    "recommend/for_customer",
    "recommend/upsell",
    "recommend/scorecard",
]

# Everything is a function of a row's number: no seed.
MADE = """
INSERT INTO star.dim_product BY NAME
SELECT i AS product_key, 'P' || i AS product_id, 'Product ' || i AS name, 'category ' || i % 20 AS category, 'subcategory ' || i % 100 AS subcategory, 'brand ' || i % 48 AS brand,
    CAST(1 + hash(i) % 10000 AS DECIMAL(18, 2)) / 100 AS list_price, CAST(1 + hash(i) % 5000 AS DECIMAL(18, 2)) / 100 AS unit_cost
FROM range(1, {products} + 1) AS numbers (i);
INSERT INTO star.dim_customer BY NAME
SELECT i AS customer_key, 'C' || i AS customer_id FROM range(1, {customers} + 1) AS numbers (i);
CREATE TEMP TABLE made AS
SELECT
    row_number() OVER (ORDER BY customer_key, number) AS line,
    customer_key,
    number // 2 AS order_number,
    TIMESTAMP '2023-01-01' + to_seconds(CAST(hash(customer_key * 7919 + number // 2) % 94608000 AS BIGINT)) AS ordered_at,
    -- Four in five of the own style, one in four of which a product is.
    1 + CAST(floor(({products} // 4) * power(hash(customer_key * 31 + number * 17) % 1000000 / 1e6, 3)) AS INTEGER) * 4
        + CASE WHEN hash(customer_key + number * 101) % 5 = 0 THEN hash(customer_key + number * 103) % 4 ELSE customer_key % 4 END AS product_key
FROM (
    SELECT i AS customer_key, unnest(range(CAST(1 + floor((2 * {lines} / {customers} - 1) * (hash(i + 5) % 10000 / 10000.0)) AS BIGINT))) AS number
    FROM range(1, {customers} + 1) AS numbers (i)
);
INSERT INTO star.fact_order BY NAME
SELECT min(line) AS order_id, customer_key, any_value(ordered_at) AS ordered_at, 'completed' AS status FROM made GROUP BY customer_key, order_number ORDER BY customer_key, ordered_at;
INSERT INTO star.fact_order_line BY NAME
SELECT line AS order_line_id, min(line) OVER (PARTITION BY customer_key, order_number) AS order_id, customer_key, least(product_key, {products}) AS product_key, ordered_at,
    1 AS quantity, CAST(1 + hash(product_key) % 10000 AS DECIMAL(18, 2)) / 100 AS net_revenue, CAST(1 + hash(product_key) % 5000 AS DECIMAL(18, 2)) / 100 AS unit_cost
FROM made ORDER BY customer_key, ordered_at;
"""


def main() -> None:
    """Make the file, if it is not there, and print a line for each query."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--products", type=int, default=5_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--memory", default="4GiB", help="the most that DuckDB may take; the rest goes to disk"
    )
    parser.add_argument("--file", type=Path, default=Path("recommend_benchmark.duckdb"))
    parser.add_argument("--only", nargs="*", default=ASKED)
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.ask:
        print(json.dumps(answered(asked)))
        return
    if not asked.file.exists():
        make(asked)
    scan = in_a_process(asked, "scan")
    print(f"{'':24} {'processor':>10} {'ratio':>7} {'elapsed':>9} {'memory':>9} {'rows':>11}")
    for path in asked.only:
        found = scan if path == "scan" else in_a_process(asked, path)
        print(
            f"{path:24} {found['processor']:8.2f} s {found['processor'] / scan['processor']:7.0f} {found['elapsed']:7.2f} s {found['memory']:5.2f} GiB {found['rows']:>11,}",
            flush=True,
        )


def make(asked: argparse.Namespace) -> None:
    """Make the warehouse of the benchmark."""
    with writable(asked.file) as connection:
        star.create(connection)
        connection.execute(MADE.format(**vars(asked)))
        connection.execute("CHECKPOINT")


def in_a_process(asked: argparse.Namespace, path: str) -> dict[str, Any]:
    """Return what `answered` says, asked in a process of its own."""
    command = [sys.executable, __file__, "--ask", path]
    for name in ("file", "threads", "memory"):
        command += [f"--{name}", str(getattr(asked, name))]
    environment = {**os.environ, "POLARS_MAX_THREADS": str(asked.threads)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def answered(asked: argparse.Namespace) -> dict[str, float]:
    """Return processor and elapsed seconds, peak memory in GiB and rows of one answer."""
    with (
        tempfile.TemporaryDirectory(dir=asked.file.parent) as spill,
        duckdb.connect(
            str(asked.file),
            read_only=True,
            config={"threads": asked.threads, "memory_limit": asked.memory, "temp_directory": spill},
        ) as connection,
    ):
        if asked.ask == "polars":
            lines = connection.sql("SELECT customer_key, product_key FROM star.fact_order_line").pl()
        begun, started = time.process_time(), time.perf_counter()
        if asked.ask == "polars":
            bought = lines.lazy().unique()
            pairs = bought.join(bought, on="customer_key", suffix="_other")
            met = (
                pairs.filter(pl.col("product_key") < pl.col("product_key_other"))
                .group_by("product_key", "product_key_other")
                .len()
                .collect()
            )
            rows = met.height
        else:
            query = None if asked.ask == "scan" else packs.get(asked.ask)
            sql = SCAN if query is None else writing.literal(query, query.values({})).sql("duckdb")
            connection.execute(f"CREATE TEMP TABLE answer AS {sql}")
            (rows,) = connection.execute("SELECT count(*) FROM answer").fetchone() or (0,)
        processor, elapsed = time.process_time() - begun, time.perf_counter() - started
    return {"processor": processor, "elapsed": elapsed, "memory": peak_memory(), "rows": rows}


def peak_memory() -> float:
    """Return the peak of this process in GiB; getrusage would count what the parent took before it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**30
    lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
    return int(lines["VmHWM"].split()[0]) / 2**20


if __name__ == "__main__":
    main()
