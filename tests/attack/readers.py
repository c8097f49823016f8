"""Many processes read while one publishes again and again: each sees one whole state, the old or the new."""

import subprocess
import sys
import time

import martlet

from ..quick import quick_loads
from .bases import orders
from .case import Case, Fault

__all__ = ["cases", "run"]

NEEDS = ("shop.duckdb",)
TIMEOUT = 1_800
PUBLISHES, READERS = 50, 16
_READER = """
import os, sys, time
import duckdb, martlet

path, stop, kind = sys.argv[1:]
seen = 0
while not os.path.exists(stop) or not seen:
    if kind == "martlet":
        with martlet.open(path) as warehouse:
            found = warehouse.sql(SQL).rows()
    else:
        with duckdb.connect(path, read_only=True) as connection:
            found = connection.execute(SQL).fetchall()
    [(orders, loaded)] = found
    assert orders == loaded, f"torn: {found}"
    seen += 1
    time.sleep(0.1)
print(seen)
""".replace(
    "SQL", '"SELECT (SELECT count(*) FROM star.fact_order), (SELECT sum(rows_loaded) FROM meta.load)"'
)


def cases(seed, scale):
    """Return one case: all readers at once."""
    return [
        Case(
            "readers",
            "publishes",
            0,
            seed,
            {"publishes": max(2, round(PUBLISHES * scale)), "readers": max(2, round(READERS * scale))},
        )
    ]


def run(case, room):
    path, stop = room.copy("shop"), room.folder / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _READER, path, stop, ("martlet", "duckdb")[number % 2]],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(case.given["readers"])
    ]
    with quick_loads():
        for number in range(case.given["publishes"]):
            martlet.ingest("orders", orders(room.folder / f"{number}.csv", f"P{number}-", 20), warehouse=path)
            time.sleep(0.05)
    stop.touch()
    opened = 0
    for reader in readers:
        out, err = reader.communicate(timeout=120)
        if reader.returncode != 0:
            raise Fault(f"a reader failed: {err[-600:]}")
        opened += int(out)
    if opened < len(readers):
        raise Fault("a reader has read nothing")
    return ""
