"""A relation of the warehouse: what is created from one SQL file, and the order in which several can be created.

The folder decides what a file becomes (`FOLDERS`); the order of creation is found in the SQL itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from martlet.engine import keys
from martlet.engine.errors import UnitError
from martlet.engine.units import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "FOLDERS",
    "SCHEMAS",
    "Folder",
    "Relation",
    "comments_on",
    "in_order",
    "quote",
]


@dataclass(frozen=True)
class Folder:
    """What the files of one folder of `sql/` become; the files of `macros/` are templates, so that a long series is written once."""

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
    "model": Folder("model", "table"),
    "macros": Folder("main", "macro"),
    "macros/stats": Folder("stats", "macro"),
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
        `kind` is `type`, `table`, `view`, `stored` (a table made by a SELECT, of a mart or a query), `macro`, `check`, or `pack`.
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

    def as_stored(self) -> Relation:
        """Return it with only the statement that makes its rows anew, without the macro beside it."""
        return replace(
            self, creates=tuple(sql for sql in self.creates if sql.startswith("CREATE OR REPLACE TABLE "))
        )

    @classmethod
    def all_from(cls, said: Iterable[Mapping[str, Any]]) -> tuple[Relation, ...]:
        """Return relations that `asdict` was made of, and then lists of tuples and sets."""
        return tuple(map(cls._from, said))

    @classmethod
    def _from(cls, said: Mapping[str, Any]) -> Relation:
        return cls(
            unit=Unit(**said["unit"]),
            schema=said["schema"],
            name=said["name"],
            kind=said["kind"],
            creates=tuple(said["creates"]),
            comments=tuple(said["comments"]),
            reads=frozenset(said["reads"]),
            keys=tuple(
                keys.Key(**{**key, "columns": tuple(key["columns"]), "target": tuple(key["target"])})
                for key in said["keys"]
            ),
        )


def quote(text: str) -> str:
    """Return `text` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


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


def comments_on(what: str, qualified: str, comment: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the COMMENT ON statements for a table or view and its columns."""
    table = f"COMMENT ON {what} {qualified} IS {quote(comment)}"
    return (
        table,
        *(f'COMMENT ON COLUMN {qualified}."{name}" IS {quote(doc)}' for name, doc in columns.items()),
    )
