"""What a dimension's row says after a file: what the file tells, over or under what was known before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging.rows import ComposedRows
from martlet.loaders.ingest.merging.tables import columns_of, quoted, sql_type
from martlet.loaders.warehouse.dimensions import dimensions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.rows import GatheredRows
    from martlet.loaders.ingest.merging.staging import Staged
    from martlet.loaders.ingest.merging.tables import Column
    from martlet.loaders.warehouse.dimensions import Dimension

__all__ = ["compose"]


def compose(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    of: Dimension,
    gathered: GatheredRows,
    as_of: datetime,
) -> ComposedRows:
    """Give gathered rows all columns of the dimension that the file tells."""
    stored = {column.name: column for column in columns_of(connection, of.table)}
    composition = _Composition(staged, of, stored, gathered)
    values = composition.values()
    composed = ComposedRows("composed", tuple(values))
    selected = ", ".join(f"{value} AS {quoted(name)}" for name, value in values.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {composed.table} AS SELECT row, times, {selected} FROM {composition.rows(as_of)}"
    )
    return composed


@dataclass(frozen=True)
class _Composition:
    """How gathered rows and those of the dimension, of which `stored` are all columns, become one."""

    staged: Staged
    of: Dimension
    stored: Mapping[str, Column]
    gathered: GatheredRows

    @property
    def keys(self) -> set[str]:
        """Keys of other dimensions to which the entity's fields can lead."""
        fields = self.staged.entity.fields.values()
        return {field.key or dimensions()[field.dimension].key for field in fields if field.dimension}

    def rows(self, as_of: datetime) -> str:
        """Return a subquery with all fields of the entity, as they are known now, and the old columns as `old_<name>`."""
        entity, of = self.staged.entity, self.of
        selected = [
            "new.row",
            "new.times",
            f"new.key AS {of.column}",
            f"TIMESTAMP '{as_of}' AS as_of",
            f"CASE WHEN new.by_alias THEN old.{of.natural[0]} ELSE new.natural_id END AS natural_id",
        ]
        selected += [
            f"{self._field(name)} AS {quoted(name)}" for name in entity.fields if name != entity.key[0]
        ]
        selected += [
            f"{f'new.{name}' if name in self.gathered.keys else 'CAST(NULL AS INTEGER)'} AS {name}"
            for name in sorted(self.keys - {of.column})
        ]
        selected += [f"old.{quoted(name)} AS {quoted('old_' + name)}" for name in self.stored]
        derived = "".join(f", {sql} AS {name}" for name, sql in entity.derived.items())
        return (
            f"(SELECT *{derived} FROM (SELECT {', '.join(selected)} FROM {self.gathered.table} AS new "
            f"LEFT JOIN {of.table} AS old ON old.{of.column} = new.key))"
        )

    def _field(self, name: str) -> str:
        field = self.staged.entity.fields[name]
        type_ = sql_type(field)
        value = f"new.{quoted(name)}" if name in self.staged.fed else f"CAST(NULL AS {type_})"
        if field.dimension is not None or field.column not in self.stored:
            return value
        known = self.stored[field.column].known("old")
        if self.of.placeholder.get(field.column) == self.of.natural[0]:
            known = f"nullif({known}, old.{self.of.natural[0]})"
        return self._completed(value, f"CAST({known} AS {type_})")

    def values(self) -> dict[str, str]:
        """Return the SQL of each column of the dimension that the file can tell of."""
        entity, of, keys = self.staged.entity, self.of, self.keys
        values = {of.column: of.column, of.natural[0]: "natural_id"}
        if of.has_placeholders:
            values["is_placeholder"] = (
                "false" if self.staged.is_main else "coalesce(old_is_placeholder, true)"
            )
        if of.is_dated and self.staged.is_main:
            values["described_on"] = "CAST(as_of AS DATE)"
        by_column = {field.column: name for name, field in entity.fields.items() if field.dimension is None}
        for name, column in self.stored.items():
            if name in values or name == "described_on":
                continue
            expression = entity.columns.get(name) or (name if name in keys else by_column.get(name))
            if expression is None:
                continue
            if expression in keys:
                kept = f"nullif({quoted('old_' + name)}, 0)"
                expression = self._completed(f"nullif({expression}, 0)", kept)
            values[name] = column.filled(f"coalesce({expression}, {quoted('old_' + name)})")
        return values

    def _completed(self, new: str, known: str) -> str:
        """Return what is known of a row after a file: who describes it overrules, who mentions it completes.

        `known` is what is stored, a default or a placeholder's name being nothing known.
        """
        return f"coalesce({new}, {known})" if self.staged.is_main else f"coalesce({known}, {new})"
