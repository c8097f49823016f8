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

    [[feeds]]                                    # the first feed is the main one: it decides the fate of a row
    entity = "campaign_responses"
    where  = { visit = ["1"] }                   # optional: only these rows
    customer_id = "person"                       # field of the entity = column, or one of the forms of `FieldSource`
    campaign    = { constant = "spring test" }

Each class below documents its keys; `load_profile` says what is wrong with a file, where, and what would be right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from martlet.engine.errors import UnknownNameError, did_you_mean
from martlet.loaders.ingest.reading.options import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest.cleaning._date_order import DateOrder
    from martlet.loaders.ingest.entity import FieldType

__all__ = [
    "Column",
    "Content",
    "Feed",
    "FieldSource",
    "Guess",
    "Profile",
    "Unit",
    "load_profile",
    "profile_names",
]

Unit = Literal["units", "cents", "micros", "percent"]
Content = Literal["date", "email", "money", "recurring", "unique", "quantity"]
Case = Literal["", "lower", "upper", "title"]
_FOLDER: Final = files("martlet.loaders.ingest") / "profiles"


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

    words: str = ""
    unless: str = ""
    content: Content | None = None
    stand_ins: tuple[str, ...] = ()


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

    key: str
    names: tuple[str, ...] = ()
    required: bool = False
    type: FieldType | None = None
    null: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    dates: DateOrder | None = None
    zone: str = ""
    unit: Unit = "units"
    decimal: Literal[".", ","] | None = None
    min: float | None = None
    max: float | None = None
    impossible: tuple[float, ...] = ()
    currency: str | None = None
    steps: str | None = None
    case: Case = ""
    example: str = ""
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

    columns: tuple[str, ...] = ()
    join: bool = False
    constant: str | None = None
    row_number: bool = False
    prefix: str = ""
    required: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    file_name: bool = False


@dataclass(frozen=True, kw_only=True)
class Feed:
    """Rows of one entity made of rows of the source.

    Attributes
    ----------
    entity
        Name of the entity; several feeds may feed the same.
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
        """Keys of the columns that decide which rows the feed takes."""
        return (*self.given, *self.where)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How a source writes its rows, and what they feed."""

    name: str
    title: str
    columns: Mapping[str, Column]
    feeds: tuple[Feed, ...]
    docs: str = ""
    row: str = ""
    read: Reading = field(default_factory=Reading)

    @property
    def main(self) -> Feed:
        """The feed that decides whether a row is loaded, merged or set aside."""
        return self.feeds[0]


def profile_names() -> list[str]:
    """Return the names of the profiles that Martlet ships."""
    return sorted(
        path.name.removesuffix(".toml") for path in _FOLDER.iterdir() if path.name.endswith(".toml")
    )


def load_profile(name_or_path: str | Path) -> Profile:
    """Return a profile that Martlet ships, by name, or one of a file whose name ends in .toml.

    Raises
    ------
    UnknownNameError
        If Martlet ships none of that name; the message gives the nearest.
    IngestError
        If the file can't be read or is no profile; the message names the file, the key, and what would be right.
    """
    from martlet.loaders.ingest import _profile_file  # noqa: PLC0415  (it makes what is declared above)

    if str(name_or_path).lower().endswith(".toml"):
        return _profile_file.read_profile(Path(name_or_path))
    if name_or_path not in profile_names():
        hint = did_you_mean(str(name_or_path), profile_names())
        raise UnknownNameError(
            f"there is no profile {str(name_or_path)!r}.{hint} A profile of your own is a file that ends in .toml."
        )
    return _shipped(str(name_or_path))


@cache
def _shipped(name: str) -> Profile:
    from martlet.loaders.ingest import _profile_file  # noqa: PLC0415

    return _profile_file.read_profile(_FOLDER / f"{name}.toml")
