"""How fast a warehouse is built, beside the machine's own limit: DuckDB writing random columns of the same shape.

    python benchmarks/build.py --customers 100000

Each runs in a process of its own, in turn, in one run of this script, since machines differ and are noisy: the ratio is the
figure to quote. That of processor time holds on a busy machine too. The limit counts no keys, no checks and no marts; the
build counts all of them.
"""

import argparse
import json
import os
import resource
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


def build(warehouse: Path, customers: int) -> dict[str, float]:
    """Build a warehouse; return rows and seconds."""
    import martlet  # noqa: PLC0415  (the limit runs without)

    report = martlet.build(warehouse, customers=customers)
    return {"rows": sum(report.rows.values()), "seconds": report.seconds}


def limit(warehouse: Path, customers: int) -> dict[str, float]:  # noqa: ARG001  (called like `build`)
    """Write random tables of the shape of those in `warehouse`, beside it; return rows and seconds."""
    with duckdb.connect(str(warehouse), read_only=True) as source:
        tables = source.execute(
            "SELECT schema_name || '_' || name, row_count FROM meta.relation "
            "WHERE kind = 'table' AND schema_name IN ('star', 'truth') AND row_count > 0"
        ).fetchall()
        columns = source.execute(
            "SELECT schema_name || '_' || relation, name, data_type FROM meta.column ORDER BY 1, position"
        ).fetchall()
    path = warehouse.with_name("random.duckdb")
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


PARTS = {"build": build, "limit": limit}


def alone(part: str, warehouse: Path, customers: int) -> dict[str, float]:
    """Run a part in a process of its own; return its rows, seconds, processor seconds and peak megabytes."""
    command = [sys.executable, __file__, "--part", part, "--customers", str(customers), str(warehouse)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main() -> None:
    """Print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("warehouse", nargs="?", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        measured = PARTS[options.part](options.warehouse, options.customers)
        used = resource.getrusage(resource.RUSAGE_SELF)
        measured |= {"processor": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}
        print(json.dumps(measured))
        return
    runs: dict[str, list[dict[str, float]]] = {part: [] for part in PARTS}
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder, "warehouse.duckdb")
        for _ in range(options.runs):
            for part, found in runs.items():
                found.append(alone(part, warehouse, options.customers))
        size = warehouse.stat().st_size / 1e6
    first = runs["build"][0]
    print(f"{options.customers:,} customers, {first['rows']:,} rows, {size:,.0f} MB, {os.cpu_count()} cores")
    for part, name in (("build", "build"), ("limit", "random columns")):
        rate = statistics.median(run["rows"] / run["seconds"] for run in runs[part])
        busy = statistics.median(run["processor"] / run["rows"] for run in runs[part]) * 1e6
        peak = max(run["peak"] for run in runs[part])
        print(f"{name:15}{rate:>12,.0f} rows/s, {busy:.2f} s of processor per million, peak {peak:,.0f} MB")
    for name, key in (("ratio", "seconds"), ("of processor", "processor")):
        ratios = [
            (mine["rows"] / mine[key]) / (limit["rows"] / limit[key])
            for mine, limit in zip(runs["build"], runs["limit"], strict=True)
        ]
        print(f"{name:15}{statistics.median(ratios):>12.2f} (min {min(ratios):.2f}, max {max(ratios):.2f})")


if __name__ == "__main__":
    main()
