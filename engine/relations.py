"""The relations of the warehouse: each file below `sql/` read, checked and put in the order of what it reads.

The folder decides what a file becomes (`FOLDERS`); the order of creation is found in the SQL itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from martlet.engine import keys
from martlet.engine.errors import UnitError, did_you_mean
from martlet.engine.headers import keys_of, refuse_without_history, refuse_wrong, required_of
from martlet.engine.units import Unit, parse_unit, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FOLDERS", "SCHEMAS", "Folder", "Relation", "in_order", "quote", "relation_of", "relations"]


@dataclass(frozen=True)
class Folder:
    """What the files of one folder of `sql/` become."""

    schema: str
    kind: str
    physical_keys: bool = False


# DuckDB builds an index for each declared key: with four foreign keys a fact loads 28 times slower and is 10 times
# larger. So only dimensions keep theirs physically; the others' are recorded in meta.key and checked before publishing.
FOLDERS = {
    "types": Folder("star", "type"),
    "dims": Folder("star", "table", physical_keys=True),
    "bridges": Folder("star", "table"),
    "facts": Folder("star", "table"),
    "truth": Folder("truth", "table"),
    "meta": Folder("meta", "table"),
    "quarantine": Folder("quarantine", "table"),
    "macros": Folder("main", "macro"),
    "marts": Folder("mart", "view"),
    "practice": Folder("main", "view"),
    "checks": Folder("", "check"),
}
SCHEMAS = tuple(
    dict.fromkeys(folder.schema for folder in FOLDERS.values() if folder.schema not in ("", "main"))
)


@dataclass(frozen=True)
class Relation:
    """One thing that is created in the warehouse file (or, if it is a check, run on it).

    Attributes
    ----------
    schema, name, kind
        `kind` is `type`, `table`, `view`, `stored` (a table made by a SELECT), `macro`, `check`, or `pack`.
    creates
        The statements that create it, in order.
    comments
        The `COMMENT ON` statements that document it.
    reads
        Qualified names of all that must exist before it.
    keys
        Primary and foreign keys, as its CREATE TABLE declares them.
    """

    unit: Unit
    schema: str
    name: str
    kind: str
    creates: tuple[str, ...]
    comments: tuple[str, ...]
    reads: frozenset[str]
    keys: tuple[keys.Key, ...] = ()

    @property
    def qualified(self) -> str:
        """Schema and name, joined by a dot."""
        return f"{self.schema}.{self.name}"


def quote(text: str) -> str:
    """Return `text` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


@cache
def relations() -> tuple[Relation, ...]:
    """Return all relations of `sql/` in an order in which they can be created; checks come last.

    Raises
    ------
    UnitError
        If a file is malformed, stands in an unknown folder, or relations read each other in a circle.
    """
    found = tuple(_relation(path, text) for path, text in read_folder("sql"))
    names = {relation.qualified for relation in found if relation.kind != "check"}
    for relation in found:
        if relation.kind == "check" and relation.unit.header["relation"] not in {*names, *SCHEMAS}:
            wrong = relation.unit.header["relation"]
            message = f"there is no relation or schema {wrong!r} to check.{did_you_mean(wrong, names)}"
            raise relation.unit.error(message, line=relation.unit.line_of("relation"))
        if "tracked" in relation.unit.header:
            refuse_without_history(relation, found)
    return found


def relation_of(qualified: str) -> Relation:
    """Return a relation of `sql/` that is no check, by schema and name."""
    return next(
        relation for relation in relations() if relation.qualified == qualified and relation.kind != "check"
    )


def in_order(found: Iterable[Relation]) -> list[Relation]:
    """Sort relations so that each comes after all that it reads; ties keep folder order, then name.

    Raises
    ------
    UnitError
        If some of them read each other in a circle.
    """
    places = {name: place for place, name in enumerate(FOLDERS)}
    waiting = {
        relation.qualified + relation.kind: relation
        for relation in sorted(found, key=lambda r: (places.get(r.unit.folder, len(places)), r.qualified))
    }
    ordered: list[Relation] = []
    while waiting:
        missing = {relation.qualified for relation in waiting.values()}
        ready = [
            key for key, relation in waiting.items() if not (relation.reads - {relation.qualified}) & missing
        ]
        if not ready:
            circle = ", ".join(sorted(missing))
            raise UnitError(f"sql: these relations read each other in a circle: {circle}")
        ordered.extend(waiting.pop(key) for key in ready)
    return ordered


