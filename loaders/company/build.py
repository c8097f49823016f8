"""Building a warehouse with the synthetic company in it."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from martlet.engine import install
from martlet.engine.errors import ParameterError, did_you_mean
from martlet.engine.summed import Summed, size_in_words
from martlet.loaders import fitting
from martlet.loaders.company import Company, numbering
from martlet.loaders.quality import checks
from martlet.loaders.warehouse import empty, star
from martlet.loaders.warehouse.atomic import rewriting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future

    import duckdb

    Batch = list[tuple[str, pl.DataFrame, float]]

    from martlet.loaders.quality.checks import CheckResult

__all__ = ["DEFAULT_UNTIL", "SIZES", "BuildReport", "build", "fill"]

# Fixed, so that a build says the same thing on every day that it is run.
DEFAULT_UNTIL = date(2026, 1, 1)
# Customers of a company to look at, for an hour's class, to hand in, to work on for weeks, and to train models on.
SIZES: Final = {"demo": 10, "class": 500, "assignment": 5_000, "project": 50_000, "ml": 200_000}
_CUSTOMERS: Final = 10_000
# Tables of which everybody wants to know how many rows they have, and what these are.
_TOLD: Final = {
    "star.dim_customer": "customers",
    "star.fact_order": "orders",
    "star.fact_session": "visits",
    "star.fact_email": "mails",
}
# Rows in a transaction. Smaller appends go through the log, which takes as long again; larger ones stay in memory, outside of
# what DuckDB counts, until they are committed.
_BATCH: Final = 2_000_000
# Batches that may wait to be written, or be written, while the next is generated.
_AHEAD: Final = 2


@dataclass(frozen=True, repr=False)
class BuildReport(Summed):
    """What a build made: rows by table (`star.fact_order`: 28110), file size in bytes, seconds taken, and what checks warn of."""

    warehouse: Path
    rows: dict[str, int]
    size: int
    seconds: float
    warnings: tuple[CheckResult, ...]

    def summary(self) -> str:
        """Return in a few lines what was made.

        Examples
        --------
        >>> print(BuildReport(Path("w.duckdb"), {"star.dim_customer": 20, "star.fact_order": 2}, 2**20, 0.5, ()).summary())
        w.duckdb: 20 customers, 2 orders
        22 rows in 2 tables, 1.0 MB, in 0.5 s
        """
        told = [f"{self.rows[table]:,} {word}" for table, word in _TOLD.items() if table in self.rows]
        lines = [
            f"{self.warehouse}: {', '.join(told)}",
            f"{sum(self.rows.values()):,} rows in {len(self.rows)} tables, {size_in_words(self.size)}, in {self.seconds:.1f} s",
        ]
        return "\n".join(
            [*lines, *(f"warning: {found.in_words()}" for found in self.warnings if not found.is_passed)]
        )


def build(
    warehouse: str | Path = "warehouse.duckdb",
    *,
    customers: int | None = None,
    size: str | None = None,
    days: int = 730,
    until: date = DEFAULT_UNTIL,
    customers_on: date | None = None,
    seed: int = 42,
    preset: str | Path = "ecommerce",
    set: Mapping[str, Any] | None = None,  # noqa: A002  (the word of the command line)
    threads: int | None = None,
    progress: Callable[[str, int, float], None] | None = None,
) -> BuildReport:
    """Generate the synthetic company and publish it as a warehouse file, in one atomic step.

    The same arguments give the same content, whatever the number of threads.

    Parameters
    ----------
    warehouse
        The file to make; an existing one is replaced, if Martlet made it.
    customers, size
        How many customers, 10,000 by default; or one of `SIZES`: demo, class, assignment, project, ml.
    days, until
        Over how many days, up to `until` (exclusive).
    customers_on
        The day before which `customers` have signed up; `until` if None. A company that was built until then and
        advanced is the same as one built at once.
    seed
        Seed of all random draws.
    preset
        Name of a preset, or the path of a TOML file, which may state only what differs from `base = "ecommerce"`.
    set
        Numbers of the preset to change, by dotted key: `{"visits.prospects": 3, "channels.Email.effect": 0}`;
        `{"season": "off"}` makes demand flat.
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

    Examples
    --------
    >>> report = martlet.build(path, customers=20, days=60, seed=1)
    >>> report.rows["star.dim_customer"], report.rows["star.fact_order"]
    (20, 2)
    """
    started = time.monotonic()
    company = Company(
        customers=_how_many(customers, size),
        customers_on=customers_on,
        days=days,
        until=until,
        seed=seed,
        preset=preset,
        set=set,
    )
    with rewriting(warehouse, empty=empty.put) as connection:
        rows = fill(connection, company, threads=threads, progress=progress)
        load = {
            "load_id": 1,
            "kind": "build",
            "source": f"preset {preset}",
            "as_of": company.until - timedelta(days=1),
            "seconds": time.monotonic() - started,
        }
        total = sum(rows.values())
        star.record_load(connection, {**load, "rows_read": total, "rows_loaded": total})
        fitting.fit_if_possible(connection)
        results = star.finish(connection, load_id=1)
    path = Path(warehouse).absolute()
    return BuildReport(path, rows, path.stat().st_size, time.monotonic() - started, checks.warnings(results))


def _how_many(customers: int | None, size: str | None) -> int:
    if size is None:
        return _CUSTOMERS if customers is None else customers
    if size not in SIZES:
        raise ParameterError(f"size is {size!r}.{did_you_mean(size, SIZES)} Allowed: {', '.join(SIZES)}")
    if customers is not None:
        raise ParameterError(
            f"customers is {customers} and size is {size!r}, which is {SIZES[size]:,} customers; give one of them"
        )
    return SIZES[size]


def fill(
    connection: duckdb.DuckDBPyConnection,
    company: Company,
    *,
    threads: int | None,
    progress: Callable[[str, int, float], None] | None,
) -> dict[str, int]:
    """Create the star in an empty file, and put all rows of a company and its settings there; return the rows by table."""
    rows: Counter[str] = Counter()
    workers = threads or os.cpu_count() or 1
    # While rows are generated beside it, DuckDB has half of the threads: with all, it needs a third more processor time.
    connection.execute("SET threads = $threads", {"threads": max(1, workers // 2)})
    star.create(connection)
    # Weekly facts are dated by the Monday of the first week, which can lie in the year before.
    monday = company.first_day - timedelta(days=company.first_day.weekday())
    star.extend_calendar(connection, monday, company.until, promotions=company.promotions())

    def report(written: Future[Batch]) -> None:
        for relation, frame, share in written.result():
            rows[relation] += frame.height
            if progress is not None:
                progress(relation, rows[relation], share)

    # One batch is written while the next is generated. The packs, whose SQL takes seconds to prepare, come while the last are
    # written: earlier they would hold up whatever generates, which needs the interpreter for a moment at every step.
    with ThreadPoolExecutor(1, thread_name_prefix="martlet-writer") as writer:
        waiting: deque[Future[Batch]] = deque()
        for batch in _batches(company, workers):
            if len(waiting) == _AHEAD:
                report(waiting.popleft())
            waiting.append(writer.submit(_write, connection, batch))
        install.relations()
        while waiting:
            report(waiting.popleft())
    connection.execute("SET threads = $threads", {"threads": workers})
    numbering.number(connection)
    star.record_settings(connection, company.settings())
    return dict(rows)


def _write(connection: duckdb.DuckDBPyConnection, batch: Batch) -> Batch:
    """Append the frames of a batch, and return it."""
    connection.begin()
    for relation, frame, _ in batch:
        star.insert(connection, relation, frame)
    connection.commit()
    return batch


def _batches(company: Company, threads: int) -> Iterator[Batch]:
    """Yield the frames of the dimensions, of some blocks at a time and of the totals, with the share of their table that is done."""
    yield [(relation, frame, 1.0) for relation, frame in company.dimensions()]
    parts: dict[str, list[pl.DataFrame]] = {}
    waiting = 0
    for number, block in enumerate(company.blocks(threads), 1):
        for relation, frame in block:
            parts.setdefault(relation, []).append(frame)
            waiting += frame.height
        if waiting >= _BATCH or number == company.block_count:
            share = number / company.block_count
            yield [(relation, pl.concat(frames, rechunk=False), share) for relation, frames in parts.items()]
            parts, waiting = {}, 0
    yield [(relation, frame, 1.0) for relation, frame in company.totals()]
