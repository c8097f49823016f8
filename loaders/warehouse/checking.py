"""Run the checks of a warehouse on demand, and list what they found after each load."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from martlet.engine.connection import connect, refuse_foreign
from martlet.engine.errors import WarehouseError
from martlet.engine.paths import resolved
from martlet.engine.summed import Summed
from martlet.loaders.quality import checks
from martlet.loaders.quality.checks import CheckResult
from martlet.loaders.warehouse import leftovers, star
from martlet.loaders.warehouse.atomic import rewriting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

__all__ = ["CheckReport", "check", "history"]

_NEWEST = "SELECT max(load_id) FROM meta.load"
_HISTORY = """
SELECT load.load_id, CAST(load.loaded_at AS VARCHAR) AS loaded_at, load.kind, load.source,
    result.check_name, result.relation, result.severity, result.offending_rows
FROM meta.check_result AS result
INNER JOIN meta.load AS load ON load.load_id = result.load_id
QUALIFY max(result.offending_rows) OVER (PARTITION BY result.check_name) > 0
ORDER BY result.check_name, load.load_id
"""


@dataclass(frozen=True, repr=False)
class CheckReport(Summed):
    """What the checks found.

    Attributes
    ----------
    warehouse
        The file.
    load_id
        Its newest load; None if it has none.
    results
        What each check found, in the order in which they ran.
    is_stored
        Whether `meta.check_result` says the same.
    note
        Why it does not, where it should; else None.
    """

    warehouse: Path
    load_id: int | None
    results: tuple[CheckResult, ...]
    is_stored: bool
    note: str | None = None

    def summary(self) -> str:
        """Return how many checks passed, warn and fail, and a line for each that found something."""
        found = [result for result in self.results if not result.is_passed]
        errors = sum(result.severity == "error" for result in found)
        stored = "" if self.is_stored else "; not stored" + (f", since {self.note}" if self.note else "")
        head = (
            f"{len(self.results):,} checks: {len(self.results) - len(found):,} passed, {len(found) - errors:,} warn, {errors:,} "
            f"fail{stored}"
        )
        return "\n".join([head, *(f"{result.severity}: {result.in_words()}" for result in found)])

    def failures(self, *, fail_on: str = "error") -> list[CheckResult]:
        """Return the results that found something, of severity `error`, or of any with `fail_on` being `warn`."""
        return [
            result
            for result in self.results
            if not result.is_passed and (fail_on == "warn" or result.severity == "error")
        ]


def check(
    warehouse: str | Path = "warehouse.duckdb",
    *,
    names: Iterable[str] = (),
    set: Mapping[str, str] | None = None,  # noqa: A002  (the word of the command line)
    store: bool = True,
) -> CheckReport:
    """Run the checks on a warehouse.

    Each load has run them and stored the results. The file is only read, unless the results differ now:
    after a change of what is allowed, with a newer Martlet, or when somebody changed the data. Then the results of the newest load
    are replaced, in one step, as a load would do: open readers are not disturbed.

    Parameters
    ----------
    warehouse
        The file.
    names
        Checks, or relations whose checks are meant; all if there are none.
    set
        What is allowed in this warehouse from now on: `{"facts_are_fresh.days": "14"}`. It is kept in `meta.setting`.
    store
        Whether to write what is new.

    Raises
    ------
    UnknownNameError, ParameterError
        If there is no such check, or a check has no such parameter or value.
    WarehouseError
        If the file is not Martlet's, or, with `set`, can't be written.

    Examples
    --------
    >>> report = martlet.check(path, names=["star.fact_order"])
    >>> report.failures()
    []
    """
    path = Path(warehouse).absolute()
    asked, settings = checks.chosen(names), checks.thresholds(set or {})
    with connect(path) as connection:
        refuse_foreign(connection, path)
        if not settings:
            results = checks.examine(connection, asked)
            load_id = _newest(connection)
            is_new = load_id is not None and not frozenset(results) <= _stored(connection, load_id)
    note = None
    if store:
        leftovers.tidy(resolved(path))
    if settings or (is_new and store):
        try:
            with rewriting(path, start_from_existing=True) as connection:
                _allow(connection, settings)
                results, load_id = checks.examine(connection, asked), _newest(connection)
                if load_id is not None:
                    checks.store(connection, load_id, results)
                is_new = False
                star.write_catalogue(connection)
        except WarehouseError as error:
            if settings:
                raise
            note = str(error)
    return CheckReport(path, load_id, tuple(results), load_id is not None and not is_new, note)


def history(warehouse: str | Path = "warehouse.duckdb") -> list[dict[str, Any]]:
    """Return the checks that ever found something, with the rows that offended after each load.

    Raises
    ------
    WarehouseError
        If the file is not Martlet's.
    """
    path = Path(warehouse).absolute()
    with connect(path) as connection:
        refuse_foreign(connection, path)
        found: list[dict[str, Any]] = connection.sql(_HISTORY).pl().to_dicts()
        return found


def _newest(connection: duckdb.DuckDBPyConnection) -> int | None:
    rows: list[tuple[int | None]] = connection.execute(_NEWEST).fetchall()
    return rows[0][0]


def _stored(connection: duckdb.DuckDBPyConnection, load_id: int) -> frozenset[CheckResult]:
    columns = ", ".join(field.name for field in fields(CheckResult))
    sql = f"SELECT {columns} FROM meta.check_result WHERE load_id = $load_id"
    return frozenset(CheckResult(*row) for row in connection.execute(sql, {"load_id": load_id}).fetchall())


def _allow(connection: duckdb.DuckDBPyConnection, settings: Mapping[str, str]) -> None:
    for name in settings:
        connection.execute("DELETE FROM meta.setting WHERE name = $name", {"name": name})
    star.record_settings(connection, settings)
