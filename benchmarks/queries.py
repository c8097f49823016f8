"""How long each query of the packs takes on a warehouse, with its defaults: the median of several runs, warm.

python benchmarks/queries.py warehouse.duckdb
"""

import statistics
import sys
import time

import martlet
from martlet.engine import packs

RUNS = 3


def main() -> None:
    """Print a line for each query."""
    with martlet.open(sys.argv[1] if len(sys.argv) > 1 else "warehouse.duckdb") as warehouse:
        for path in packs.queries():
            seconds = []
            for _ in range(RUNS):
                started = time.perf_counter()
                answer = warehouse.query(path)
                seconds.append(time.perf_counter() - started)
            print(f"{path:32} {statistics.median(seconds):8.3f} s {len(answer):>10,} rows")


if __name__ == "__main__":
    main()
