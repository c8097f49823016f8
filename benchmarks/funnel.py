"""funnel/conversion beside ClickHouse's windowFunnel, on the same events, in one run, with the same counts.

    python benchmarks/funnel.py --events 20000000

The events are generated: browsers with visits over ninety days, in each of which they look around, and some go on to buy (`walks`), or whose events are of random
stages (`random`), so that most first attempts are cut by the window. DuckDB has them as a load leaves them, by browser and time; ClickHouse in a MergeTree of the same
order. Ours answers all columns, times and maturity included; ClickHouse only how far each browser came. Without chdb only ours is timed. Times are processor seconds
of both threads together, so that what else the machine does counts little; the seconds that went by stand beside ours.
"""

import argparse
import gc
import importlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from martlet.engine import packs
from martlet.engine.connection import named_in
from martlet.loaders.warehouse import star

EVENTS_A_BROWSER = 20
HOURS = 168
STAGES = ["Homepage", "Product Page", "Add to Cart", "Purchase"]
KINDS = ["page_view", "search", "product_view", "click", "add_to_cart", "begin_checkout", "purchase"]
EXCLUDED = "event:form_submit"
# Of each stage the share of events, in percent, where they are random.
RANDOM_STAGES = "CASE WHEN draw < 45 THEN 'Homepage' WHEN draw < 78 THEN 'Product Page' WHEN draw < 90 THEN 'Add to Cart' WHEN draw < 96 THEN 'Checkout' ELSE 'Purchase' END"
# How far a visit goes, in per mille, about as on a shop's site: 57 % see a product, 9 % fill a cart, 5 % begin to check out, 2.5 % buy.
WALKED_STAGES = """CASE
    WHEN place = 0 OR depth < 430 THEN 'Homepage'
    WHEN place = 1 THEN 'Product Page'
    WHEN place = 2 THEN CASE WHEN depth < 910 THEN 'Product Page' ELSE 'Add to Cart' END
    WHEN place = 3 THEN CASE WHEN depth < 950 THEN 'Product Page' ELSE 'Checkout' END
    ELSE CASE WHEN depth < 975 THEN 'Product Page' ELSE 'Purchase' END
END"""


