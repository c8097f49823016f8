"""Rows of a load as rows of their fact: the SQL of each column, from what a row tells and what the star knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging.adjusting import adjusted
from martlet.loaders.ingest.merging.equations import filled_by
from martlet.loaders.ingest.merging.tables import primary_key, quoted, sql_type
from martlet.loaders.warehouse.dimensions import dimensions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from martlet.loaders.ingest.merging.rows import KeyedRows
    from martlet.loaders.ingest.merging.staging import Staged
    from martlet.loaders.ingest.merging.tables import Column

__all__ = ["FactRows"]


@dataclass(frozen=True)
class FactRows:
    """Rows of `keyed` with the columns of their fact, of which `stored` are all."""

    staged: Staged
    keyed: KeyedRows
    stored: Mapping[str, Column]
    as_of: datetime

    @property
    def match(self) -> tuple[str, ...]:
        """Columns by which a row finds itself in the star."""
        entity = self.staged.entity
        return ("source_id",) if entity.id is not None else primary_key(entity.table)

    @property
    def keys(self) -> list[str]:
        """All keys to which the entity's fields can lead."""
        fields = self.staged.entity.fields.values()
        found = (field.key or dimensions()[field.dimension].key for field in fields if field.dimension)
        return list(dict.fromkeys(found))

    def values(self) -> dict[str, str]:
        """Return the SQL of each column that a row tells, but the number of the row."""
        entity = self.staged.entity
        fields = entity.fields
        by_column = {
            of.column: name for name, of in fields.items() if of.dimension is None and of.reference is None
        }
        values = {}
        for name, column in self.stored.items():
            if name == entity.id or name in entity.computed or name in entity.linked:
                continue
            if name in entity.columns:
                expression = entity.columns[name]
            elif name in fields and fields[name].reference is not None:
                expression = f"{name}__key"
            elif name in self.keys or name == "source_id":
                expression = name
            elif name in by_column:
                expression = quoted(by_column[name])
            elif name == "date_key" and entity.at is not None:
                at = entity.columns.get(entity.at, entity.at)
                expression = f"year({at}) * 10000 + month({at}) * 100 + day({at})"
            else:
                continue
            values[name] = column.filled(expression)
        return values

    def alone(self) -> str:
        """Return a subquery of `row`, `part` and the columns."""
        return f"(SELECT row, part, {self._selected()} FROM {self._derived(self._ready())})"

    def beside_stored(self) -> str:
        """Return a subquery of the same, with what a row does not tell from the stored row that it replaces.

        `stored_key` is not NULL where there is one, and `is_same` whether that says all this.
        """
        rows = self._derived(adjusted(self.staged, filled_by(self.staged, self._overlaid())))
        differs = " OR ".join(
            f"{quoted(name)} IS DISTINCT FROM {quoted('stored_' + name)}" for name in self.compared()
        )
        kept = ", ".join(quoted("stored_" + name) for name in self.compared())
        inner = f"SELECT row, part, stored_key, {self._selected()}{', ' + kept if kept else ''} FROM {rows}"
        names = ", ".join(quoted(name) for name in self.values())
        return (
            f"(SELECT row, part, stored_key, {names}, "
            f"stored_key IS NOT NULL AND NOT ({differs or 'false'}) AS is_same FROM ({inner}))"
        )

    def compared(self) -> list[str]:
        """Return the columns that a row replaces."""
        return [name for name in self.values() if name not in self.match]

    def _selected(self) -> str:
        return ", ".join(f"{value} AS {quoted(name)}" for name, value in self.values().items())

    def _derived(self, rows: str) -> str:
        derived = "".join(f", {sql} AS {name}" for name, sql in self.staged.entity.derived.items())
        return f"(SELECT *{derived} FROM {rows})"

    def _ready(self) -> str:
        """Return a subquery with all fields, keys and references of the entity; those that the rows lack are NULL."""
        entity, fed = self.staged.entity, self.staged.fed
        selected = ["row", "part", f"TIMESTAMP '{self.as_of}' AS as_of"]
        if entity.id is not None:
            selected.append("source_id")
        for name, of in entity.fields.items():
            is_fed = name in fed
            selected.append(quoted(name) if is_fed else f"CAST(NULL AS {sql_type(of)}) AS {quoted(name)}")
            if of.reference is not None:
                further = [f"{name}__key", *(f"{name}__{column}" for column in of.takes)]
                selected += further if is_fed else [f"NULL AS {column}" for column in further]
        for key in self.keys:
            value = key if key in self.keyed.columns else "CAST(NULL AS INTEGER)"
            if key == "channel_key" and "campaign_key" in self.keyed.columns:
                value = f"coalesce({value}, campaign__channel_key)"
            selected.append(f"{value} AS {key}")
        return f"(SELECT {', '.join(selected)} FROM {self.keyed.table})"

    def _overlaid(self) -> str:
        """Return a subquery of ready rows over the stored rows that they replace."""
        entity = self.staged.entity
        stored, values = self.stored, self.values()
        selected = ["new.row", "new.part", "new.as_of", "old.stored_key"]
        if entity.id is not None:
            selected.append("new.source_id")
        for name, of in entity.fields.items():
            value = f"new.{quoted(name)}"
            if of.dimension is None and of.reference is None and of.column in stored:
                known = f"CAST({stored[of.column].known('old')} AS {sql_type(of)})"
                if self.staged.is_addition and name in entity.sums:
                    value = f"coalesce({value} + {known}, {value})"
                value = f"coalesce({value}, {known})"
            selected.append(f"{value} AS {quoted(name)}")
            if of.reference is not None:
                key = f"new.{name}__key"
                if name in stored:
                    key = f"coalesce({key}, old.{quoted(name)})"
                selected += [f"{key} AS {name}__key", *(f"new.{name}__{column}" for column in of.takes)]
        for key in self.keys:
            old = f", {stored[key].known('old')}" if key in stored else ""
            selected.append(f"coalesce(new.{key}{old}) AS {key}")
        selected += [f"old.{quoted(name)} AS {quoted('stored_' + name)}" for name in self.compared()]
        named = {name for equation in entity.equations for name in equation.follows}
        named |= {name for rule in entity.adjustments for name in (rule.column, rule.by) if name}
        selected += [f"new.{quoted(name)} IS NOT NULL AS told_{name}" for name in sorted(named)]
        matched = ", ".join(f"{values[name]} AS match_{name}" for name in self.match)
        on = " AND ".join(f"old.{quoted(name)} = new.match_{name}" for name in self.match)
        # A column that is NULL in no row.
        key = quoted(entity.id or self.match[0])
        return (
            f"(SELECT {', '.join(selected)} FROM (SELECT *, {matched} FROM {self._ready()}) AS new "
            f"LEFT JOIN (SELECT *, {key} AS stored_key FROM {entity.table}) AS old ON {on})"
        )
