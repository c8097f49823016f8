"""Checks on an open warehouse file: the files of `sql/checks/`, and one for each declared key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.sql.errors import CheckError
from martlet.sql.keys import exceptions_sql
from martlet.sql.relations import FOLDERS, relations

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

__all__ = ["Check", "checks", "run"]


@dataclass(frozen=True)
class Check:
    """A SELECT of offending rows; none means that it passed. `reason` is its last column."""

    name: str
    severity: str
    doc: str
    sql: str


def checks() -> Iterator[Check]:
    """Yield all checks: keys first, since the others presume them."""
    for relation in relations():
        for key in relation.keys:
            if not (FOLDERS[relation.unit.folder].physical_keys or relation.schema == "meta"):
                doc = f"{key.name}: declared in {relation.unit.path}, enforced here."
                yield Check(key.name, "error", doc, exceptions_sql(key))
    for relation in relations():
        if relation.kind == "check":
            header = relation.unit.header
            yield Check(relation.name, header["severity"], header["doc"], relation.unit.body)


def run(connection: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Run all checks and store their results in `meta.check_result`.

    Raises
    ------
    CheckError
        If a check of severity `error` finds offending rows; the message names each such check and gives an example.
    """
    failures = []
    for check in checks():
        offending, example = _offenders(connection, check)
        connection.execute(
            "INSERT INTO meta.check_result BY NAME SELECT $load_id AS load_id, $name AS check_name, "
            "$severity AS severity, $doc AS doc, $rows = 0 AS is_passed, $rows AS offending_rows, $example AS example",
            {
                "load_id": load_id,
                "name": check.name,
                "severity": check.severity,
                "doc": check.doc,
                "rows": offending,
                "example": example,
            },
        )
        if offending and check.severity == "error":
            failures.append(f"{check.name}: {offending} offending, for example {example}")
    if failures:
        raise CheckError("nothing was published, since the data broke checks:\n  " + "\n  ".join(failures))


def _offenders(connection: duckdb.DuckDBPyConnection, check: Check) -> tuple[int, str | None]:
    offending = int(connection.execute(f"SELECT count(*) FROM ({check.sql})").fetchall()[0][0])
    if not offending:
        return 0, None
    rows = connection.execute(f"SELECT * FROM ({check.sql}) LIMIT 1")
    names = [column[0] for column in rows.description or ()]
    row = rows.fetchall()[0]
    return offending, ", ".join(f"{name} = {value}" for name, value in zip(names, row, strict=True))
