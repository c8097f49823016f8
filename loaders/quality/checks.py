"""Checks on an open warehouse file: the files of `sql/checks/`, and one for each declared key.

What only Martlet can break is an error, and nothing is published. What a source may get wrong is a warning, so that a company
with odd data can be loaded; in a generated company most of that is an error too (DECISIONS, D-028).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from martlet.engine import parameters
from martlet.engine.errors import CheckError, ParameterError, UnknownNameError, WarehouseError, did_you_mean
from martlet.engine.keys import exceptions_sql
from martlet.engine.relation import FOLDERS
from martlet.engine.relations import relations
from martlet.loaders.quality.drift import is_generated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from martlet.engine.parameters import Parameter

__all__ = ["Check", "CheckResult", "checks", "chosen", "examine", "run", "store", "thresholds", "warnings"]

# Settings of this prefix, then the check, a dot and the parameter, say what a check allows in this warehouse.
_SETTING = "check."
_QUALIFIED = re.compile(r"\b[a-z_]+\.[a-z_]+\b")


@dataclass(frozen=True)
class Check:
    """A SELECT of the rows that break a rule; it passes when there are none. `reason` is its last column.

    `severity` is `error` or `warn`; `generated` is what it is in a generated company. A check `reads` tables that are empty in
    a new warehouse, and none that is not: while all of them are empty it passes, as it does there. It has none if that can't be told.
    """

    name: str
    relation: str
    severity: str
    generated: str
    doc: str
    sql: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CheckResult:
    """What a check found, as a row of `meta.check_result` without its load."""

    check_name: str
    relation: str
    severity: str
    doc: str
    is_passed: bool
    offending_rows: int
    example: str | None

    def in_words(self) -> str:
        """Return what was found, in a line."""
        rows = f"{self.offending_rows:,} row{'s' if self.offending_rows != 1 else ''}"
        return f"{self.check_name}: {rows}, such as {self.example}"


def checks() -> Iterator[Check]:
    """Yield all checks: keys first, since the others rely on them."""
    for relation in relations():
        for key in relation.keys:
            if not (FOLDERS[relation.unit.folder].physical_keys or relation.schema == "meta"):
                doc = f"{key.name}: declared in {relation.unit.path}, enforced here."
                sql = exceptions_sql(key)
                reads = frozenset((relation.qualified,))
                yield Check(key.name, relation.qualified, "error", "error", doc, sql, reads=reads)
    for relation in relations():
        if relation.kind == "check":
            unit = relation.unit
            severity = unit.header["severity"]
            yield Check(
                relation.name,
                unit.header["relation"],
                severity,
                unit.header.get("generated", severity),
                unit.header["doc"],
                unit.body,
                parameters.declared(unit),
                _read_by(unit.body),
            )


def chosen(names: Iterable[str]) -> list[Check]:
    """Return the checks of these names, or of relations of these names; all if there are no names.

    Raises
    ------
    UnknownNameError
        If nothing has such a name.
    """
    every = list(checks())
    wanted = set(names)
    known = {check.name for check in every} | {check.relation for check in every}
    for name in sorted(wanted - known):
        raise UnknownNameError(
            f"there is no check, and no checked relation, {name!r}.{did_you_mean(name, known)}"
        )
    return [check for check in every if not wanted or wanted & {check.name, check.relation}]


def thresholds(given: Mapping[str, str]) -> dict[str, str]:
    """Return `check.parameter` and its value as settings of a warehouse, checked against the parameters of that check.

    Raises
    ------
    ParameterError
        If none has, or the value is not allowed.
    """
    known = {
        f"{check.name}.{name}": parameter
        for check in checks()
        for name, parameter in check.parameters.items()
    }
    for name, text in given.items():
        if name not in known:
            raise ParameterError(f"no check has a parameter {name!r}.{did_you_mean(name, known)}")
        try:
            known[name].value(text)
        except ParameterError as wrong:
            raise ParameterError(f"{name.partition('.')[0]}: {wrong}") from None
    return {_SETTING + name: text for name, text in given.items()}


def examine(connection: duckdb.DuckDBPyConnection, asked: Iterable[Check] | None = None) -> list[CheckResult]:
    """Run checks, all if none are given, and return what each found; nothing is written.

    Raises
    ------
    WarehouseError
        If the file lacks what they look at, since another version of Martlet made it.
    """
    generated = is_generated(connection)
    sql = f"SELECT name, value FROM meta.setting WHERE starts_with(name, '{_SETTING}')"
    settings = dict(connection.execute(sql).fetchall())
    every = tuple(checks() if asked is None else asked)
    try:
        empty = _empty(connection, {table for check in every for table in check.reads})
        return [
            _passed(check, severity)
            if check.reads and check.reads <= empty
            else _examined(connection, check, settings, severity)
            for check in every
            for severity in (check.generated if generated else check.severity,)
        ]
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        message = f"the warehouse was made by another version of Martlet, and lacks what is checked: {error}"
        raise WarehouseError(message) from error


def store(connection: duckdb.DuckDBPyConnection, load_id: int, results: Iterable[CheckResult]) -> None:
    """Write results into `meta.check_result`, replacing those of the same checks after the same load."""
    rows = pl.DataFrame(
        [{"load_id": load_id, **vars(result)} for result in results],
        schema_overrides={"load_id": pl.Int64, "offending_rows": pl.Int64, "example": pl.String},
    )
    connection.register("_results", rows)
    try:
        connection.execute(
            "DELETE FROM meta.check_result WHERE load_id = $load_id AND check_name IN (SELECT check_name FROM _results)",
            {"load_id": load_id},
        )
        connection.execute("INSERT INTO meta.check_result BY NAME SELECT * FROM _results")
    finally:
        connection.unregister("_results")


def run(connection: duckdb.DuckDBPyConnection, load_id: int) -> list[CheckResult]:
    """Run all checks, store what they found, and return it.

    Raises
    ------
    CheckError
        If a check of severity `error` finds offending rows; the message names each such check and gives an example.
    """
    results = examine(connection)
    store(connection, load_id, results)
    failures = [
        f"{result.check_name}: {result.offending_rows} offending, for example {result.example}"
        for result in results
        if not result.is_passed and result.severity == "error"
    ]
    if failures:
        raise CheckError("nothing was published, since the data broke checks:\n  " + "\n  ".join(failures))
    return results


def warnings(results: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    """Return the results that found something: after `run`, the warnings."""
    return tuple(result for result in results if not result.is_passed)


def _read_by(sql: str) -> frozenset[str]:
    """Return the tables that a statement names; none if it names a view or a stored answer, which read others."""
    kinds = {relation.qualified: relation.kind for relation in relations()}
    named = {name for name in _QUALIFIED.findall(sql) if name in kinds}
    if any(kinds[name] != "table" for name in named if not name.startswith("main.")):
        return frozenset()
    return frozenset(name for name in named if kinds[name] == "table")


def _empty(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> set[str]:
    """Return those of the tables that have no row: to plan a check takes longer than to see that."""
    if not tables:
        return set()
    first_rows = " UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in sorted(tables))
    return tables - {table for (table,) in connection.execute(first_rows).fetchall()}


def _passed(check: Check, severity: str) -> CheckResult:
    return CheckResult(
        check.name, check.relation, severity, check.doc, is_passed=True, offending_rows=0, example=None
    )


def _examined(
    connection: duckdb.DuckDBPyConnection, check: Check, settings: Mapping[str, str], severity: str
) -> CheckResult:
    bound: dict[str, Any] = {
        name: parameter.value(settings.get(f"{_SETTING}{check.name}.{name}", parameter.default))
        for name, parameter in check.parameters.items()
    }
    offending, example = 0, None
    # Most checks find nothing, which is told by one plan; those that find millions of rows need not fetch them.
    first = connection.execute(f"FROM ({check.sql}\n) LIMIT 1", bound)
    names = [column[0] for column in first.description or ()]
    for row in first.fetchall():
        example = ", ".join(f"{name} = {value}" for name, value in zip(names, row, strict=True))
        counted = connection.execute(f"SELECT count(*) FROM ({check.sql}\n)", bound).fetchall()
        offending = int(counted[0][0])
    return CheckResult(check.name, check.relation, severity, check.doc, not offending, offending, example)
