"""The time of an ingest against DuckDB's own `read_csv` into a table, in one run, and the memory of a large file.

python benchmarks/ingest.py                    # a million orders of eight columns
python benchmarks/ingest.py --rows 20000000    # a file of 1.3 GB
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

import martlet

_BLOCK = 1_000_000


def write(path: Path, rows: int) -> None:
    """Write a clean file of orders: each of its customers has five."""
    with path.open("wb") as file:
        for first in range(0, rows, _BLOCK):
            size = min(_BLOCK, rows - first)
            rng = np.random.default_rng(first)
            moments = np.datetime64("2023-01-01", "us") + rng.integers(0, 63_072_000, size).astype(
                "timedelta64[s]"
            )
            frame = pl.DataFrame(
                {
                    "order_id": pl.Series(np.arange(first, first + size)).cast(pl.String),
                    "customer_id": pl.Series(rng.integers(0, max(rows // 5, 1), size)).cast(pl.String),
                    "ordered_at": pl.Series(moments).dt.to_string("%Y-%m-%d %H:%M:%S"),
                    "net_revenue": np.round(rng.gamma(2, 30, size), 2),
                    "status": rng.choice(["completed", "refunded", "open"], size, p=[0.94, 0.03, 0.03]),
                    "channel": rng.choice(["Email", "Direct", "Paid Search"], size),
                    "country": rng.choice(["US", "DE", "FR"], size),
                    "item_count": rng.integers(1, 6, size),
                }
            ).with_columns(
                pl.format("A{}", "order_id").alias("order_id"),
                pl.format("C{}", "customer_id").alias("customer_id"),
            )
            frame.write_csv(file, include_header=first == 0)


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write(path, rows)
        started = time.perf_counter()
        with duckdb.connect(str(Path(folder) / "plain.duckdb")) as connection:
            connection.execute(f"CREATE TABLE orders AS FROM read_csv('{path}')")
        plain = time.perf_counter() - started
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started = time.perf_counter()
        report = martlet.ingest("orders", path, warehouse=Path(folder) / "w.duckdb")
        ours = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{path.stat().st_size / 1e9:.2f} GB, {report.rows_loaded:,} orders: read_csv {plain:.1f} s, ingest {ours:.1f} s "
            f"({ours / plain:.1f} times), most memory {peak:,.0f} MiB (before {before:,.0f})"
        )


if __name__ == "__main__":
    main()
