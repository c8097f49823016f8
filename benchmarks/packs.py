"""What the packs cost: to prepare, to install, to open, and what a command adds; with today's queries, and with four times as many.

python benchmarks/packs.py

The further queries are copies of today's in packs of their own. They include the same parts, as new queries would; whatever
stands in their own files is made different, so that it has to be compiled for each. All figures are seconds of the processor,
each the least of some runs, and in brackets how often DuckDB alone could have been asked one answer in that time, in a process
of its own; a cache is cold when it is empty, warm when the run before has filled it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

RUNS = 3
COUNT, ALONE = "queries", "DuckDB alone asked for an answer"
ORDERS = "order_id,ordered_at,customer_email,order_total\n" + "".join(
    f"{number},2025-01-0{number} 10:00,person{number % 3}@example.org,{number}0.00\n"
    for number in range(1, 5)
)
FOLDERS = ("engine", "loaders", "queries", "sql", "terminal")

PREPARE = """
import json, sys, time
from martlet.engine import install, packs
started = time.process_time()
count = len(install.relations())
print(json.dumps([count, time.process_time() - started]))
"""
INSTALL = """
import json, sys, time, duckdb
from martlet.engine import install
from martlet.loaders.warehouse import empty, star
from martlet.loaders.warehouse.atomic import writable
from pathlib import Path
install.relations()
path = Path(sys.argv[1])
started = time.process_time()
with writable(path) as connection:
    star.create(connection)
    star.refresh(connection)
    connection.execute("CHECKPOINT")
installed = time.process_time() - started
opened = []
for _ in range(9):
    started = time.process_time()
    duckdb.connect(str(path), read_only=True).close()
    opened.append(time.process_time() - started)
empty.put(path.with_suffix(".first"))
started = time.process_time()
empty.put(path.with_suffix(".copy"))
print(json.dumps([installed, min(opened), time.process_time() - started]))
"""
QUERY = "segmentation/rfm"
LITERAL = """
import sys
from martlet.engine import packs, writing
query = packs.get(sys.argv[1])
print(writing.literal(query, query.values({})).sql("duckdb"))
"""
BARE = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.sql(open(sys.argv[2]).read()).to_arrow_table())
"""


def main() -> None:
    """Print a table of each number of queries, and of the commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4], help="how often each query is there")
    rows = []
    for times in parser.parse_args().times:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(_measured(Path(folder), times))
    for name in rows[0]:
        print(f"{name:38}" + "".join(f"{_shown(name, row):>18}" for row in rows))


def _shown(name: str, row: dict[str, float]) -> str:
    if name == COUNT:
        return f"{row[name]}"
    return f"{row[name]:.3f} ({row[name] / row[ALONE]:.2f})"


def _measured(folder: Path, times: int) -> dict[str, float]:
    package = folder / "code" / "martlet"
    _copy(package, times)
    python = _Runner(folder)
    cold, warm = [], []
    for _ in range(RUNS):
        python.forget()
        count, seconds = json.loads(python.run("-c", PREPARE))
        cold.append(seconds)
        warm.append(json.loads(python.run("-c", PREPARE))[1])
    installed, opened, copied = json.loads(python.run("-c", INSTALL, folder / "installed.duckdb"))
    found = {
        COUNT: count,
        "prepare, cold": min(cold),
        "prepare, warm": min(warm),
        "install in a new file": installed,
        "copy of the empty file instead": copied,
        "open the file": opened,
    }
    (folder / "four.csv").write_text(ORDERS)
    commands = {
        "martlet ingest of four lines": ["ingest", "orders", folder / "four.csv"],
        "martlet build --size class": ["build", "--size", "class"],
    }
    warehouse = folder / "made.duckdb"
    for name, command in commands.items():
        python.forget()
        for state in ("cold", "warm"):
            warehouse.unlink(missing_ok=True)
            seconds = python.seconds("-m", "martlet", *command, "--warehouse", warehouse)
            found[f"{name}, {state}"] = seconds
    sql = folder / "query.sql"
    sql.write_text(python.run("-c", LITERAL, QUERY), encoding="utf-8")
    bare = min(python.seconds("-c", BARE, warehouse, sql) for _ in range(RUNS))
    asked = ("-m", "martlet", "query", QUERY, "--format", "csv", "--warehouse", warehouse)
    whole = min(python.seconds(*asked) for _ in range(RUNS))
    found[ALONE] = bare
    found["martlet query adds"] = whole - bare
    return found


def _copy(package: Path, times: int) -> None:
    """Copy the package, with further packs of altered copies of all queries."""
    root = Path(str(resources.files("martlet")))
    for folder in FOLDERS:
        shutil.copytree(root / folder, package / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("__init__.py", "__main__.py", "cli.py"):
        shutil.copy(root / file, package / file)
    for pack in [path for path in (package / "queries").iterdir() if path.name[0] != "_" and path.is_dir()]:
        for number in range(2, times + 1):
            copy = pack.with_name(f"{pack.name}_{number}")
            copy.mkdir()
            for query in pack.glob("[!_]*.sql"):
                header, end, body = query.read_text(encoding="utf-8").partition("*/")
                own = body.replace("SELECT", f"SELECT /* {number} */")
                (copy / query.name).write_text(header + end + own, encoding="utf-8")


class _Runner:
    """Runs Python in processes of its own, with the copied package and a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self._cache = folder / "cache"
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(folder / "code"),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "MARTLET_CACHE": str(self._cache),
        }
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
        # Python compiles what it imports once.
        self.run(
            "-m", "martlet", "build", "--size", "demo", "--days", 7, "--warehouse", folder / "demo.duckdb"
        )
        self.run("-c", PREPARE)

    def forget(self) -> None:
        shutil.rmtree(self._cache, ignore_errors=True)

    def run(self, *arguments: object) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            env=self._environment,
            cwd=self._cache.parent,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return done.stdout

    def seconds(self, *arguments: object) -> float:
        """Return the processor time of a whole process."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.run(*arguments)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
