"""Building a warehouse with the synthetic company in it."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from martlet.loaders import star
from martlet.loaders.company import Company
from martlet.loaders.warehouse_file import rewriting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

__all__ = ["DEFAULT_UNTIL", "BuildReport", "build"]

# Fixed, so that a build says the same thing on every day that it is run.
DEFAULT_UNTIL = date(2026, 1, 1)


@dataclass(frozen=True)
class BuildReport:
    """What a build made: rows by table (`star.fact_order`: 28110), file size in bytes, and seconds taken."""

    warehouse: Path
    rows: dict[str, int]
    size: int
    seconds: float


def build(
    warehouse: str | Path = "warehouse.duckdb",
    *,
    customers: int = 10_000,
    days: int = 730,
    until: date = DEFAULT_UNTIL,
    seed: int = 42,
    preset: str | Path = "ecommerce",
    threads: int | None = None,
    progress: Callable[[str, int, float], None] | None = None,
) -> BuildReport:
    """Generate the synthetic company and publish it as a warehouse file, in one atomic step.

    The same arguments give the same content, whatever the number of threads.

    Parameters
    ----------
    warehouse
        The file to make; an existing one is replaced, if Martlet made it.
    customers, days
        How many customers, and over how many days up to `until` (exclusive).
    seed
        Seed of all random draws.
    preset
        Name of a preset, or the path of a TOML file like one.
    threads
        Threads that generate; all of the machine's if None.
    progress
        Called as each part of a table is written: with the table, its rows so far, and the share done, 0 to 1.

    Raises
    ------
    ParameterError
        If an argument or a number of the preset is impossible.
    WarehouseError
        If the file can't be written, is not Martlet's, or is being built by another process.
    CheckError
        If the generated data break a check, which would be a bug.
    """
    started = time.monotonic()
    company = Company(customers=customers, days=days, until=until, seed=seed, preset=preset)
    rows: Counter[str] = Counter()
    with rewriting(warehouse) as connection:
        if threads is not None:
            connection.execute("SET threads = $threads", {"threads": threads})
        star.create(connection)
        star.extend_calendar(connection, company.first_day, until, promotions=company.promotions())
        # One transaction: committed one by one, small appends go through the log, which took as long again.
        connection.begin()
        for relation, frame, share in _frames(company, threads or os.cpu_count() or 1):
            rows[relation] += star.insert(connection, relation, frame)
            if progress is not None:
                progress(relation, rows[relation], share)
        connection.commit()
        star.record_settings(connection, company.settings())
        load = {
            "load_id": 1,
            "kind": "build",
            "source": f"preset {preset}",
            "seconds": time.monotonic() - started,
        }
        total = sum(rows.values())
        star.record_load(connection, {**load, "rows_read": total, "rows_loaded": total})
        star.finish(connection, load_id=1)
    path = Path(warehouse).absolute()
    return BuildReport(path, dict(rows), path.stat().st_size, time.monotonic() - started)


def _frames(company: Company, threads: int) -> Iterator[tuple[str, pl.DataFrame, float]]:
    """Yield each frame with the table it goes to and the share of that table that is done with it."""
    for relation, frame in company.dimensions():
        yield relation, frame, 1.0
    for number, block in enumerate(company.blocks(threads), 1):
        # A table can have several frames in a block; it is done with the last one of the last block.
        waiting = Counter(relation for relation, _ in block)
        for relation, frame in block:
            waiting[relation] -= 1
            yield relation, frame, (number if waiting[relation] == 0 else number - 1) / company.block_count
    for relation, frame in company.totals():
        yield relation, frame, 1.0
