"""Each file below `sql/` read, checked, and made a relation; what it reads is found by parsing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from martlet.engine import key_declarations, template
from martlet.engine.errors import UnitError, did_you_mean
from martlet.engine.headers import keys_of, refuse_without_history, refuse_wrong, required_of
from martlet.engine.relation import FOLDERS, SCHEMAS, Relation, comments_on, quote
from martlet.engine.units import parse_unit, read_folder

if TYPE_CHECKING:
    from martlet.engine.units import Unit

__all__ = ["Names", "names_read", "qualified_call", "read"]


def read() -> list[Relation]:
    """Return all relations, in the order of their files; see `relations.relations` for the errors."""
    found = [_relation(path, text) for path, text in read_folder("sql")]
    names = {relation.qualified for relation in found if relation.kind != "check"}
    for relation in found:
        if relation.kind == "check" and relation.unit.header["relation"] not in {*names, *SCHEMAS}:
            wrong = relation.unit.header["relation"]
            message = f"there is no relation or schema {wrong!r} to check.{did_you_mean(wrong, names)}"
            raise relation.unit.error(message, line=relation.unit.line_of("relation"))
        if "tracked" in relation.unit.header:
            refuse_without_history(relation, found)
    return found


@dataclass(frozen=True)
class Names:
    """What a statement, or a part of one, names.

    Attributes
    ----------
    local
        Its own common table expressions.
    tables
        Schema (empty if not given) and name of what it selects from.
    others
        Qualified names of types and macros.
    """

    local: frozenset[str]
    tables: frozenset[tuple[str, str]]
    others: frozenset[str]

    @classmethod
    def of(cls, statement: exp.Expr) -> Names:
        """Return the names in a parsed statement."""
        local, tables, others = set(), set(), set()
        for node in statement.find_all(exp.CTE, exp.Table, exp.DataType, exp.Anonymous):
            if isinstance(node, exp.CTE):
                local.add(node.alias)
            elif isinstance(node, exp.Table):
                # A call of a table macro has its name a level deeper.
                called = node.this.name if node.db and isinstance(node.this, exp.Anonymous) else node.name
                tables.add((node.db, called))
            elif isinstance(node, exp.Anonymous):
                others.add(qualified_call(node))
            elif node.args.get("kind"):
                others.add(str(node.args["kind"]))
        return cls(frozenset(local), frozenset(tables), frozenset(others))


def qualified_call(call: exp.Anonymous) -> str:
    """Return schema and name of a function that is called; `main` where the call names no schema."""
    schema = call.parent.this.name if isinstance(call.parent, exp.Dot) else "main"
    return f"{schema}.{call.name}"


def names_read(*parts: Names) -> frozenset[str]:
    """Return the qualified names of the relations, types and macros that the parts of one statement read."""
    local = {name for part in parts for name in part.local}
    tables = {
        f"{schema or 'main'}.{name}"
        for part in parts
        for schema, name in part.tables
        if name and (schema or name not in local)
    }
    return frozenset(tables.union(*(part.others for part in parts)))


def _relation(path: str, text: str) -> Relation:
    name = path.removeprefix("sql/").rpartition("/")[0]
    if name not in FOLDERS:
        raise UnitError(
            f"{path}:1: a relation stands in one of the folders of sql/.{did_you_mean(name, FOLDERS)}"
        )
    folder = FOLDERS[name]
    unit = parse_unit(path, text, keys=keys_of(folder.kind, name), required=required_of(folder.kind))
    refuse_wrong(unit)
    if folder.kind == "macro":
        unit = replace(unit, body=template.render(path, unit.body, {}).sql)
    relation = Relation(unit, folder.schema, unit.name, folder.kind, (), (), frozenset())
    return _BUILDERS[folder.kind](relation)


def _type(relation: Relation) -> Relation:
    comment = f"COMMENT ON TYPE {relation.qualified} IS {quote(relation.unit.header['doc'])}"
    _expect(relation, f"CREATE TYPE {relation.qualified} AS ENUM")
    return replace(relation, creates=(relation.unit.body,), comments=(comment,))


def _table(relation: Relation) -> Relation:
    _expect(relation, f"CREATE TABLE {relation.qualified} (")
    statement = _parse(relation.unit)
    declared = key_declarations.declared(statement, relation.qualified)
    physical = FOLDERS[relation.unit.folder].physical_keys
    create = (
        relation.unit.body
        if physical
        else key_declarations.without_keys(statement).sql("duckdb", pretty=True)
    )
    return replace(
        relation,
        creates=(create,),
        comments=comments_on("TABLE", relation.qualified, relation.unit.comment, relation.unit.columns),
        reads=names_read(Names.of(statement)) - {relation.qualified},
        keys=declared,
    )


def _view(relation: Relation) -> Relation:
    unit = relation.unit
    what = "TABLE" if unit.header.get("stored") else "VIEW"
    return replace(
        relation,
        kind="stored" if what == "TABLE" else "view",
        creates=(f"CREATE OR REPLACE {what} {relation.qualified} AS {unit.body.lstrip()}",),
        comments=comments_on(what, relation.qualified, unit.comment, unit.columns),
        reads=names_read(Names.of(_parse(unit))),
    )


def _macro(relation: Relation) -> Relation:
    _expect(relation, f"CREATE MACRO {relation.qualified}(")
    create = relation.unit.body.strip().replace("CREATE MACRO", "CREATE OR REPLACE MACRO", 1)
    comment = f"COMMENT ON MACRO {relation.qualified} IS {quote(relation.unit.header['doc'])}"
    reads = names_read(Names.of(_parse(relation.unit))) - {relation.qualified}
    return replace(relation, creates=(create,), comments=(comment,), reads=reads)


def _check(relation: Relation) -> Relation:
    return replace(relation, reads=names_read(Names.of(_parse(relation.unit))))


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
