"""Profiles: what a source calls its columns, how it writes them, and which fields of the star they feed.

A profile is a TOML file. Those that Martlet ships lie in `profiles/`; anybody can write one of their own:

    name  = "newsletter_test"                    # lower case, as the file is called
    title = "Newsletter test, exported from the mail tool"
    docs  = "https://..."                        # optional: where the source documents its columns
    row   = "A person who was in the test."      # optional: what a row is

    [read]                                       # optional: see `martlet.loaders.ingest.reading.Reading`

    [columns]                                    # a key of your own = how the source writes that column
    person = { names = ["Subscriber", "Email"], required = true }
    visit  = { names = ["visit"] }

    [[mappings]]                                 # the first mapping is the main one: it decides the fate of a row
    entity = "campaign_responses"
    where  = { visit = ["1"] }                   # optional: only these rows
    customer_id = "person"                       # field of the entity = column, or one of the forms of `FieldSource`
    campaign    = { constant = "spring test" }

Each class below documents its keys; `profile_files.load_profile` says what is wrong with a file, where, and what would be right.
"""

from __future__ import annotations

# ruff: noqa: TC003  (the annotations are evaluated, to read tables by them)
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import polars as pl

from martlet.engine.declared import Key, Name, Place, read
from martlet.engine.declared_types import Number, Regex, Texts, Word, Words, texts, word
from martlet.engine.errors import did_you_mean
from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.reading.options import Reading
from martlet.loaders.ingest.types import Case, Content, DateOrder, FieldType, Unit

__all__ = [
    "Column",
    "Content",
    "EntityMapping",
    "FieldSource",
    "Guess",
    "Profile",
]


def _zone(value: Any, place: Place) -> str:
    try:
        pl.select(pl.datetime(2024, 1, 1).dt.replace_time_zone(value))
    except (pl.exceptions.PolarsError, TypeError) as error:
        hint = did_you_mean(str(value), available_timezones())
        raise place.error(f" is {value!r}, which is no time zone.{hint}") from error
    return str(value)


@dataclass(frozen=True, kw_only=True)
class Guess:
    """How a column is found when no name of it is known; all optional.

    Attributes
    ----------
    words, unless
        Regular expressions: a column with a word of its name that matches the first, and none that matches the other.
    content
        What its cells hold. A column of unknown name is taken if it alone does so, and in a file without header:
        date, email, money (with decimals), recurring (identifiers that come again), unique (those that don't),
        quantity (small whole numbers).
    stand_ins
        Other names that do when nothing else is found; they may be names of other columns.
    """

    words: Regex = ""
    unless: Regex = ""
    content: Content | None = None
    stand_ins: Texts = ()


@dataclass(frozen=True, kw_only=True)
class Column:
    """How a source writes one column.

    Attributes
    ----------
    key
        Name of the column within the profile.
    names
        Its headers in the source, the surest first; letter case, spaces and punctuation don't matter. By default the key.
    required
        A file without this column is not of this profile.
    otherwise
        Keys of columns that do in its place: where one of them is found, this one is not looked for.
    type
        What it holds, if that is to be held against the fields it feeds; else these decide.
    null
        Further words for nothing, beside N/A, null, - and their like.
    words
        Words of the source and what they mean, whatever their letter case; '' means nothing.
    default
        What an empty cell means.
    dates
        Order of day, month and year: dmy, mdy or ymd. Decided by the whole column if not given.
    zone
        Zone of times that name none, such as Europe/Berlin. UTC if not given.
    unit
        What one of a number is: units, cents, micros (millionths) or percent.
    decimal
        Decimal mark: . or ,. Decided by the whole column if not given.
    min, max, impossible
        Bounds of numbers, both allowed, and numbers between them that stand for nothing; beside those of the field.
    currency
        Key of the column that names the currency of these amounts.
    steps
        What stands between two steps of a path, spaces around it aside. The commonest mark of the column if not given.
    case
        Letters to turn lower, upper or title, where the source writes names in capitals.
    example
        A cell as the source writes it, for people.
    guess
        How the column is found without a known name.
    """

    key: Annotated[str, Name()]
    names: Texts = ()
    required: bool = False
    otherwise: Texts = ()
    type: FieldType | None = None
    null: Texts = ()
    words: Words = field(default_factory=dict)
    default: Word | None = None
    dates: DateOrder | None = None
    zone: Annotated[str, _zone] = ""
    unit: Unit = "units"
    decimal: Literal[".", ","] | None = None
    min: Number | None = None
    max: Number | None = None
    impossible: tuple[Number, ...] = ()
    currency: str | None = None
    steps: str | None = None
    case: Case | None = None
    example: Word = ""
    guess: Guess = Guess()


