"""What the files of `entities/` declare: which fields a kind of row has, and where in the star it belongs.

An entity is one kind of thing that a source can tell about (an order, a visit, a customer). Its file names the table of
the star, the natural key, and the fields with their types and limits; profiles feed these fields from columns.
"""

from __future__ import annotations

# ruff: noqa: TC001, TC003  (the annotations are evaluated, to read tables by them)
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from martlet.engine.declared import Key, Name, Place, read
from martlet.engine.declared_types import Number, Texts
from martlet.engine.errors import UnitError, UnknownNameError, did_you_mean
from martlet.loaders.ingest.types import FieldType

__all__ = ["Adjustment", "Detail", "Each", "Entity", "Equation", "Field", "entities", "entity"]

# The bounds of fields that declare none: counts are stored as INTEGER, money as DECIMAL(18, 2), and sums of ten must fit.
_LIMITS = {
    "money": {"min": -999_999_999_999_999, "max": 999_999_999_999_999},
    "count": {"max": 2**31 - 1},
}
_FOLDER = files("martlet.loaders.ingest") / "entities"


def _spellings(value: Any, place: Place) -> dict[str, str]:
    """Return each spelling of each word, in lower case, with the word."""
    return {
        spelling.lower(): word for word, others in place.table(value).items() for spelling in (word, *others)
    }


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of an entity.

    Attributes
    ----------
    required
        A row without a value, or with an impossible one, is set aside; of an optional field the cell is left empty.
    may_lack
        Whether a file needs no column for a required field: what its rows mean without one is known.
    min, max
        Bounds of numbers, both included.
    min_years_ago, max_years_ago
        Bounds of dates and years, counted back from the day of the load.
    impossible
        Values within the bounds that are known to stand for nothing.
    decimals
        Decimals of money that are kept until rows are added up; what stands alone is rounded to the cent as it is read.
    outliers
        Whether values far from the others are flagged.
    words
        Spellings, in lower case, and the word each stands for; that word's own spelling is among them.
    is_open
        Whether words that are not in `words` are kept; else they are `other`, or unreadable if that is None.
    dimension
        The dimension to which the value is resolved, and `key` the column that takes the key. A value that is unknown
        becomes a placeholder member. Of several fields for one member the first given counts.
    reference
        The entity to whose rows the value refers, and `takes` the columns of it that [columns] may use, as
        `<field>__<column>`.
    column
        The column of the star that takes the value.
    decides
        The field, a status, that this one helps to decide and then leaves: of all that is said of an order, what speaks most
        against a sale counts. A mark that is set says `means`.
    turns
        What some statuses mean in this field, where it is not what they mean elsewhere.
    excludes
        Why a row in which this is true can't feed the entity.
    """

    name: Annotated[str, Name()]
    type: FieldType
    doc: str
    required: bool = False
    may_lack: bool = False
    min: Number | None = None
    max: Number | None = None
    min_years_ago: int | None = None
    max_years_ago: int | None = None
    impossible: tuple[Number, ...] = ()
    decimals: int = 2
    outliers: bool = False
    words: Annotated[Mapping[str, str], _spellings] = field(default_factory=dict)
    is_open: Annotated[bool, Key("open")] = False
    other: str | None = None
    dimension: str | None = None
    reference: str | None = None
    takes: tuple[str, ...] = ()
    key: str | None = None
    column: str = ""
    decides: str | None = None
    means: str | None = None
    turns: Mapping[str, str] = field(default_factory=dict)
    excludes: str | None = None


def _field(value: Any, place: Place) -> Field:
    table = place.table(value)
    limits = _LIMITS.get(str(table.get("type")), {})
    return read(Field, {"column": place.name} | limits | table, place)


@dataclass(frozen=True)
class Adjustment:
    """Where `when` holds, `column` becomes `to` (SQL over the fields), because of the rule that `doc` states.

    A value of the column `by` that is an outlier, and that no equation confirms, decides nothing.
    """

    column: str
    when: str
    to: str
    doc: str
    by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Equation:
    """Fields of a row that must agree; see `merging.equations`.

    Attributes
    ----------
    doc
        The equation, for people.
    result
        The field that counts where nothing says which is wrong.
    solved
        Each field, as SQL over the others.
    absent
        What a field stands for where it is not told, as SQL.
    within
        How much rounding may make of a difference, as SQL.
    follows
        Fields that follow, in this order, where a later file corrects others and does not tell them.
    """

    doc: str
    result: str
    solved: Mapping[str, str]
    absent: Mapping[str, str] = field(default_factory=dict)
    within: str = "0"
    follows: tuple[str, ...] = ()


def _family_field(value: Any, place: Place) -> Field:
    return _field(value, replace(place, name=place.key.split(".")[-2]))


@dataclass(frozen=True)
class Each:
    """Fields named `<prefix>.<word>`: each a row of `table`, the word in `column` and the value in `value`.

    Where the entity's own column `total` is not told, it is their sum.
    """

    prefix: Annotated[str, Name()]
    table: str
    column: str
    value: str
    total: str
    field: Annotated[Field, _family_field]


@dataclass(frozen=True)
class Detail:
    """A table, numbered by `id`, that keeps rows which are finer than the key, told apart by `fields` beside it."""

    table: str
    id: str
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A kind of row and its place in the star.

    Attributes
    ----------
    table
        Qualified name of the star's table.
    id
        Column of the fact's own number, given by the loader; the source's text is kept in `source_id`. None if the
        table has no such number.
    key
        Fields that identify a row in the source; none if the entity `replaces`.
    needs
        Groups of fields of which a row must give one at least.
    replaces
        Whether a load takes the place of what earlier loads told, each of its rows counting by itself. Such rows stand
        apart from the rest of the star, so that they may be loaded beside a synthetic company.
    identity
        Fields that tell rows apart where the key is not given.
    owner
        Field that a later row with the same key may not change.
    at
        Field that holds the moment of the row.
    fields
        By name.
    equations
        What fields of a row must agree on.
    adjustments
        What is made consistent before rows go in, counted.
    derived
        Names that `columns` may use, as SQL over fields.
    columns
        Columns of the table that hold more than the field of the same name, as SQL over fields, keys, and `as_of`,
        the moment of the load.
    computed
        Columns that depend on all rows of the table, as SQL over its columns.
    linked
        Columns that say what rows of other entities say, set at the end of a load.
    each
        Families of fields that a profile may name freely.
    totals
        What an owner knows by heart of such rows, as SQL aggregates over columns of the table; a total of the name of a
        field is held against what the file's own column comes to.
    apart
        SQL over columns of the table: rows for which it is not NULL are no part of the totals and are told by its value.
    sums
        Measures: rows of a file that have one key are parts of one thing, and these add up.
    detail
        Where such parts are kept at their own grain.
    """

    name: Annotated[str, Name()]
    doc: str
    table: str
    key: tuple[str, ...]
    fields: Mapping[str, Annotated[Field, _field]]
    id: str | None = None
    needs: tuple[Texts, ...] = ()
    replaces: bool = False
    identity: tuple[str, ...] = ()
    owner: str | None = None
    at: str | None = None
    equations: Annotated[tuple[Equation, ...], Key("equation")] = ()
    adjustments: Annotated[tuple[Adjustment, ...], Key("adjust")] = ()
    derived: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, str] = field(default_factory=dict)
    linked: tuple[str, ...] = ()
    each: Mapping[str, Each] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)
    apart: str | None = None
    sums: tuple[str, ...] = ()
    detail: Detail | None = None

    @property
    def is_dimension(self) -> bool:
        """Whether rows are members of a dimension, which later rows complete rather than replace."""
        return self.table.startswith("star.dim_")

    @property
    def tables(self) -> tuple[str, ...]:
        """Qualified names of all tables that its rows go into."""
        further = [each.table for each in self.each.values()]
        return (self.table, *further, *([self.detail.table] if self.detail else []))

    def field(self, name: str) -> Field:
        """Return a field; `spend.Wine` is of the family `spend`.

        Raises
        ------
        UnknownNameError
            If the entity has no such field; the message gives the nearest.
        """
        if name in self.fields:
            return self.fields[name]
        prefix, dot, word = name.partition(".")
        if dot and word and prefix in self.each:
            return self.each[prefix].field
        known = [*self.fields, *(f"{prefix}.<{each.column}>" for prefix, each in self.each.items())]
        raise UnknownNameError(f"{self.name} have no field {name!r}.{did_you_mean(name, known)}")


