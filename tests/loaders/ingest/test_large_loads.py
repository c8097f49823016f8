"""A table of many rows is not written anew by each load; the star is the same as if it were."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import duckdb
import pytest

import martlet
from martlet.loaders.ingest.merging import finishing

if TYPE_CHECKING:
    from pathlib import Path


def _orders(seed: int, prefix: str, rows: int = 400) -> str:
    rng = random.Random(seed)  # noqa: S311 - no secret
    lines = ["order_id,customer_id,ordered_at,net_revenue,status"]
    for number in range(rows):
        day = f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02} {rng.randint(0, 23):02}:30:00"
        status = rng.choice(["completed", "completed", "cancelled"])
        lines.append(
            f"{prefix}{number},C{rng.randint(1, 60)},{day},{rng.randint(100, 9999) / 100:.2f},{status}"
        )
    return "\n".join(lines) + "\n"


@pytest.fixture
def loaded(tmp_path: Path):
    def load(*texts: str) -> Path:
        warehouse = tmp_path / "w.duckdb"
        for number, text in enumerate(texts):
            file = tmp_path / f"{number}.csv"
            file.write_text(text, encoding="utf-8")
            martlet.ingest("orders", file, warehouse=warehouse)
        return warehouse

    return load


def test_long_runs_of_rows_stay_and_first_orders_are_those_of_all_loads(loaded, monkeypatch):
    monkeypatch.setattr(finishing, "_LONG", 100)
    first, second = _orders(1, "A"), _orders(2, "B")
    with duckdb.connect(str(loaded(first, second)), read_only=True) as connection:
        keys = [
            key
            for (key,) in connection.execute(
                "SELECT customer_key FROM star.fact_order ORDER BY rowid"
            ).fetchall()
        ]
        flagged = connection.execute(
            "SELECT source_id FROM star.fact_order WHERE is_first_order ORDER BY source_id"
        ).fetchall()
        numbers = connection.execute("SELECT source_id FROM star.fact_order ORDER BY order_id").fetchall()
    # Two runs, each in order.
    assert [keys[:400], keys[400:]] == [sorted(keys[:400]), sorted(keys[400:])]
    assert keys != sorted(keys)
    rows = [line.split(",") for text in (first, second) for line in text.splitlines()[1:]]
    assert [source for (source,) in numbers] == [row[0] for row in rows]
    earliest: dict[str, tuple[str, int, str]] = {}
    for number, (order, customer, at, _, status) in enumerate(rows):
        if status == "completed":
            earliest[customer] = min(earliest.get(customer, (at, number, order)), (at, number, order))
    assert [source for (source,) in flagged] == sorted(order for _, _, order in earliest.values())


def test_many_runs_are_put_in_order(loaded, monkeypatch):
    monkeypatch.setattr(finishing, "_LONG", 200)
    warehouse = loaded(_orders(1, "A"), _orders(2, "B", 20), _orders(3, "C", 20))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        keys = connection.execute("SELECT customer_key FROM star.fact_order ORDER BY rowid").fetchall()
    assert keys == sorted(keys)


def test_numbers_follow_the_file_where_rows_are_set_aside(loaded):
    text = "order_id,customer_id,ordered_at,net_revenue\nA1,x,2024-01-05,1\nA2,x,never,2\nA3,y,2024-01-03,3\nA4,x,2024-01-01,4\n"
    with duckdb.connect(str(loaded(text)), read_only=True) as connection:
        found = connection.execute("SELECT order_id, source_id FROM star.fact_order ORDER BY 1").fetchall()
    assert found == [(1, "A1"), (2, "A3"), (3, "A4")]
