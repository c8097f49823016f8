"""Cases on disk: rows given to the star, and the rows that a query must answer then.

A case is a folder `<pack>/<query>/<rule_in_words>/`: `given/<schema>.<table>.csv`, naming only the columns that matter,
`params.toml`, which may be absent, and `expect.csv`, the whole answer or some of its columns, in any order of rows.
"""

from __future__ import annotations

import math
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from martlet.engine import rewriting, writing
from martlet.engine.connection import named_in
from martlet.engine.errors import UnitError, did_you_mean
from martlet.engine.install import relations as installed
from martlet.engine.paths import refuse_special
from martlet.engine.relation import in_order, quote
from martlet.engine.relations import relations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import duckdb

    from martlet.engine.query import Query

__all__ = ["Case", "cases", "differences", "filled", "run_case"]

# Every cell is text and takes the type of its column; an empty one is NULL.
_AS_TEXT = "all_varchar = true, header = true, delim = ',', nullstr = ''"


@dataclass(frozen=True)
class Case:
    """One folder: `query` is `pack/name`, `rule` the name of the folder."""

    query: str
    rule: str
    folder: Path

    def __str__(self) -> str:
        return f"{self.query}/{self.rule}"

    @property
    def params(self) -> dict[str, Any]:
        """The parameters that are given, by name.

        Raises
        ------
        UnitError
            If `params.toml` is no TOML.
        """
        path = self.folder / "params.toml"
        refuse_special(path, UnitError)
        try:
            return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        except tomllib.TOMLDecodeError as error:
            raise UnitError(f"{path}: {error}") from None

    @property
    def given(self) -> dict[str, Path]:
        """The CSV file of each table that gets rows, in an order in which their keys hold.

        Raises
        ------
        UnitError
            If a file is named like no table of the warehouse.
        """
        files = {path.stem: path for path in sorted((self.folder / "given").glob("*.csv"))}
        tables = [r.qualified for r in in_order(r for r in relations() if r.kind in ("type", "table"))]
        for name, path in files.items():
            refuse_special(path, UnitError)
            if name not in tables:
                raise UnitError(f"{path}: there is no table {name!r}.{did_you_mean(name, tables)}")
        return {name: files[name] for name in tables if name in files}

    @property
    def expect(self) -> Path:
        """The CSV file of the rows that must come."""
        return self.folder / "expect.csv"


def cases(folder: Path) -> Iterator[Case]:
    """Yield the cases below a folder of packs, in the order of their names."""
    for path in sorted(folder.glob("*/*/*/expect.csv")):
        refuse_special(path, UnitError)
        pack, query, rule = path.parent.relative_to(folder).parts
        yield Case(f"{pack}/{query}", rule, path.parent)


def run_case(connection: duckdb.DuckDBPyConnection, query: Query, case: Case) -> list[str]:
    """Fill an empty star with what the case gives, ask the query and its installed macro, and undo all of it.

    Parameters
    ----------
    connection
        An open star without facts, in which the packs are installed; it is left as it was.
    query
        The query that the case names.
    case
        What is given and expected.

    Returns
    -------
    list[str]
        What differs from the rows expected, in words; empty if nothing does.

    Raises
    ------
    UnitError
        If the case names a table that does not exist, or a column that the answer lacks.
    ParameterError
        If a parameter of the case is wrong.
    """
    with filled(connection, query, case):
        return differences(connection, query, case)


@contextmanager
def filled(connection: duckdb.DuckDBPyConnection, query: Query, case: Case) -> Iterator[None]:
    """Fill an empty star with what the case gives, for the length of a block; see `run_case`."""
    connection.execute("BEGIN")
    try:
        _fill(connection, query, case)
        yield
    finally:
        connection.execute("ROLLBACK")


def differences(connection: duckdb.DuckDBPyConnection, query: Query, case: Case) -> list[str]:
    """Ask the query and its installed macro where the case's rows are already; see `run_case`."""
    values = query.values(case.params)
    sql = query.render(values).sql
    ways = {"query": (sql, named_in(connection, sql, values)), "macro": (_call(query, case.params), None)}
    found = []
    for way, (sql, bound) in ways.items():
        answer = connection.sql(sql, params=bound)
        expected = _expected(connection, case, dict(zip(answer.columns, answer.types, strict=True)))
        picked = ", ".join(f'"{name}"' for name in expected.columns)
        compared = _differences(answer.project(picked).fetchall(), expected.fetchall())
        found += [f"{case}, as a {way}: {difference} of {picked}" for difference in compared]
    return found


def _call(query: Query, params: dict[str, Any]) -> str:
    """Return the call of the query's installed table macro, each parameter that is given written as a literal."""
    values = query.values(params)
    written = ", ".join(
        f"{name} := {rewriting.literal(query.parameters[name], values[name]).sql('duckdb')}"
        for name in params
    )
    return f"FROM {query.pack}.{query.name}({written})"


def _fill(connection: duckdb.DuckDBPyConnection, query: Query, case: Case) -> None:
    for table, path in case.given.items():
        connection.execute(f"INSERT INTO {table} BY NAME FROM {_read(path)}")
    for statement in _stored_below(query):
        connection.execute(statement)


def _stored_below(query: Query) -> Iterator[str]:
    """Yield the statements that make anew the stored tables that the query reads, itself or through views."""
    known = {relation.qualified: relation for relation in relations() if relation.kind != "check"}
    known |= {relation.qualified: relation for relation in installed()}
    waiting, needed = set(writing.reads(query)) & known.keys(), set()
    while waiting:
        needed |= waiting
        waiting = {name for read in waiting for name in known[read].reads if name in known} - needed
    for relation in in_order(known[name] for name in needed):
        if relation.kind == "stored":
            yield from relation.creates


def _read(path: Path) -> str:
    return f"read_csv({quote(str(path))}, {_AS_TEXT})"


def _expected(
    connection: duckdb.DuckDBPyConnection, case: Case, types: dict[str, Any]
) -> duckdb.DuckDBPyRelation:
    """Return the rows of `expect.csv` with the types of the answer's columns."""
    text = connection.sql(f"FROM {_read(case.expect)}")
    for name in text.columns:
        if name not in types:
            raise UnitError(f"{case.expect}: the answer has no column {name!r}.{did_you_mean(name, types)}")
    # A word that an ENUM of the warehouse lacks is a difference, and no error of a cast.
    kinds = {name: "VARCHAR" if types[name].id == "enum" else str(types[name]) for name in text.columns}
    return text.project(", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in kinds.items()))


def _differences(answer: Iterable[tuple[Any, ...]], expected: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    got, wanted = (sorted((tuple(map(_plain, row)) for row in rows), key=repr) for rows in (answer, expected))
    if len(got) != len(wanted):
        yield f"{len(got)} rows {got}, not {len(wanted)}"
        return
    for mine, theirs in zip(got, wanted, strict=True):
        if not all(map(_same, mine, theirs)):
            yield f"got {mine}, not {theirs}"


def _plain(value: Any) -> Any:
    # Rounded for the sort only as far as the comparison is exact.
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, float) and isinstance(theirs, float):
        return math.isclose(mine, theirs, rel_tol=1e-8, abs_tol=1e-9)
    return bool(mine == theirs)
