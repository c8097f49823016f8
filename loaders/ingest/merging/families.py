"""Families of fields, such as what a customer spent by category: each field a row of a table of the family's own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from martlet.loaders.ingest.entity import Entity, Field
from martlet.loaders.ingest.merging.facts import merge_facts
from martlet.loaders.ingest.merging.staging import Staged
from martlet.loaders.ingest.merging.tables import primary_key, quoted

if TYPE_CHECKING:
    from martlet.loaders.ingest.entity import Each
    from martlet.loaders.ingest.merging.hook import FileLoad

__all__ = ["merge_family"]


def merge_family(load: FileLoad, table: Staged, each: Each) -> None:
    """Write fields of a family, such as `spend.Wine`, each into a row of the family's own table."""
    connection = load.connection
    names = [name for name in table.fed if name.startswith(f"{each.prefix}.")]
    if not names:
        return
    keys = [name for name in table.entity.key if name in table.fed]
    picked = ", ".join(quoted(name) for name in keys)
    parts = [
        f"SELECT row, CAST({position} AS INTEGER) AS part, content, {picked}, $word_{position} AS {each.column}, "
        f"{quoted(name)} AS {each.value} FROM {table.name} WHERE {quoted(name)} IS NOT NULL"
        for position, name in enumerate(names)
    ]
    words = {f"word_{position}": name.partition(".")[2] for position, name in enumerate(names)}
    staged = f"staged_{each.prefix}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {staged} AS {' UNION ALL '.join(parts)}", words)
    entity = Entity(
        name=f"{table.entity.name}.{each.prefix}",
        doc=each.field.doc,
        table=each.table,
        key=(*table.entity.key, each.column),
        fields={
            **{name: table.entity.fields[name] for name in table.entity.key},
            each.column: Field(name=each.column, type="text", doc="", column=each.column),
            each.value: replace(each.field, name=each.value, column=each.value),
        },
        at=table.entity.at,
        columns={name: sql for name, sql in table.entity.columns.items() if name in table.entity.key},
    )
    fed = (*keys, each.column, each.value)
    rows = Staged(entity, staged, fed, is_main=False)
    outcome, keyed = merge_facts(connection, rows, load.as_of)
    keyed.drop(connection)
    load.result.others[entity.name] = outcome
    load.result.tables[each.table] += 1
    rows.drop(connection)
    same = " AND ".join(f"part.{key} = whole.{key}" for key in primary_key(table.entity.table))
    connection.execute(
        f"UPDATE {table.entity.table} AS whole SET {each.total} = part.total FROM (SELECT "
        f"{', '.join(primary_key(table.entity.table))}, sum({each.value}) AS total FROM {each.table} GROUP BY ALL) AS part "
        f"WHERE {same} AND whole.{each.total} IS NULL"
    )