def main() -> None:
    """Generate, ask both, compare the counts and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 20_000_000])
    parser.add_argument("--kinds", nargs="+", default=["walks", "random"], choices=["walks", "random"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="4GB", help="that DuckDB may take")
    parser.add_argument("--runs", type=int, default=3, help="of which the quickest counts")
    asked = parser.parse_args()
    print(
        f"{'events':>12} {'kind':8} {'question':34} {'DuckDB':>9} {'(went by)':>9} {'ClickHouse':>10} {'ratio':>6}  furthest steps"
    )
    for kind in asked.kinds:
        for events in asked.events:
            with tempfile.TemporaryDirectory() as folder:
                compare(Path(folder), events, kind, asked)


def compare(folder: Path, events: int, kind: str, asked: argparse.Namespace) -> None:
    """Ask both about so many events."""
    path = folder / "events.duckdb"
    with duckdb.connect(str(path), config={"threads": asked.threads, "memory_limit": asked.memory}) as made:
        generate(made, events, kind)
    theirs = ClickHouse(folder, path, asked) if has_clickhouse() else None
    with duckdb.connect(
        str(path), config={"threads": asked.threads, "memory_limit": asked.memory}, read_only=True
    ) as ours:
        plain = {"unit": "visitor", "window_hours": HOURS}
        kinds = [f"event:{word}" for word in KINDS]
        for question, params, asks in [
            ("four steps, ordered", {"steps": STAGES}, lambda: theirs and theirs.stages("strict_increase")),
            ("four steps, strict", {"steps": STAGES, "step_order": "strict"}, lambda: None),
            (
                "seven steps, device",
                {"steps": kinds, "breakdown": "device"},
                lambda: theirs and theirs.kinds(),
            ),
            (
                "seven steps, device, exclusion",
                {"steps": kinds, "breakdown": "device", "exclusions": [EXCLUDED]},
                lambda: theirs and theirs.kinds(),
            ),
        ]:
            found = quickest(lambda p=params: ask(ours, {**plain, **p}), asked.runs)
            show(f"{events:>12,} {kind:8} {question:34}", found, quickest(asks, asked.runs))


def generate(connection: duckdb.DuckDBPyConnection, events: int, kind: str) -> None:
    """Fill the facts of an empty star: five events a visit, four visits a browser."""
    star.create(connection)
    star.refresh(connection)
    stage = WALKED_STAGES if kind == "walks" else RANDOM_STAGES
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("""INSERT INTO star.dim_device (device_key, device_type, os, browser)
        VALUES (1, 'desktop', 'Linux', 'Firefox'), (2, 'mobile', 'iOS', 'Safari'), (3, 'tablet', 'iOS', 'Safari')""")
    connection.execute(f"""
        CREATE TEMP TABLE drawn AS
        SELECT *, {stage} AS stage
        FROM (
            SELECT
                browser, visit, place,
                hash(browser * 31 + visit * 17 + place * 13 + 5) % 100 AS draw,
                hash(browser * 37 + visit * 11 + 3) % 1000 AS depth,
                1700000000 + hash(browser * 7919 + visit * 31 + 1) % (90 * 86400) + place * 40 + hash(browser * 3 + visit * 5 + place * 11) % 30 AS second
            FROM range({events // EVENTS_A_BROWSER}) AS browsers (browser), range(4) AS visits (visit), range(5) AS places (place)
        )""")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("""
        INSERT INTO star.fact_session (session_id, visitor_id, started_at, device_key)
        SELECT browser * 4 + visit + 1, browser + 1, make_timestamp(CAST(min(second) AS BIGINT) * 1000000), 1 + browser % 3
        FROM drawn GROUP BY browser, visit ORDER BY browser, visit""")
    connection.execute(f"""
        INSERT INTO star.fact_event (event_id, session_id, visitor_id, occurred_at, event_name, funnel_stage)
        SELECT
            row_number() OVER (ORDER BY browser, second, visit, place), browser * 4 + visit + 1, browser + 1,
            make_timestamp(CAST(second AS BIGINT) * 1000000),
            CASE draw % 10 {" ".join(f"WHEN {n} THEN '{word}'" for n, word in enumerate([*KINDS, "page_view", "page_view"]))} ELSE 'form_submit' END,
            stage
        FROM drawn ORDER BY browser, second, visit, place""")
    connection.execute("DROP TABLE drawn")
    connection.execute("CHECKPOINT")


def ask(connection: duckdb.DuckDBPyConnection, params: dict[str, Any]) -> list[int]:
    """Return how many browsers got as far as each step."""
    query = packs.get("funnel/conversion")
    values = query.values(params)
    sql = query.render(values).sql
    counts: dict[int, int] = {}
    for row in connection.execute(sql, named_in(connection, sql, values)).fetchall():
        counts[row[1]] = counts.get(row[1], 0) + row[3]
    return [counts[step] for step in sorted(counts)]


def has_clickhouse() -> bool:
    """Whether chdb can be imported."""
    try:
        importlib.import_module("chdb.session")
    except ImportError as error:
        print(f"ClickHouse is left out ({error}): pip install 'martlet[bench]'")
        return False
    return True


class ClickHouse:
    """The same events in a MergeTree."""

    def __init__(self, folder: Path, path: Path, asked: argparse.Namespace) -> None:
        self.threads = asked.threads
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute(f"""
                COPY (
                    SELECT event.visitor_id AS unit, epoch_us(event.occurred_at) AS moment, CAST(event.funnel_stage AS VARCHAR) AS stage,
                        CAST(event.event_name AS VARCHAR) AS kind, session.device_key AS device
                    FROM star.fact_event AS event INNER JOIN star.fact_session AS session ON session.session_id = event.session_id
                ) TO '{folder / "events.parquet"}'""")
        self.session = importlib.import_module("chdb.session").Session(str(folder / "clickhouse"))
        self.session.query("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic")
        self.session.query("""
            CREATE TABLE bench.event (unit UInt64, moment UInt64, stage LowCardinality(String), kind LowCardinality(String), device UInt8)
            ENGINE = MergeTree ORDER BY (unit, moment)""")
        self.session.query(
            f"INSERT INTO bench.event SELECT * FROM file('{folder / 'events.parquet'}', Parquet)"
        )
        self.session.query("OPTIMIZE TABLE bench.event FINAL")

    def _levels(self, select: str, steps: int) -> list[int]:
        result = self.session.query(f"{select} SETTINGS max_threads = {self.threads}", "CSV")
        reached = [0] * (steps + 1)
        for line in str(result).split():
            level, units = line.split(",")[-2:]
            reached[int(level)] += int(units)
        return [sum(reached[step:]) for step in range(1, steps + 1)]

    def stages(self, mode: str) -> list[int]:
        """Return how many browsers got as far as each of the four stages."""
        steps = ", ".join(f"stage = '{stage}'" for stage in STAGES)
        return self._levels(
            f"SELECT level, count() FROM (SELECT windowFunnel({HOURS * 3_600_000_000}, '{mode}')(moment, {steps}) AS level FROM bench.event GROUP BY unit) GROUP BY level",
            len(STAGES),
        )

    def kinds(self) -> list[int]:
        """Return how many browsers got as far as each of the seven kinds of events, added up over devices."""
        steps = ", ".join(f"kind = '{kind}'" for kind in KINDS)
        return self._levels(
            f"SELECT device, level, count() FROM (SELECT any(device) AS device, windowFunnel({HOURS * 3_600_000_000}, 'strict_increase')(moment, {steps}) AS level FROM bench.event GROUP BY unit) GROUP BY device, level",
            len(KINDS),
        )


def quickest(run: Callable[[], Any], runs: int) -> tuple[float, float, Any]:
    """Return the processor seconds of the run that took least, the seconds that went by, and what was found."""
    took, passed, found = float("inf"), float("inf"), None
    for _ in range(runs):
        gc.collect()
        used, began = time.process_time(), time.perf_counter()
        found = run()
        took, passed = min((took, passed), (time.process_time() - used, time.perf_counter() - began))
    return took, passed, found


def show(
    what: str, ours: tuple[float, float, list[int]], theirs: tuple[float, float, list[int] | None]
) -> None:
    """Print a line from seconds and counts; counts that differ are shown."""
    (seconds, passed, rows), (their_seconds, _, counts) = ours, theirs
    if counts is None:
        told, against = "", f"{'':>10} {'':>6}"
    else:
        told = "equal" if rows == counts else f"ClickHouse: {counts}"
        against = f"{their_seconds:>9.2f}s {seconds / their_seconds:>6.2f}"
    print(f"{what} {seconds:>8.2f}s {passed:>8.2f}s {against}  {rows} {told}", flush=True)


if __name__ == "__main__":
    main()
