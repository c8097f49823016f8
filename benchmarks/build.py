"""How fast a warehouse is built, beside the machine's own limit: DuckDB writing random columns of the same shape.

    python benchmarks/build.py --customers 100000

Both run in processes of their own, in turn, in one run of this script, since machines differ and are noisy: the ratio
is the figure to quote. The limit counts no keys, no checks and no marts; the build counts all of them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

RANDOM = {
    "VARCHAR": "CAST(CAST(random() * 1000 AS INTEGER) AS VARCHAR)",
    "BOOLEAN": "random() < 0.5",
    "TIMESTAMP": "TIMESTAMP '2025-01-01' + to_microseconds(CAST(random() * 31536000000000 AS BIGINT))",
    "DATE": "DATE '2025-01-01' + CAST(random() * 365 AS INTEGER)",
}


def build(path: Path, customers: int) -> dict[str, float]:
    """Build a warehouse in a fresh process; return rows, seconds and peak megabytes."""
    script = (
        "import json, resource, sys, martlet\n"
        "report = martlet.build(sys.argv[1], customers=int(sys.argv[2]))\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "print(json.dumps({'rows': sum(report.rows.values()), 'seconds': report.seconds, 'peak': peak}))"
    )
    command = [sys.executable, "-c", script, str(path), str(customers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def limit(path: Path, warehouse: Path) -> dict[str, float]:
    """Write random tables of the shape of those in `warehouse`; return rows and seconds."""
    with duckdb.connect(str(warehouse), read_only=True) as source:
        tables = source.execute(
            "SELECT schema_name || '_' || name, row_count FROM meta.relation "
            "WHERE kind = 'table' AND schema_name IN ('star', 'truth') AND row_count > 0"
        ).fetchall()
        columns = source.execute(
            "SELECT schema_name || '_' || relation, name, data_type FROM meta.column ORDER BY 1, position"
        ).fetchall()
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path), config={"storage_compatibility_version": "v1.0.0"}) as target:
        started = time.perf_counter()
        for table, rows in tables:
            shape = ", ".join(
                f'{expression(kind)} AS "{name}"' for owner, name, kind in columns if owner == table
            )
            target.execute(f"CREATE TABLE {table} AS SELECT {shape} FROM range({rows})")
        target.execute("CHECKPOINT")
        seconds = time.perf_counter() - started
    return {"rows": sum(rows for _, rows in tables), "seconds": seconds}


def expression(kind: str) -> str:
    """Return a random value of a type; words of an enum count as one of a hundred."""
    if kind.startswith("ENUM"):
        return "CAST(CAST(random() * 100 AS INTEGER) AS VARCHAR)"
    return RANDOM.get(kind, f"CAST(random() * 10000 AS {kind})")


def main() -> None:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        warehouse, random = Path(folder, "warehouse.duckdb"), Path(folder, "random.duckdb")
        ours, theirs = [], []
        for _ in range(options.runs):
            ours.append(build(warehouse, options.customers))
            theirs.append(limit(random, warehouse))
        size = warehouse.stat().st_size / 1e6
    rates = [run["rows"] / run["seconds"] for run in ours], [run["rows"] / run["seconds"] for run in theirs]
    ratios = [mine / limit for mine, limit in zip(*rates, strict=True)]
    print(
        f"{options.customers:,} customers, {ours[0]['rows']:,} rows, {size:,.0f} MB, {os.cpu_count()} cores"
    )
    print(
        f"build          {statistics.median(rates[0]):>12,.0f} rows/s, peak {max(run['peak'] for run in ours):,.0f} MB"
    )
    print(f"random columns {statistics.median(rates[1]):>12,.0f} rows/s")
    print(f"ratio          {statistics.median(ratios):>12.2f} (min {min(ratios):.2f}, max {max(ratios):.2f})")


if __name__ == "__main__":
    main()
