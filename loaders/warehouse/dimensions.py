"""The dimensions, as the headers of their tables declare them: how a row is found by its name, and how one is made.

A dimension is a table of `sql/dims` or `sql/bridges` whose header has `natural`. Its name is the table's without `dim_` or
`bridge_`, and an entity's field says `dimension = "<name>"` to mean it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from martlet.engine.relation import in_order
from martlet.engine.relations import relations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.engine.relation import Relation

__all__ = ["Dimension", "dimension_of", "dimensions"]


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A dimension whose rows a source can name.

    Attributes
    ----------
    name, table
        Such as `customer` and `star.dim_customer`.
    column
        Primary key of the table.
    natural
        Columns that tell rows apart in a source.
    parents
        Those natural columns that are keys of other dimensions, and the dimensions.
    alias
        SQL of another name by which a row is found if none has it as its own; None if there is none.
    alias_identifies
        Whether a row that goes by the other name alone is the row that has it: an address is its owner's, while two
        platforms may have a campaign of one name.
    folded, nothing
        Whether the letter case of a name does not matter, and a pattern of the texts in lower case that name no row.
    placeholder
        Columns of a row of which only the natural columns are known, as SQL over these.
    first_key
        Least key that a load gives.
    plural
        What the rows are called where a load says how many are new; None if it does not.
    tracked
        Columns whose earlier values are kept in `history`.
    """

    name: str
    table: str
    column: str
    columns: tuple[str, ...]
    natural: tuple[str, ...]
    parents: Mapping[str, Dimension]
    alias: str | None
    alias_identifies: bool
    folded: bool
    nothing: str
    placeholder: Mapping[str, str]
    first_key: int
    plural: str | None
    tracked: tuple[str, ...]

    @property
    def key(self) -> str:
        """What the key is called in the rows of a load."""
        return f"{self.name}_key"

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of an entity that give the natural columns of a dimension that has several."""
        return tuple(self.parents[name].name if name in self.parents else name for name in self.natural)

    @property
    def history(self) -> str:
        """Table that keeps the versions of rows, where columns are tracked."""
        return f"{self.table}_history"

    @property
    def has_placeholders(self) -> bool:
        """Whether the table says which rows are known only by name."""
        return "is_placeholder" in self.columns

    @property
    def is_dated(self) -> bool:
        """Whether the table says as of which day a row was described."""
        return "described_on" in self.columns

    @property
    def alias_column(self) -> str | None:
        """Column that the alias reads."""
        if self.alias is None:
            return None
        words = re.findall(r"\w+", self.alias)
        return next(column for column in self.columns if column in words)

    def names(self) -> str:
        """Return the SELECT of the `key` of each row and of its natural columns as texts, `n1`, `n2`, ..."""
        texts = [
            f"CAST({self._texts(column)} AS VARCHAR) AS n{number}"
            for number, column in enumerate(self.natural, 1)
        ]
        joins = " ".join(
            f"JOIN {parent.table} AS {parent.name} ON {parent.name}.{parent.column} = own.{column}"
            for column, parent in self.parents.items()
        )
        return f"SELECT own.{self.column} AS key, {', '.join(texts)} FROM {self.table} AS own {joins}"

    def aliases(self) -> str:
        """Return the SELECT of `key` and alias (`n1`) of the rows that have one."""
        return (
            f"SELECT min({self.column}) AS key, {self.alias} AS n1 FROM {self.table} "
            f"WHERE {self.column} <> 0 AND {self.alias} IS NOT NULL GROUP BY n1"
        )

    def add(self, named: str) -> str:
        """Return the INSERT of rows of which a table (`key`, `n1`, `n2`, ...) tells only the names."""
        texts = [
            f"{self.parents[column].name}.{self.parents[column].column} AS {column}"
            if column in self.parents
            else f"n{number} AS {column}"
            for number, column in enumerate(self.natural, 1)
        ]
        joins = " ".join(
            f"JOIN {parent.table} AS {parent.name} ON {self._texts(column)} = n{number}"
            for number, column in enumerate(self.natural, 1)
            if (parent := self.parents.get(column))
        )
        values = {self.column: "key", **{column: column for column in self.natural}, **self.placeholder}
        if self.has_placeholders:
            values["is_placeholder"] = "true"
        return (
            f"INSERT INTO {self.table} ({', '.join(values)}) SELECT {', '.join(values.values())} "
            f"FROM (SELECT {named}.key, {', '.join(texts)} FROM {named} {joins}) ORDER BY key"
        )

    def _texts(self, column: str) -> str:
        """Return a natural column, or that of the dimension whose key it is."""
        parent = self.parents.get(column)
        return f"{parent.name}.{parent.natural[0]}" if parent else f"own.{column}"


@cache
def dimensions() -> Mapping[str, Dimension]:
    """Return the dimensions by name, each after those that it refers to."""
    found: dict[str, Dimension] = {}
    for relation in in_order(relation for relation in relations() if "natural" in relation.unit.header):
        made = _dimension(relation, {known.table: known for known in found.values()})
        found[made.name] = made
    return found


def dimension_of(table: str) -> Dimension:
    """Return the dimension that a qualified table holds."""
    return next(dimension for dimension in dimensions().values() if dimension.table == table)


def _dimension(relation: Relation, known: Mapping[str, Dimension]) -> Dimension:
    header = relation.unit.header
    natural = tuple(header["natural"])
    parents = {
        key.columns[0]: known[key.references]
        for key in relation.keys
        if key.columns[0] in natural and key.references in known
    }
    for column, parent in parents.items():
        if len(parent.natural) != 1:
            message = f"natural names {column!r}, a key of {parent.table}, which has several natural columns"
            raise relation.unit.error(message, line=relation.unit.line_of("natural"))
    return Dimension(
        name=relation.name.partition("_")[2],
        table=relation.qualified,
        column=relation.keys[0].columns[0],
        columns=tuple(relation.unit.columns),
        natural=natural,
        parents=parents,
        alias=header.get("alias"),
        alias_identifies=header.get("alias_identifies", False),
        folded=header.get("folded", False),
        nothing=header.get("nothing", ""),
        placeholder=header.get("placeholder", {}),
        first_key=header.get("first_key", 1),
        plural=header.get("plural"),
        tracked=tuple(header.get("tracked", ())),
    )
