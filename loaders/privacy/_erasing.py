"""A person taken out of a warehouse, as the SELECTs that copy its tables into an empty file without them.

Nothing of the person is ever written into the new file, so no block of it, in use or free, can hold it. What is erased:

- in their rows (`customer_key`): the columns that a relation's header calls personal, and each identifier of theirs inside a text;
- of their browsers: the id of the cookie, there and inside any other text;
- in tables that belong to nobody (the quarantine, examples of checks and changes): the personal columns of each row that mentions
  their id or address as a word, or both their names;
- anywhere else: their address inside any text.

An identifier becomes the name that stands for it, so that what was unique stays unique, and a source that sends the row again is
understood (`loaders.forgotten`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from martlet.engine.relation import quote
from martlet.engine.relations import relations
from martlet.loaders.privacy.forgotten import mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import duckdb

    from martlet.engine.relation import Relation

__all__ = ["OLD", "Person", "columns_of", "copied", "erased_rows", "tables"]

# Name under which the file that holds the person is attached.
OLD: Final = "before"
_ID: Final = "customer_id"
_ERASED: Final = "(forgotten)"
# What may stand before an identifier that is not a part of a longer one.
_BEFORE: Final = "(?i)(^|[^0-9A-Za-z._%+@-])"


@dataclass(frozen=True)
class Person:
    """Who is to be forgotten: one person's accounts by key, and all that they are called.

    Attributes
    ----------
    accounts
        For each `customer_key` the customer id and the name that will stand for it.
    emails
        Their addresses in lower case, with the name that will stand for each.
    visitors
        The ids of their browsers in the sources, with the names that will stand for them.
    names
        Pairs of first and last name.
    sources
        Identifiers of rows of theirs, as the source wrote them, that hold one of the above.
    """

    accounts: Mapping[int, tuple[str, str]]
    emails: Mapping[str, str]
    visitors: Mapping[str, str]
    names: tuple[tuple[str, str], ...]
    sources: tuple[str, ...] = ()

    @property
    def keys(self) -> str:
        """The keys of the accounts, as a list in SQL."""
        return ", ".join(map(str, self.accounts))

    @property
    def identifiers(self) -> dict[str, str]:
        """All that they are called but their names, with the name that stands for each; an id that is an address is an id."""
        return {**self.visitors, **self.emails, **dict(self.accounts.values())}

    def renamed(self, text: str) -> str:
        """Return the SQL of a text of theirs with the names that stand for them."""
        for identifier, stand_in in self.identifiers.items():
            pattern, new = quote(mention(identifier)), quote("\\1" + stand_in + "\\2")
            # Twice, since of two that share what stands between them the second is not seen at first.
            text = f"regexp_replace(regexp_replace({text}, {pattern}, {new}, 'g'), {pattern}, {new}, 'g')"
        return text

    def named_in(self, text: str) -> str:
        """Return the SQL whether a text of one of their own rows names them."""
        return _any(f"regexp_matches({text}, {quote(mention(word))})" for word in self.identifiers)

    def known_in(self, text: str) -> str:
        """Return the SQL whether a text of any row holds an address or a browser of theirs, and not as the end of a longer one."""
        words = {*self.emails, *self.visitors}
        return _any(
            f"(contains(lower({text}), {quote(word.lower())}) "
            f"AND regexp_matches({text}, {quote(f'{_BEFORE}{re.escape(word)}($|[^0-9A-Za-z_-])')}))"
            for word in sorted(words)
        )

    def mentioned_in(self, text: str) -> str:
        """Return the SQL whether a text that may be about anybody is about them."""
        # Not a part of a number either.
        after = "($|[^0-9A-Za-z._%+@-]|[.]($|[^0-9A-Za-z]))"
        # What is flagged may be called by the number of its row, which is nobody's id.
        words = (
            f"(regexp_matches({text}, {quote(f'{_BEFORE}{re.escape(word)}{after}')}) AND {text} <> {quote(f'row {word}')})"
            for word, _ in self.accounts.values()
        )
        names = (
            " AND ".join(f"regexp_matches({text}, {quote(mention(name))})" for name in pair)
            for pair in self.names
        )
        return _any((*words, *(f"({both})" for both in names), self.known_in(text)))


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
    sql = (
        "SELECT old.column_name, new.data_type, new.column_default, new.is_nullable "
        "FROM duckdb_columns() AS new INNER JOIN duckdb_columns() AS old USING (schema_name, table_name, column_name) "
        "WHERE new.database_name = current_database() AND old.database_name = $old "
        "AND schema_name = $schema AND table_name = $name ORDER BY new.column_index"
    )
    bound = {"old": OLD, "schema": relation.schema, "name": relation.name}
    return [
        _Column(name, kind, default or "NULL", nullable)
        for name, kind, default, nullable in connection.execute(sql, bound).fetchall()
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
    differs = _any(f"{name} IS DISTINCT FROM {new}" for name, new in changes.items())
    sql = f"SELECT count(*) FROM {OLD}.{relation.qualified} WHERE {differs}"
    return int(connection.execute(sql).fetchall()[0][0])


def _changes(relation: Relation, columns: list[_Column], person: Person) -> dict[str, str]:
    """Return the SQL of each column that is not copied as it is."""
    personal = relation.unit.header.get("personal", ())
    texts = [column.name for column in columns if column.kind == "VARCHAR"]
    has_customer = any(column.name == "customer_key" for column in columns)
    theirs = f"customer_key IN ({person.keys})"
    about = (
        theirs if has_customer else _any(f"coalesce({person.mentioned_in(name)}, false)" for name in texts)
    )
    changes = {}
    for column in columns:
        name, cases = column.name, []
        if name in personal:
            is_required = not column.is_nullable and column.default == "NULL"
            emptied = quote(_ERASED) if is_required else column.default
            cases.append((about, f"CAST({emptied} AS {column.kind})"))
        elif name == _ID and relation.name == "dim_customer":
            cases += [(f"customer_key = {key}", quote(token)) for key, (_, token) in person.accounts.items()]
        elif name in texts and has_customer:
            cases.append((f"{theirs} AND {person.named_in(name)}", person.renamed(name)))
        elif name in texts and personal:
            cases.append((person.mentioned_in(name), person.renamed(name)))
        # Who has the same address is the same person, so what says who others are holds none of theirs.
        if name in texts and not (has_customer and name in personal):
            own = f"{name} IN ({', '.join(map(quote, person.sources))})" if person.sources else "false"
            cases.append(
                (_any((person.known_in(name), *((own,) * (not has_customer)))), person.renamed(name))
            )
        cases = [(condition, new) for condition, new in cases if condition != _any(())]
        if cases:
            whens = " ".join(f"WHEN {condition} THEN {new}" for condition, new in cases)
            changes[name] = f"CASE {whens} ELSE {name} END"
    return changes


def _any(conditions: Iterable[str]) -> str:
    """Join conditions by OR; without any it is false."""
    return "(" + (" OR ".join(conditions) or "false") + ")"
