"""Time goes on: the company in a warehouse, continued to a later day, with the past as it was."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from martlet.engine.connection import connect, refuse_foreign
from martlet.engine.errors import ParameterError, WarehouseError
from martlet.engine.relation import quote
from martlet.loaders import fitting
from martlet.loaders.company import Company, _past
from martlet.loaders.company.build import BuildReport, fill
from martlet.loaders.company.preset import recalled
from martlet.loaders.privacy.forgotten import SALT
from martlet.loaders.quality import checks
from martlet.loaders.warehouse import empty, own_packs, own_segments, star
from martlet.loaders.warehouse.atomic import rewriting

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

__all__ = ["AdvanceReport", "advance"]

# Records of the loads themselves, carried over; everything else is as if the longer company had been built at once.
_HISTORY = ("meta.load", "meta.check_result", "meta.load_relation")
# Settings that must come out the same, or the past would not.
_MAKERS = ("generator", "preset_digest", "faker", "first_day", "sign_up_scale")


@dataclass(frozen=True, repr=False)
class AdvanceReport(BuildReport):
    """What an advance made: besides the whole of the new file, its new end, the new rows by table, and its settings."""

    until: date
    added: dict[str, int]
    settings: dict[str, str]

    def summary(self) -> str:
        """Return in a few lines what was added, and what there is now."""
        return f"up to {self.until}, {sum(self.added.values()):,} new rows\n{super().summary()}"


def advance(
    warehouse: str | Path = "warehouse.duckdb",
    *,
    days: int,
    threads: int | None = None,
    progress: Callable[[str, int, float], None] | None = None,
) -> AdvanceReport:
    """Continue the synthetic company of a warehouse by some days, in one atomic step.

    The result is what building the longer company at once gives, row for row: the first day stays, `until` moves, and
    `customers` goes on to mean the number on the day `customers_on`, so that sign-ups grow on as they grew before. The past
    does not change, which is checked before the file is put in place. Only what was open at the end goes on: an order of
    late is completed, cancelled or refunded, a mail opened, a lead or a visitor becomes a customer, a visit or a week ends,
    and what is said of customers, channels and products as of now (tier, consent, age, churn, response) is of the new now.

    The whole company is generated anew, so it takes as long as building it.

    Parameters
    ----------
    warehouse
        A file that `build` made.
    days
        How many more days.
    threads, progress
        As for `build`.

    Raises
    ------
    ParameterError
        If `days` is not possible.
    WarehouseError
        If the file holds no synthetic company, or one that this version of Martlet would make otherwise.
    CheckError
        If the past would change, or the data break a check; the file is as it was then.

    Examples
    --------
    >>> report = martlet.advance(path, days=7)
    >>> report.settings["until"]
    '2026-01-08'
    """
    started = time.monotonic()
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        raise ParameterError(f"days is {days!r}; allowed are whole numbers from 1")
    path = Path(warehouse).absolute()
    with connect(path) as connection:
        known = _settings(connection, path)
    company = _continued(known, days, path)
    with rewriting(path, empty=empty.put) as connection:
        rows = fill(connection, company, threads=threads, progress=progress)
        connection.execute(f"ATTACH {quote(str(path))} AS {_past.BEFORE} (READ_ONLY)")
        try:
            if (
                dict(connection.execute(f"SELECT name, value FROM {_past.BEFORE}.meta.setting").fetchall())
                != known
            ):
                raise WarehouseError(f"{path} was rebuilt in the meantime; advance it again")
            added = _past.check(connection, until=date.fromisoformat(known["until"]))
            for table in _HISTORY:
                connection.execute(
                    f"INSERT INTO {table} BY NAME SELECT * FROM {_past.BEFORE}.{table} ORDER BY ALL"
                )
            own_packs.carry_over(connection, _past.BEFORE)
            own_segments.carry_over(connection, _past.BEFORE)
            fitting.carry_over(connection, _past.BEFORE)
        finally:
            connection.execute(f"DETACH {_past.BEFORE}")
        load_id = star.next_load_id(connection)
        total, new = sum(rows.values()), sum(added.get(table, count) for table, count in rows.items())
        load = {
            "load_id": load_id,
            "kind": "advance",
            "source": f"preset {known['preset']}",
            "as_of": company.until - timedelta(days=1),
        }
        star.record_load(
            connection,
            {
                **load,
                "rows_read": total,
                "rows_loaded": new,
                "rows_merged": total - new,
                "seconds": time.monotonic() - started,
            },
        )
        fitting.fit_if_possible(connection)
        warnings = checks.warnings(star.finish(connection, load_id))
        if fitting.create_macros(connection):
            star.write_catalogue(connection)
    seconds = time.monotonic() - started
    return AdvanceReport(
        path, rows, path.stat().st_size, seconds, warnings, company.until, added, company.settings()
    )


def _settings(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    refuse_foreign(connection, path)
    found: dict[str, str] = dict(connection.execute("SELECT name, value FROM meta.setting").fetchall())
    if "generator" not in found:
        raise WarehouseError(
            f"{path} holds no synthetic company, and of real customers nobody knows the future; "
            "advance a warehouse that martlet build made"
        )
    if SALT in found:
        raise WarehouseError(
            f"people were forgotten in {path}, and to generate the company anew would bring them back; it can't be advanced"
        )
    return found


def _continued(known: dict[str, str], days: int, path: Path) -> Company:
    """Return the company with the later end, refusing one whose past would be another."""
    preset, changes = recalled(known)
    until = date.fromisoformat(known["until"])
    try:
        later = until + timedelta(days=days)
    except OverflowError:
        raise ParameterError(f"days is {days}; the calendar ends before") from None
    company = Company(
        customers=int(known["customers"]),
        customers_on=date.fromisoformat(known.get("customers_on", known["until"])),
        days=int(known["days"]) + days,
        until=later,
        seed=int(known["seed"]),
        preset=preset,
        set=changes,
    )
    made = company.settings()
    other = [
        f"{name} was {known.get(name)}, is {made[name]}" for name in _MAKERS if known.get(name) != made[name]
    ]
    if other:
        raise WarehouseError(
            f"{path} was built by another version of Martlet or of its libraries, so its past would not come out "
            f"the same ({'; '.join(other)}); build it anew"
        )
    return company
