"""A dimension is one file: a copy of Martlet with `dim_depot.sql` in it, and nothing else changed in Python, loads depots."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import martlet

DEPOT = """/*
doc   = "A depot. Key 0 is the unknown depot."
grain = ["depot_key"]
natural = ["depot_id"]
alias = "lower(name)"
plural = "depots"
tracked = ["manager"]
unknown = true
first_key = 11
placeholder = { name = "'Depot ' || depot_id" }

[columns]
depot_key = "Key of the depot. 0 is unknown."
depot_id = "Identifier of the depot in its source."
name = "Name of the depot."
manager = "Who runs it. NULL when not known."
is_placeholder = "Whether only its identifier is known."
*/
CREATE TABLE star.dim_depot (
    depot_key INTEGER PRIMARY KEY,
    depot_id VARCHAR NOT NULL DEFAULT '(unknown)',
    name VARCHAR NOT NULL DEFAULT '(unknown)',
    manager VARCHAR,
    is_placeholder BOOLEAN NOT NULL DEFAULT false
)
"""
HISTORY = """/*
doc   = "A version of a depot."
grain = ["depot_version_key"]

[columns]
depot_version_key = "Key of the version."
depot_key = "Depot of which this is a version."
manager = "Who ran it at that time."
valid_from = "First moment of the version, UTC."
valid_until = "First moment after the version, UTC."
is_current = "Whether this is how the depot stands now."
*/
CREATE TABLE star.dim_depot_history (
    depot_version_key INTEGER PRIMARY KEY,
    depot_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_depot (depot_key),
    manager VARCHAR,
    valid_from TIMESTAMP NOT NULL DEFAULT TIMESTAMP '1900-01-01 00:00:00',
    valid_until TIMESTAMP,
    is_current BOOLEAN NOT NULL DEFAULT true
)
"""
ENTITY = """doc = "A depot."
table = "star.dim_depot"
key = ["depot_id"]

[fields]
depot_id = { type = "id", required = true, doc = "Identifier." }
name = { type = "text", doc = "Name." }
manager = { type = "text", doc = "Who runs it." }
"""
PROFILE = """name = "depots"
title = "Depots"
row = "A depot."

[columns]
depot_id = { names = ["depot id"], required = true, example = "S1" }
name = { names = ["name"], example = "North" }
manager = { names = ["manager"], example = "Ann" }

[[feeds]]
entity = "depots"
depot_id = "depot_id"
name = "name"
manager = "manager"
"""
# What is added to files that are there, behind a line of theirs.
ADDED = {
    "sql/facts/fact_order.sql": {
        'order_id = "': 'depot_key = "Depot that took the order, or 0."',
        "    order_id BIGINT": "    depot_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_depot (depot_key),",
    },
    "loaders/ingest/entities/orders.toml": {
        "order_id = {": 'depot_id = { type = "id", dimension = "depot", doc = "Depot that took the order." }'
    },
    "loaders/ingest/profiles/orders.toml": {
        "order_id        = {": 'depot_id = { names = ["depot id"], example = "S1" }',
        'order_id        = "': 'depot_id = "depot_id"',
    },
}
LOADS = """
import json, sys
from datetime import date
import duckdb
import martlet
from martlet.loaders.warehouse import star

star.refresh = lambda connection: None
told = []
for profile, text, day in json.loads(sys.argv[1]):
    with open("file.csv", "w") as file:
        file.write(text)
    report = martlet.ingest(profile, "file.csv", warehouse="w.duckdb", as_of=date.fromisoformat(day))
    told.append([report.new, report.files[0].placeholders])
with duckdb.connect("w.duckdb", read_only=True) as connection:
    asked = [connection.execute(sql).fetchall() for sql in sys.argv[2:]]
print(json.dumps([martlet.__file__, told, asked], default=str))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The folder that holds the changed copy of the package."""
    folder = tmp_path_factory.mktemp("copy")
    package = Path(martlet.__file__).parent
    for part in ("__init__.py", "__main__.py", "engine", "loaders", "queries", "sql"):
        source, target = package / part, folder / "martlet" / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    for name, text in {
        "sql/dims/dim_depot.sql": DEPOT,
        "sql/dims/dim_depot_history.sql": HISTORY,
        "loaders/ingest/entities/depots.toml": ENTITY,
        "loaders/ingest/profiles/depots.toml": PROFILE,
    }.items():
        (folder / "martlet" / name).write_text(text)
    for name, added in ADDED.items():
        lines = []
        for line in (folder / "martlet" / name).read_text().splitlines():
            lines.append(line)
            lines += [new for behind, new in added.items() if line.startswith(behind)]
        assert all(new in lines for new in added.values()), name
        (folder / "martlet" / name).write_text("\n".join(lines) + "\n")
    return folder


def test_a_dimension_of_one_file_is_found_made_described_and_versioned(copy, tmp_path):
    loads = [
        ("orders", "order_id,depot_id,customer_id,date,amount\nA1,S1,C1,2024-01-05,5\nA2,,C2,2024-01-06,6\n", "2024-01-31"),
        ("orders", "order_id,depot_id,customer_id,date,amount\nA3,North,C1,2024-01-07,7\nA4,S1,C3,2024-01-08,8\n", "2024-01-31"),
        ("depots", "depot_id,name,manager\nS1,,Ann\nS2,North,Bo\n", "2024-02-01"),
        ("depots", "depot_id,name,manager\nS1,,Cy\n", "2024-03-01"),
        ("orders", "order_id,depot_id,customer_id,date,amount\nA5,north,C1,2024-01-09,9\n", "2024-03-31"),
    ]  # fmt: skip
    asked = [
        "SELECT depot_key, depot_id, name, manager, is_placeholder FROM star.dim_depot ORDER BY ALL",
        "SELECT source_id, depot_key FROM star.fact_order ORDER BY ALL",
        "SELECT depot_key, manager, valid_from, is_current FROM star.dim_depot_history ORDER BY ALL",
    ]
    ran = subprocess.run(
        [sys.executable, "-c", LOADS, json.dumps(loads), *asked],
        cwd=tmp_path,
        env={"PYTHONPATH": str(copy), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    where, told, (depots, orders, versions) = json.loads(ran.stdout)
    assert Path(where).is_relative_to(copy)
    counts = [(new.get("depots"), placeholders.get("depots")) for new, placeholders in told]
    assert counts == [(1, 1), (1, 1), (None, -2), (None, None), (None, None)]
    assert depots == [
        [0, "(unknown)", "(unknown)", None, False],
        [11, "S1", "Depot S1", "Cy", False],
        [12, "S2", "North", "Bo", False],
    ]
    # An order that named the depot by its name before that was known is the depot's too.
    assert orders == [["A1", 11], ["A2", 0], ["A3", 12], ["A4", 11], ["A5", 12]]
    assert versions == [
        [11, "Ann", "1900-01-01 00:00:00", False],
        [11, "Cy", "2024-03-01 00:00:00", True],
        [12, "Bo", "1900-01-01 00:00:00", True],
    ]
