"""The packs of journeys and of the web on generated visits and events: processor seconds and peak memory of each query, with its defaults.

    python benchmarks/web.py --events 20000000 --sessions 3000000 --customers 1000000

Beside a plain scan of the events that counts them and their visits; the ratio to it, in the same run, says the same on a busy machine. Each query is asked in a
process of its own, with two threads and at most 4 GiB, and its answer is kept as a table. The file is made once, and used again while it is there.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from martlet.engine import packs, writing
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import writable

SCAN = "SELECT count(*) AS events, count(DISTINCT session_id) AS sessions FROM star.fact_event"
PACKS = ("journey", "web", "funnel")

# Everything is a function of a row's number: no seed, and the same rows in every version of DuckDB but for what hash() gives.
DIMENSIONS = """
INSERT INTO star.dim_page BY NAME
SELECT i AS page_key, '/page/' || i AS path, CASE i % 7 WHEN 0 THEN 'home' WHEN 1 THEN 'cart' WHEN 2 THEN 'checkout' WHEN 3 THEN 'category' WHEN 4 THEN 'blog' ELSE 'product' END AS page_type
FROM range(1, 1001) AS numbers (i);
INSERT INTO star.dim_device BY NAME
SELECT i AS device_key, CASE i % 3 WHEN 0 THEN 'desktop' WHEN 1 THEN 'mobile' ELSE 'tablet' END AS device_type, 'os ' || i AS os, 'browser ' || i AS browser
FROM range(1, 11) AS numbers (i);
INSERT INTO star.dim_geography BY NAME
SELECT i AS geography_key, 'country ' || i % 5 AS country, 'region ' || i AS region, 'city ' || i AS city, list_extract(['America/New_York', 'Europe/London', 'Asia/Tokyo', NULL], 1 + i % 4) AS time_zone
FROM range(1, 31) AS numbers (i);
INSERT INTO star.dim_customer BY NAME
SELECT i AS customer_key, 'C' || i AS customer_id FROM range(1, {customers} + 1) AS numbers (i);
INSERT INTO star.bridge_visitor BY NAME
SELECT i AS visitor_id, CASE WHEN i % 3 = 0 THEN 1 + i % {customers} ELSE 0 END AS customer_key FROM range(1, {sessions} * 2 // 3 + 1) AS numbers (i);
"""
SESSIONS = """
INSERT INTO star.fact_session BY NAME
SELECT * FROM (
    SELECT
        i AS session_id,
        1 + hash(i) % ({sessions} * 2 // 3) AS visitor_id,
        CASE WHEN hash(i) % ({sessions} * 2 // 3) % 12 = 2 THEN 1 + (1 + hash(i) % ({sessions} * 2 // 3)) % {customers} ELSE 0 END AS customer_key,
        TIMESTAMP '2023-01-01' + to_microseconds(CAST(hash(i + 1) % 94608000 AS BIGINT) * 1000000) AS started_at,
        1 + hash(i + 2) % 8 AS channel_key,
        1 + hash(i + 3) % 10 AS device_key,
        1 + hash(i + 4) % 30 AS geography_key,
        1 + CAST(floor(1000 * power(hash(i + 5) % 10000 / 10000.0, 3)) AS INTEGER) AS landing_page_key,
        CAST(floor(1 + (2 * {events} / {sessions} - 1) * (hash(i + 6) % 10000 / 10000.0)) AS INTEGER) AS page_views,
        hash(i + 7) % 1200 AS duration_seconds,
        hash(i + 8) % 2 = 0 AS is_bounce,
        CASE hash(i + 9) % 4 WHEN 0 THEN 'Homepage' ELSE 'Product Page' END AS furthest_stage,
        hash(i + 10) % 40 = 0 AS is_converted,
        CASE WHEN hash(i + 10) % 40 = 0 THEN CAST(hash(i + 11) % 20000 AS DECIMAL(18, 2)) / 100 ELSE 0 END AS revenue
    FROM range(1, {sessions} + 1) AS numbers (i)
)
ORDER BY customer_key, started_at;
INSERT INTO star.fact_touchpoint BY NAME
SELECT session_id AS touchpoint_id, visitor_id, customer_key, started_at AS touched_at, channel_key, session_id FROM star.fact_session;
INSERT INTO star.fact_order BY NAME
SELECT session_id AS order_id, session_id, customer_key, started_at AS ordered_at, channel_key, revenue AS net_revenue FROM star.fact_session WHERE is_converted;
"""
EVENTS = """
INSERT INTO star.fact_event BY NAME
SELECT
    row_number() OVER () AS event_id,
    session_id,
    visitor_id,
    customer_key,
    occurred_at,
    word.name AS event_name,
    word.stage AS funnel_stage,
    page_key,
    CASE word.name WHEN 'search' THEN '{{"term":"word ' || page_key || '","results":' || page_key % 5 || '}}' END AS event_properties
FROM (
    SELECT
        session_id,
        visitor_id,
        customer_key,
        started_at + to_seconds(number * 25 + hash(session_id + number) % 20) AS occurred_at,
        1 + CAST(floor(1000 * power(hash(session_id * 31 + number) % 10000 / 10000.0, 3)) AS INTEGER) AS page_key,
        hash(session_id * 17 + number) % 20 AS kind
    FROM (SELECT *, unnest(range(page_views)) AS number FROM star.fact_session)
    ORDER BY customer_key, occurred_at
) AS made
INNER JOIN (
    SELECT
        i,
        CASE WHEN i < 8 THEN 'page_view' WHEN i < 15 THEN 'product_view' WHEN i < 16 THEN 'add_to_cart' WHEN i < 17 THEN 'begin_checkout' WHEN i < 18 THEN 'search' WHEN i < 19 THEN 'click' ELSE 'purchase' END AS name,
        CASE WHEN i < 8 THEN 'Homepage' WHEN i < 15 THEN 'Product Page' WHEN i < 16 THEN 'Add to Cart' WHEN i < 17 THEN 'Checkout' WHEN i < 19 THEN NULL ELSE 'Purchase' END AS stage
    FROM range(20) AS numbers (i)
) AS word ON word.i = made.kind
"""


def main() -> None:
    """Make the file, if it is not there, and print a line for each query."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--sessions", type=int, default=3_000_000)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="4GiB", help="the most that DuckDB may take")
    parser.add_argument("--file", type=Path, default=Path("web_benchmark.duckdb"))
    parser.add_argument(
        "--only", nargs="*", help="queries, such as journey/paths; all of the packs by default"
    )
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.ask:
        print(json.dumps(answered(asked.file, asked.ask, asked.threads, asked.memory)))
        return
    if not asked.file.exists():
        make(asked)
    scan = in_a_process(asked, "scan")
    print(f"{'':32} {'processor':>10} {'ratio':>7} {'elapsed':>8} {'memory':>9} {'rows':>10}")
    for path in ["scan", *(asked.only or [path for path in packs.queries() if path.split("/")[0] in PACKS])]:
        found = scan if path == "scan" else in_a_process(asked, path)
        if "error" in found:
            print(f"{path:32} {found['error']}")
            continue
        print(
            f"{path:32} {found['processor']:8.2f} s {found['processor'] / scan['processor']:7.1f} {found['elapsed']:6.2f} s "
            f"{found['memory']:5.2f} GiB {found['rows']:>10,}",
            flush=True,
        )


def make(asked: argparse.Namespace) -> None:
    """Make the warehouse of the benchmark."""
    numbers = {name: getattr(asked, name) for name in ("events", "sessions", "customers")}
    with writable(asked.file) as connection:
        star.create(connection)
        connection.execute("SET memory_limit = '6GiB'")
        for text in (DIMENSIONS, SESSIONS, EVENTS):
            connection.execute(text.format(**numbers))
        connection.execute("CHECKPOINT")


def in_a_process(asked: argparse.Namespace, path: str) -> dict[str, float]:
    """Return what `answered` says of a query, asked in a process of its own."""
    done = subprocess.run(
        [
            sys.executable,
            __file__,
            "--file",
            asked.file,
            "--ask",
            path,
            "--threads",
            str(asked.threads),
            "--memory",
            asked.memory,
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def answered(file: Path, path: str, threads: int, memory: str) -> dict[str, object]:
    """Return processor and elapsed seconds, peak memory in GiB and rows of one answer."""
    query = None if path == "scan" else packs.get(path)
    sql = SCAN if query is None else writing.literal(query, query.values({})).sql("duckdb")
    config = {"threads": threads, "memory_limit": memory, "temp_directory": ""}
    with duckdb.connect(str(file), read_only=True, config=config) as connection:
        begun, started = time.process_time(), time.perf_counter()
        try:
            connection.execute(f"CREATE TEMP TABLE answer AS {sql}")
        except duckdb.Error as error:
            return {"error": str(error)[:200]}
        processor, elapsed = time.process_time() - begun, time.perf_counter() - started
        (rows,) = connection.execute("SELECT count(*) FROM answer").fetchone() or (0,)
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
