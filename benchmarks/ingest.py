"""The processor time of ingests against DuckDB's own `read_csv` into a table, in one run, and the memory of a large file.

The first load makes the warehouse, the second adds as many orders of other customers' numbers to it. Processor seconds
are compared, since other work on the machine stretches the clock.

python benchmarks/ingest.py                    # half a million orders of eight columns
python benchmarks/ingest.py --rows 20000000    # a file of 1.3 GB
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import polars as pl

import martlet

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK = 1_000_000


def write(path: Path, rows: int, prefix: str = "A") -> None:
    """Write a clean file of orders, their numbers after a prefix: each of its customers has five."""
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
                pl.format(f"{prefix}{{}}", "order_id").alias("order_id"),
                pl.format("C{}", "customer_id").alias("customer_id"),
            )
            frame.write_csv(file, include_header=first == 0)


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds that some work takes, in all threads."""
    started = time.process_time()
    work()
    return time.process_time() - started


def read_csv(path: Path, target: Path) -> None:
    """Read a file into a table of a new file."""
    target.unlink(missing_ok=True)
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"CREATE TABLE orders AS FROM read_csv('{path}')")


def main() -> None:
    """Measure, and print a line for each load."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=500_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, *files = (folder / f"{part}.csv" for part in ("few", "first", "second"))
        write(few, 50)
        for path, prefix in zip(files, "AB", strict=True):
            write(path, rows, prefix)
        # Neither side pays for what Python and DuckDB do once a process.
        martlet.ingest("orders", few, warehouse=folder / "few.duckdb")
        read_csv(few, folder / "plain.duckdb")
        plain = seconds(lambda: read_csv(files[0], folder / "plain.duckdb"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{files[0].stat().st_size / 1e6:,.0f} MB, {rows:,} orders: read_csv {plain:.2f} s (memory {before:,.0f} MiB)"
        )
        for path in files:
            ours = seconds(lambda path=path: martlet.ingest("orders", path, warehouse=folder / "w.duckdb"))  # type: ignore[misc]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{path.stem} load {ours:.2f} s ({ours / plain:.1f} times), most memory {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