@dataclass(frozen=True, kw_only=True)
class FieldSource:
    """What feeds a field. A text "column", a list ["first", "else"], or a table with one of the first three keys.

    Attributes
    ----------
    columns
        Keys of columns (`from` in TOML): the first that is given in a row counts.
    join
        The columns are parts of one value, such as a day and a time, joined by a space.
    constant
        The same for all rows, as text.
    row_number
        The number of the row in the file, after `prefix`; an identifier that holds as long as the file does.
    required
        A row without this field can't feed the entity, though the entity itself would do without.
    words
        As of a column, for this field alone.
    default
        What stands where nothing is given, for this field alone.
    file_name
        What stands there is the file's name without its ending, for exports that do not say what they are of.
    """

    columns: Annotated[Texts, Key("from")] = ()
    join: bool = False
    constant: Word | None = None
    row_number: bool = False
    prefix: str = ""
    required: bool = False
    words: Words = field(default_factory=dict)
    default: Word | None = None
    file_name: bool = False


def _source(value: Any, place: Place) -> FieldSource:
    if isinstance(value, str | list):
        value = {"from": value}
    if not isinstance(value, dict):
        raise place.wrong('a column, a list of columns, or a table such as { constant = "..." }', value)
    source = read(FieldSource, value, place)
    given = {"from": source.columns, "constant": source.constant is not None, "row_number": source.row_number}
    kinds = [name for name, is_given in given.items() if is_given]
    if len(kinds) != 1 and (kinds or not source.file_name):
        said = " and ".join(kinds) or "none of them"
        raise place.error(f" must have one of from, constant, row_number and file_name; it has {said}")
    return source


@dataclass(frozen=True, kw_only=True)
class EntityMapping:
    """Rows of one entity made of rows of the source.

    Attributes
    ----------
    entity
        Name of the entity; several mappings may feed the same.
    fields
        What feeds each field.
    given
        Only rows in which any of these columns is given: in TOML where = "column", or where = ["column", ...].
    where
        Only rows in which each of these columns holds one of its words, in whatever letter case: in TOML
        where = { column = ["word", ...], ... }.
    """

    entity: str
    fields: Mapping[str, FieldSource]
    given: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Keys of the columns that decide which rows the mapping takes."""
        return (*self.given, *self.where)


def _mapping(value: Any, place: Place) -> EntityMapping:
    table = dict(place.table(value))
    if "entity" not in table:
        raise place.error(f" lacks its entity.{did_you_mean('', entities())}")
    name = place.to("entity").one_of(table.pop("entity"), entities())
    given, among = _conditions(table.pop("where", {}), place.to("where"))
    fields: dict[str, FieldSource] = {}
    for key, source in table.items():
        inner = place.to(key)
        is_family = key in entities()[name].each and isinstance(source, dict)
        if is_family and not {"from", "constant", "row_number"} & source.keys():
            fields |= {f"{key}.{word}": _source(entry, inner.to(word)) for word, entry in source.items()}
        else:
            fields[key] = _source(source, inner)
    return EntityMapping(entity=name, given=given, where=among, fields=fields)


def _conditions(where: Any, place: Place) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the columns of which one must be given, and the words that columns must hold."""
    if not isinstance(where, dict):
        return texts(where, place), {}
    listed = {key: among if isinstance(among, list) else [among] for key, among in where.items()}
    return (), {key: tuple(word(entry, place.to(key)) for entry in among) for key, among in listed.items()}


def _mappings(value: Any, place: Place) -> tuple[EntityMapping, ...]:
    if not isinstance(value, list) or not value:
        raise place.wrong("one or more tables, each under [[mappings]]", value)
    return tuple(_mapping(mapping, place.at(number)) for number, mapping in enumerate(value, 1))


def _column(value: Any, place: Place) -> Column:
    table = {"names": value} if isinstance(value, str | list) else place.table(value)
    return read(Column, {"names": place.name} | table, place)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How a source writes its rows, and what they feed."""

    name: str
    title: str
    columns: Mapping[str, Annotated[Column, _column]]
    mappings: Annotated[tuple[EntityMapping, ...], _mappings]
    docs: str = ""
    row: str = ""
    read: Reading = field(default_factory=Reading)

    @property
    def main(self) -> EntityMapping:
        """The mapping that decides whether a row is loaded, merged or set aside."""
        return self.mappings[0]
