"""k-means in SQL, one statement a step, beside scikit-learn's: from the same start, and as whole fits, in one run.

    python benchmarks/clusters.py --rows 1000000 --columns 5 --k 6

Processor seconds, which say the same on a busy machine, and the inertia, which must be equal from the same start. scikit-learn is given the rows as it likes
them, in memory; ours are in a table. Without scikit-learn only ours is timed.
"""

import argparse
import importlib
import time
from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow as pa

from martlet.loaders.fitting._lloyd import Lloyd, lloyd
from martlet.models.k_means import best_of, first_middles

GRID = 2**20
SAMPLE = 3000


def main() -> None:
    """Make a cloud of overlapping groups, fit it both ways and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=5)
    parser.add_argument("--k", type=int, default=6)
    parser.add_argument("--spread", type=float, default=1.5, help="of each group; their middles have 3")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    draw = np.random.default_rng(3)
    middles = draw.normal(0, 3, (asked.k, asked.columns))
    points = middles[draw.integers(0, asked.k, asked.rows)]
    points = np.round((points + draw.normal(0, asked.spread, points.shape)) * GRID) / GRID
    keys = draw.integers(0, 2**64, asked.rows, dtype=np.uint64)
    start = first_middles(points, keys, asked.k, 42, 0)
    names = [f"f{place}" for place in range(asked.columns)]
    with duckdb.connect(config={"threads": asked.threads}) as connection:
        connection.register("frame", pa.table(dict(zip(names, points.T, strict=True))))
        connection.execute("CREATE TABLE points AS FROM frame")

        def in_sql(middles: np.ndarray) -> Lloyd:
            return lloyd(connection, "points", names, middles.tolist(), steps=300)

        def whole_fit() -> Lloyd:
            # As martlet model fit does: the best of several starts on a sample, refined on all.
            sample = np.argsort(keys)[:SAMPLE]
            return in_sql(best_of(points[sample], keys[sample], asked.k, 42, 8).middles)

        shown("SQL, one start", *timed(lambda: in_sql(start)))
        shown("SQL, whole fit", *timed(whole_fit))
    try:
        cluster = importlib.import_module("sklearn.cluster")
        limits = importlib.import_module("threadpoolctl")
    except ImportError as error:
        print(f"scikit-learn is left out ({error}): pip install scikit-learn")
        return

    def theirs(init: object, starts: int) -> Lloyd:
        model = cluster.KMeans(
            asked.k, init=init, n_init=starts, tol=0, max_iter=300, algorithm="lloyd", random_state=0
        )
        fit = model.fit(points)
        return Lloyd((), (), (fit.inertia_,), fit.n_iter_, fit.n_iter_ < 300)  # noqa: PLR2004 (as above)

    with limits.threadpool_limits(asked.threads):
        shown("scikit-learn, one start", *timed(lambda: theirs(start, 1)))
        shown("scikit-learn, 10 of k-means++", *timed(lambda: theirs("k-means++", 10)))


def timed(run: Callable[[], Lloyd]) -> tuple[float, Lloyd]:
    """Return processor seconds, and what was found."""
    began = time.process_time()
    found = run()
    return time.process_time() - began, found


def shown(what: str, seconds: float, found: Lloyd) -> None:
    """Print a line."""
    print(
        f"{what:30} {seconds:7.2f} s  {found.steps:3d} steps on all rows  inertia {sum(found.inertias):.3f}  converged {found.converged}"
    )


if __name__ == "__main__":
    main()
