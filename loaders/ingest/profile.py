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

    [[mappings]]                                 # the first mapping decides the fate of a row, with others of its entity
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
    "Note",
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
        quantity (small whole numbers), status (words for how far an order has come).
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
        Zone of times that name none, such as Europe/Berlin. UTC where the header says so, else the warehouse's.
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
    files
        What stands there by a part of the file's name, in any letter case: the first part that the name contains counts,
        before `default`; "" is nothing.
    later
        Another file tells it, such as the amount of an order that its lines tell; until then nothing stands there.
    plus, less
        Keys of further columns whose amounts are added, or taken away; an empty one counts nothing.
    over
        Key of the column with the number of units that the amount is for: what one costs, rounded up to the last digit that is kept.
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
    files: Words = field(default_factory=dict)
    later: bool = False
    plus: Texts = ()
    less: Texts = ()
    over: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all columns that have a part in the field."""
        return (*self.columns, *self.plus, *self.less, *filter(None, [self.over]))


def _source(value: Any, place: Place) -> FieldSource:
    if isinstance(value, str | list):
        value = {"from": value}
    if not isinstance(value, dict):
        raise place.wrong('a column, a list of columns, or a table such as { constant = "..." }', value)
    source = read(FieldSource, value, place)
    given = {
        "from": source.columns,
        "constant": source.constant is not None,
        "row_number": source.row_number,
        "later": source.later,
    }
    kinds = [name for name, is_given in given.items() if is_given]
    if len(kinds) != 1 and (kinds or not (source.file_name or source.files)):
        said = " and ".join(kinds) or "none of them"
        raise place.error(
            f" must have one of from, constant, row_number, later, file_name and files; it has {said}"
        )
    if (source.plus or source.less or source.over) and not source.columns:
        raise place.error(" has plus, less or over, but no from to which they could be applied")
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
        where = { column = ["word", ...], ... }. A `*` in a word stands for any letters; without any word the column must
        be empty, or absent: where = { column = [] }.
    combine
        Rows of one key are one, each telling a part: of each field the first in time that is given counts.
    unless
        Not the rows in which any of these columns holds one of its words, written as `where`.
    sum
        Fields that are added up over the rows of one key; of the others the first that is given counts.
    """

    entity: str
    fields: Mapping[str, FieldSource]
    given: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    combine: bool = False
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sum: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[str, ...]:
        """Keys of the columns that decide which rows the mapping takes."""
        return tuple(dict.fromkeys((*self.given, *self.where, *self.unless)))


@dataclass(frozen=True, kw_only=True)
class Note:
    """What the report says if the file has certain rows.

    Attributes
    ----------
    text
        What it says; `{name}` stands for the sum of an amount over these rows, `{rows}` for their number.
    amounts
        By name, the amounts that the text shows: the note's further keys in TOML, written as the field of a mapping.
    given, where, unless
        Which rows, as of a mapping.
    """

    text: str
    amounts: Mapping[str, FieldSource]
    given: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Keys of the columns that decide which rows it is about."""
        return tuple(dict.fromkeys((*self.given, *self.where, *self.unless)))


def _mapping(value: Any, place: Place) -> EntityMapping:
    table = dict(place.table(value))
    if "entity" not in table:
        raise place.error(f" lacks its entity.{did_you_mean('', entities())}")
    name = place.to("entity").one_of(table.pop("entity"), entities())
    given, among = _conditions(table.pop("where", {}), place.to("where"))
    is_combined = table.pop("combine", False)
    if not isinstance(is_combined, bool):
        raise place.to("combine").wrong("true or false", is_combined)
    unless = _among(place.to("unless").table(table.pop("unless", {})), place.to("unless"))
    summed = texts(table.pop("sum", ()) or [], place.to("sum"))
    fields: dict[str, FieldSource] = {}
    for key, source in table.items():
        inner = place.to(key)
        is_family = key in entities()[name].each and isinstance(source, dict)
        if is_family and not {"from", "constant", "row_number"} & source.keys():
            fields |= {f"{key}.{word}": _source(entry, inner.to(word)) for word, entry in source.items()}
        else:
            fields[key] = _source(source, inner)
    for field_name in summed:
        if field_name not in fields:
            raise place.to("sum").error(
                f" names {field_name!r}, which the mapping does not feed.{did_you_mean(field_name, fields)}"
            )
    return EntityMapping(
        entity=name, given=given, where=among, combine=is_combined, unless=unless, sum=summed, fields=fields
    )


def _notes(value: Any, place: Place) -> tuple[Note, ...]:
    if not isinstance(value, list):
        raise place.wrong("one or more tables, each under [[notes]]", value)
    return tuple(_note(note, place.at(number)) for number, note in enumerate(value, 1))


def _note(value: Any, place: Place) -> Note:
    table = dict(place.table(value))
    given, among = _conditions(table.pop("where", {}), place.to("where"))
    unless = _among(place.to("unless").table(table.pop("unless", {})), place.to("unless"))
    text = table.pop("text", None)
    if not isinstance(text, str):
        raise place.to("text").wrong("what the report says", text)
    amounts = {key: _source(source, place.to(key)) for key, source in table.items()}
    try:
        text.format(rows=0, **dict.fromkeys(amounts, 0))
    except (KeyError, ValueError, IndexError) as error:
        raise place.to("text").error(
            f" shows {error}, but the note has {', '.join((*amounts, 'rows'))}"
        ) from error
    return Note(text=text, given=given, where=among, unless=unless, amounts=amounts)


def _conditions(where: Any, place: Place) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the columns of which one must be given, and the words that columns must hold."""
    if not isinstance(where, dict):
        return texts(where, place), {}
    return (), _among(where, place)


def _among(table: Mapping[str, Any], place: Place) -> dict[str, tuple[str, ...]]:
    listed = {key: among if isinstance(among, list) else [among] for key, among in table.items()}
    return {key: tuple(word(entry, place.to(key)) for entry in among) for key, among in listed.items()}


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
    notes: Annotated[tuple[Note, ...], _notes] = ()

    @property
    def main(self) -> EntityMapping:
        """The mapping that decides whether a row is loaded, merged or set aside; a row that it leaves, another of its entity may take."""
        return self.mappings[0]
