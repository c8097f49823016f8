"""A person taken out of a warehouse, as the SELECTs that copy its tables into an empty file without them.

Nothing of the person is ever written into the new file, so no block of it, in use or free, can hold it. What is erased:

- in their rows (`customer_key`): the columns that a relation's header calls personal, and each identifier of theirs inside a text;
- of their browsers: the id of the cookie, there and inside any other text;
- in tables that belong to nobody (the quarantine, examples of checks and changes): the personal columns of each row that mentions
  their id or address as a word, their first and last name together, or both as cells of a row;
- in what tells of loads (names of files): their id as a word, if it is no short number;
- anywhere else, names of campaigns, products and pages included: their address, their id if it stands out, and first and last name
  together, inside any text.

A name that is also one of the company's own things (somebody is called Summer Sale) is left where the thing is named, and told. It is one
of these if it names something that rows of others refer to (`loaders.privacy._things`).

An identifier becomes the name that stands for it, so that what was unique stays unique, and a source that sends the row again is
understood (`loaders.privacy.forgotten`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import duckdb

from martlet.engine.relation import quote
from martlet.engine.relations import relations
from martlet.loaders.privacy._mentions import is_text
from martlet.loaders.privacy._person import NEVER, OLD, any_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from martlet.engine.relation import Relation
    from martlet.loaders.privacy._person import Person

__all__ = ["columns_of", "copied", "erased_rows", "tables"]

_ID: Final = "customer_id"
_EXAMPLES: Final = "load_change"
_ERASED: Final = "(forgotten)"
# Column that names a file.
_FILE: Final = "source"
# Columns that say which customer a row is about.
_WHO: Final = ("first_name", "last_name", "email")


@dataclass(frozen=True)
class _Column:
    name: str
    kind: str
    default: str
    is_nullable: bool


def tables() -> Iterator[Relation]:
    """Return the tables of a warehouse."""
    return (relation for relation in relations() if relation.kind == "table")


def columns_of(connection: duckdb.DuckDBPyConnection, relation: Relation) -> list[_Column]:
    """Return the columns of a table of the old file that the new one has too."""
    # Not duckdb_columns(), which describes each view of both files to answer.
    sql = 'SELECT name, type, dflt_value, NOT "notnull" FROM pragma_table_info($name)'
    try:
        found = connection.execute(sql, {"name": f"{OLD}.{relation.qualified}"}).fetchall()
    except duckdb.CatalogException:  # An older version of Martlet did not have the table.
        return []
    old = {name for name, *_ in found}
    return [
        _Column(name, kind, default or "NULL", nullable)
        for name, kind, default, nullable in connection.execute(sql, {"name": relation.qualified}).fetchall()
        if name in old
    ]


def copied(connection: duckdb.DuckDBPyConnection, relation: Relation, person: Person) -> str:
    """Return the INSERT that copies a table without the person."""
    columns = columns_of(connection, relation)
    changes = _changes(relation, columns, person)
    selected = ", ".join(f"{changes.get(column.name, column.name)} AS {column.name}" for column in columns)
    return f"INSERT INTO {relation.qualified} BY NAME SELECT {selected} FROM {OLD}.{relation.qualified}"


def erased_rows(connection: duckdb.DuckDBPyConnection, relation: Relation, person: Person) -> int:
    """Return in how many rows of a table something is erased."""
    columns = columns_of(connection, relation)
    changes = _changes(relation, columns, person)
    if not changes:
        return 0
    differs = any_of(f"{name} IS DISTINCT FROM {new}" for name, new in changes.items())
    sql = f"SELECT count(*) FROM {OLD}.{relation.qualified} WHERE {differs}"
    return int(connection.execute(sql).fetchall()[0][0])


def _changes(relation: Relation, columns: list[_Column], person: Person) -> dict[str, str]:
    """Return the SQL of each column that is not copied as it is."""
    personal = relation.unit.header.get("personal", ())
    texts = [column.name for column in columns if column.kind == "VARCHAR"]
    has_customer = any(column.name == "customer_key" for column in columns)
    theirs, owned = f"customer_key IN ({person.keys})", person.owns([column.name for column in columns])
    about = theirs if has_customer else _about(relation, texts, person)
    changes = {}
    for column in columns:
        name, cases = column.name, []
        there = person.at(f"{relation.qualified}.{name}")
        if name in personal:
            is_required = not column.is_nullable and column.default == "NULL"
            emptied = quote(_ERASED) if is_required else column.default
            cases.append((about, f"CAST({emptied} AS {column.kind})"))
        elif name == _ID and relation.name == "dim_customer":
            cases += [(f"customer_key = {key}", quote(token)) for key, (_, token) in person.accounts.items()]
        elif name in texts and has_customer:
            cases.append((f"{owned} AND {there.named_in(name)}", there.renamed(name)))
        elif name == _FILE and relation.schema in ("meta", "quarantine"):
            named = replace(person, names={**person.names, **person.things})
            told = any_of((person.numbered_in(name), named.called_in(name)))
            cases.append((told, named.renamed(name, is_theirs=False)))
        elif name in texts and personal:
            cases.append((there.mentioned_in(name), there.renamed(name)))
        # Who has the same address is the same person, and others may have the same name.
        if name in texts and not (has_customer and name in _WHO):
            anywhere = _anywhere(relation, name, there, is_anybodys=not has_customer)
            cases.append((anywhere, there.renamed(name, is_theirs=False)))
        cases = [(condition, new) for condition, new in cases if condition != NEVER]
        if cases:
            whens = " ".join(f"WHEN {condition} THEN {new}" for condition, new in cases)
            changes[name] = f"CASE {whens} ELSE {name} END"
    return changes


def _about(relation: Relation, texts: list[str], person: Person) -> str:
    """Return the SQL whether a row of a table that belongs to nobody is about the person."""
    there = person.at(relation.qualified)
    # A file that is called after them holds rows of others too.
    told = [there.mentioned_in(name) for name in texts if name != _FILE]
    if relation.schema == "meta":
        told += [there.held_in(name) for name in relation.unit.header.get("personal", ())]
    if relation.name == _EXAMPLES:
        told.append(there.quoted_in("examples"))
    return any_of(f"coalesce({one}, false)" for one in told)


def _anywhere(relation: Relation, name: str, person: Person, *, is_anybodys: bool) -> str:
    """Return the SQL whether a text of any row names the person, or is the identifier of a row of theirs."""
    found = [person.known_in(name)]
    if is_anybodys and person.sources:
        found.append(f"{name} IN ({', '.join(map(quote, person.sources))})")
    if (relation.name, name) != ("dim_customer", _ID):
        found.append(person.called_in(name))
        if relation.schema == "star" and is_text(name):
            found.append(person.labelled_in(name))
    return any_of(found)
