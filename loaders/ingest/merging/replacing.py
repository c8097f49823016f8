"""Rows of an entity whose loads take the place of each other: counted as they are, without a key in the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging.outcome import Outcome
from martlet.loaders.ingest.merging.tables import columns_of, count, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from martlet.loaders.ingest.entity import Entity
    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["append", "clear"]


def clear(connection: duckdb.DuckDBPyConnection, fed: Iterable[Entity]) -> None:
    """Delete what earlier loads told of the entities that replace it."""
    for entity in fed:
        if entity.replaces:
            connection.execute(f"DELETE FROM {entity.table}")


def append(connection: duckdb.DuckDBPyConnection, staged: Staged) -> Outcome:
    """Append the staged rows, numbered on in the order of the file."""
    entity = staged.entity
    stored = {column.name: column for column in columns_of(connection, entity.table)}
    told = [(stored[of.column], name) for name, of in entity.fields.items() if name in staged.fed]
    values = ", ".join(f"{column.filled(quoted(name))} AS {quoted(column.name)}" for column, name in told)
    connection.execute(
        f"INSERT INTO {entity.table} BY NAME SELECT (SELECT coalesce(max({entity.id}), 0) FROM {entity.table}) "
        f"+ row_number() OVER (ORDER BY row) AS {entity.id}, {values} FROM {staged.name} ORDER BY row"
    )
    return Outcome(loaded=count(connection, staged.name))