def comments_on(what: str, qualified: str, unit: Unit) -> tuple[str, ...]:
    """Return the COMMENT ON statements for a table or view and its columns."""
    table = f"COMMENT ON {what} {qualified} IS {quote(unit.header['doc'])}"
    columns = (
        f'COMMENT ON COLUMN {qualified}."{name}" IS {quote(doc)}' for name, doc in unit.columns.items()
    )
    return (table, *columns)


def names_read(statement: exp.Expr) -> frozenset[str]:
    """Return the qualified names of the relations, types and macros that a statement names."""
    local, tables, others = set(), [], set()
    for node in statement.find_all(exp.CTE, exp.Table, exp.DataType, exp.Anonymous):
        if isinstance(node, exp.CTE):
            local.add(node.alias)
        elif isinstance(node, exp.Table):
            tables.append(node)
        elif isinstance(node, exp.Anonymous):
            others.add(f"main.{node.name}")
        elif node.args.get("kind"):
            others.add(str(node.args["kind"]))
    named = {
        f"{table.db or 'main'}.{table.name}"
        for table in tables
        if table.name and (table.db or table.name not in local)
    }
    return frozenset(named | others)


def _relation(path: str, text: str) -> Relation:
    name = path.split("/")[1]
    if name not in FOLDERS or path.count("/") != 2:  # noqa: PLR2004
        raise UnitError(
            f"{path}:1: a relation stands in one of the folders of sql/.{did_you_mean(name, FOLDERS)}"
        )
    folder = FOLDERS[name]
    unit = parse_unit(path, text, keys=keys_of(folder.kind, name), required=required_of(folder.kind))
    refuse_wrong(unit)
    relation = Relation(unit, folder.schema, unit.name, folder.kind, (), (), frozenset())
    return _BUILDERS[folder.kind](relation)


def _type(relation: Relation) -> Relation:
    comment = f"COMMENT ON TYPE {relation.qualified} IS {quote(relation.unit.header['doc'])}"
    _expect(relation, f"CREATE TYPE {relation.qualified} AS ENUM")
    return replace(relation, creates=(relation.unit.body,), comments=(comment,))


def _table(relation: Relation) -> Relation:
    _expect(relation, f"CREATE TABLE {relation.qualified} (")
    statement = _parse(relation.unit)
    declared = keys.declared(statement, relation.qualified)
    physical = FOLDERS[relation.unit.folder].physical_keys
    create = relation.unit.body if physical else keys.without_keys(statement).sql("duckdb", pretty=True)
    return replace(
        relation,
        creates=(create,),
        comments=comments_on("TABLE", relation.qualified, relation.unit),
        reads=names_read(statement) - {relation.qualified},
        keys=declared,
    )


def _view(relation: Relation) -> Relation:
    unit = relation.unit
    what = "TABLE" if unit.header.get("stored") else "VIEW"
    return replace(
        relation,
        kind="stored" if what == "TABLE" else "view",
        creates=(f"CREATE OR REPLACE {what} {relation.qualified} AS {unit.body.lstrip()}",),
        comments=comments_on(what, relation.qualified, unit),
        reads=names_read(_parse(unit)),
    )


def _macro(relation: Relation) -> Relation:
    _expect(relation, f"CREATE MACRO {relation.qualified}(")
    create = relation.unit.body.strip().replace("CREATE MACRO", "CREATE OR REPLACE MACRO", 1)
    comment = f"COMMENT ON MACRO {relation.qualified} IS {quote(relation.unit.header['doc'])}"
    reads = names_read(_parse(relation.unit)) - {relation.qualified}
    return replace(relation, creates=(create,), comments=(comment,), reads=reads)


def _check(relation: Relation) -> Relation:
    return replace(relation, reads=names_read(_parse(relation.unit)))


_BUILDERS = {"type": _type, "table": _table, "view": _view, "macro": _macro, "check": _check}


def _expect(relation: Relation, beginning: str) -> None:
    """Hold the statement to the name that its file has."""
    body = relation.unit.body
    if not " ".join(body.split()).startswith(beginning):
        line = len(body) - len(body.lstrip("\n")) + 1
        raise relation.unit.error(
            f"the statement must begin with {beginning!r}, as the file is named", line=line
        )


def _parse(unit: Unit) -> exp.Expr:
    try:
        parsed = [statement for statement in sqlglot.parse(unit.body, read="duckdb") if statement is not None]
    except sqlglot.ParseError as error:
        first = error.errors[0]
        raise unit.error(first["description"], line=first["line"]) from None
    if len(parsed) != 1:
        raise unit.error(f"the file must hold one statement, not {len(parsed)}")
    return parsed[0]