@cache
def entities() -> Mapping[str, Entity]:
    """Return all entities by name, in the order in which they are loaded: what is referred to before what refers to it."""
    shared = _read("_shared.toml")
    names = sorted(
        path.name.removesuffix(".toml") for path in _FOLDER.iterdir() if not path.name.startswith("_")
    )
    made = {name: _entity(name, _read(f"{name}.toml"), shared) for name in names}
    chains = [_chain(entity, made) for entity in made.values()]
    # Dimensions first; then facts, the longest chain of references first.
    chains.sort(key=lambda chain: (not made[chain[0]].is_dimension, -len(chain)))
    return {name: made[name] for chain in chains for name in chain}


def _chain(of: Entity, made: Mapping[str, Entity]) -> list[str]:
    """Return the names of all entities to which one refers, directly or through others, and at the end its own."""
    referred = [
        field.reference for name, field in of.fields.items() if field.reference and name not in of.linked
    ]
    return [*(name for other in referred for name in _chain(made[other], made)), of.name]


def entity(name: str) -> Entity:
    """Return an entity.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    if name not in entities():
        raise UnknownNameError(f"there is no entity {name!r}.{did_you_mean(name, entities())}")
    return entities()[name]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _entity(name: str, raw: dict[str, Any], shared: dict[str, Any]) -> Entity:
    place = Place("an entity", UnitError, file=f"loaders/ingest/entities/{name}.toml", name=name)
    for group in raw.pop("shares", ()):
        raw["fields"] |= shared[place.to("shares").one_of(group, shared)]
    made = read(Entity, raw, place)
    named = (
        *made.key,
        *made.identity,
        *(n for group in made.needs for n in group),
        *(n for n in (made.owner, made.at) if n),
        *made.sums,
        *(made.detail.fields if made.detail else ()),
        *(a.column for a in made.adjustments),
        *(name for e in made.equations for name in (e.result, *e.solved, *e.absent, *e.follows)),
    )
    for unknown in (n for n in named if n not in made.fields):
        raise place.to(unknown).error(f" is no field.{did_you_mean(unknown, made.fields)}")
    return made
