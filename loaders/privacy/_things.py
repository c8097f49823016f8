"""Names of people that are also names of things: of a campaign, a product, a page that belongs to others too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from martlet.loaders.privacy._erasing import tables
from martlet.loaders.privacy._person import OLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from martlet.engine.relation import Relation
    from martlet.loaders.privacy._person import Person

    _Known = tuple[Relation, dict[str, str]]

__all__ = ["things_called"]

# Columns in which something has its name; any other is an attribute, such as a city.
_NAMED: Final = frozenset(
    [
        *("campaign_id", "product_id", "experiment_id", "source_id", "name", "path", "title", "subject_line"),
        *("brand", "category", "subcategory", "ad_group", "ad", "keyword", "creative"),
    ]
)


def things_called(connection: duckdb.DuckDBPyConnection, person: Person) -> dict[tuple[str, str], list[str]]:
    """Return, for each pair of first and last name, the columns in which something that is not theirs alone is called so.

    That is a member of a dimension to which a row of a fact refers that is not theirs, or a row of a fact that is nobody's. Columns of rows
    of others that were set aside follow, if they hold the name.
    """
    found: dict[tuple[str, str], list[str]] = {}
    sql = f"SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = '{OLD}'"
    columns: dict[str, dict[str, str]] = {}
    for table, name, kind in connection.execute(sql).fetchall() if person.names else ():
        columns.setdefault(table, {})[name] = kind
    here = [(relation, columns[relation.qualified]) for relation in tables() if relation.qualified in columns]
    for pair, stand_in in person.names.items():
        alone = replace(person, names={pair: stand_in})
        for relation, names in here:
            if relation.unit.folder in ("dims", "facts") and "customer_key" not in names:
                sql = _called(relation, names, here, alone)
                rows = connection.execute(sql).fetchall() if sql else []
                if places := [f"{relation.qualified}.{name}" for name, number in rows if number]:
                    found.setdefault(pair, []).extend(places)
        if pair in found:
            found[pair] += _set_aside(connection, here, alone)
    return found


def _set_aside(connection: duckdb.DuckDBPyConnection, here: Sequence[_Known], person: Person) -> list[str]:
    """Return the columns of rows set aside that hold the name, and are not the person's by id or address."""
    nameless, found = replace(person, names={}), []
    for relation, columns in here:
        texts = [name for name, kind in columns.items() if kind == "VARCHAR" and name != "source"]
        if relation.schema == "quarantine" and texts:
            about = " OR ".join(f"coalesce({nameless.mentioned_in(name)}, false)" for name in texts)
            counts = ", ".join(f"count(*) FILTER ({person.called_in(name)})" for name in texts)
            sql = f"SELECT {counts} FROM {OLD}.{relation.qualified} WHERE NOT ({about})"
            (numbers,) = connection.execute(sql).fetchall()
            found += [
                f"{relation.qualified}.{name}" for name, number in zip(texts, numbers, strict=True) if number
            ]
    return found


def _called(relation: Relation, columns: dict[str, str], here: Sequence[_Known], person: Person) -> str:
    """Return the SELECT of a table's columns of text, with how many rows hold the name that are not the person's alone."""
    shared = "true"
    if relation.unit.folder == "dims":
        key = relation.keys[0].columns[0]
        using = [
            _users(fact, names, key, person)
            for fact, names in here
            if fact.unit.folder == "facts" and key in names
        ]
        shared = f"{key} IN ({' UNION ALL '.join(using)})" if using else "false"
    return " UNION ALL ".join(
        f"SELECT '{name}', count(*) FROM {OLD}.{relation.qualified} WHERE {person.called_in(name)} AND {shared}"
        for name, kind in columns.items()
        if kind == "VARCHAR" and name in _NAMED
    )


def _users(fact: Relation, columns: dict[str, str], key: str, person: Person) -> str:
    """Return the SELECT of the keys to which rows of a fact refer that are not the person's."""
    others = []
    if "customer_key" in columns:
        others.append(f"customer_key NOT IN ({person.keys})")
    if "visitor_id" in columns:
        theirs = f"SELECT visitor_id FROM {OLD}.star.bridge_visitor WHERE customer_key IN ({person.keys})"
        others.append(f"visitor_id NOT IN ({theirs})")
    return f"SELECT {key} FROM {OLD}.{fact.qualified} WHERE {' AND '.join(others) or 'true'}"
