"""Tables of TOML read into dataclasses: every key known, every value of its type and within its bounds.

The dataclass is the declaration: a field's name is its key, its type says what the value must be, a field without a
default must be given. What a type can't say stands in `Annotated[...]`: `Between` bounds a number, `Key` is the key
where it is not the field's name, `Name` is for the field that takes the name of the table itself, and a function
`(value, place) -> value` reads what has a form of its own; `declared_types` has the usual ones.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from martlet.engine.errors import MartletError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Between", "Key", "Name", "Place", "read"]

_T = TypeVar("_T")
_WORDS: Final[dict[type, str]] = {
    float: "a number",
    int: "a whole number",
    str: "text",
    bool: "true or false",
}


@dataclass(frozen=True)
class Between:
    """The allowed range of a number, or of each number of a list; both ends allowed."""

    low: float
    high: float

    def __str__(self) -> str:
        """Return the range in words."""
        return f"allowed are {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Key:
    """The key of a field in TOML."""

    name: str


@dataclass(frozen=True)
class Name:
    """Marks the field that takes the name under which its table stands."""


@dataclass(frozen=True)
class Place:
    """Where a value stands, for messages.

    Attributes
    ----------
    what
        What the whole is, such as "a preset".
    fail
        Makes the error of a message.
    file
        Name of the file, empty if there is none.
    key
        Dotted key of the value, empty for the whole.
    name
        The last step of the key.
    elsewhere
        Further hint for a key that the whole does not have.
    """

    what: str
    fail: Callable[[str], MartletError]
    file: str = ""
    key: str = ""
    name: str = ""
    elsewhere: Callable[[str], str] = lambda _: ""

    def to(self, name: str) -> Place:
        """Return the place of a key of this table."""
        return self._with(f"{self.key}.{name}" if self.key else name, name)

    def at(self, number: int) -> Place:
        """Return the place of an entry of this list."""
        return self._with(f"{self.key}[{number}]", self.name)

    def _with(self, key: str, name: str) -> Place:
        # There is one for each value, and `dataclasses.replace` takes three times as long.
        return Place(self.what, self.fail, self.file, key, name, self.elsewhere)

    def error(self, message: str) -> MartletError:
        """Return an error that begins with this place."""
        key = self.key or self.what
        return self.fail(f"{self.file}: {key}{message}" if self.file else f"{key}{message}")

    def wrong(self, must: str, value: Any) -> MartletError:
        """Return the error of a value that is not what it must be."""
        return self.error(f" must be {must}, not {value!r}")

    def lacks(self, name: str) -> MartletError:
        """Return the error of a table without a key."""
        return self.fail(f"{self.file or self.what.replace('a ', 'the ', 1)} lacks {self.to(name).key}")

    def table(self, value: Any) -> dict[str, Any]:
        """Return a table."""
        if not isinstance(value, dict):
            raise self.wrong("a table", value)
        return value

    def one_of(self, value: Any, words: Iterable[str]) -> Any:
        """Return one of some words."""
        known = list(words)
        if not isinstance(value, str) or value not in known:
            near = did_you_mean(str(value), known)
            allowed = "" if near.startswith(" There are") else f" Allowed: {', '.join(known)}"
            raise self.error(f" is {value!r}.{near}{allowed}")
        return value


def read(kind: type[_T], value: Any, place: Place) -> _T:
    """Return a table as a dataclass.

    Raises
    ------
    MartletError
        The error of the place, if a key is unknown or missing, or a value is not what it must be; the message names
        the file, the key, and what would be right.
    """
    table = place.table(value)
    dataclass_: Any = kind
    known, named = _declared(dataclass_)
    for key in table:
        if key not in known:
            near = (not place.key and place.elsewhere(key)) or did_you_mean(key, known)
            raise place.to(key).error(f" is no key of {place.what}.{near}")
    for key, field in known.items():
        if field.is_required and key not in table:
            raise place.lacks(key)
    given = {known[key].name: _value(known[key].hint, entry, place.to(key)) for key, entry in table.items()}
    return kind(**dict.fromkeys(named, place.name), **given)


@dataclass(frozen=True)
class _Field:
    name: str
    hint: Any
    is_required: bool


@cache
def _declared(kind: Any) -> tuple[dict[str, _Field], list[str]]:
    """Return the fields of a dataclass by key, and the names of those that take the table's name."""
    hints = get_type_hints(kind, include_extras=True)
    known, named = {}, []
    for field in fields(kind):
        marks = _marks(hints[field.name])
        if any(isinstance(mark, Name) for mark in marks):
            named.append(field.name)
            continue
        key = next((mark.name for mark in marks if isinstance(mark, Key)), field.name)
        is_required = field.default is MISSING and field.default_factory is MISSING
        known[key] = _Field(field.name, hints[field.name], is_required)
    return known, named


def _marks(hint: Any) -> tuple[Any, ...]:
    return tuple(hint.__metadata__) if get_origin(hint) is Annotated else ()


def _value(hint: Any, value: Any, place: Place, bounds: Between | None = None) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        for mark in _marks(hint):
            if callable(mark):
                return mark(value, place)
            bounds = mark if isinstance(mark, Between) else bounds
        return _value(args[0], value, place, bounds)
    if origin in (Union, UnionType):
        (inner,) = (arg for arg in args if arg is not NoneType)
        return _value(inner, value, place, bounds)
    if origin is not None:
        return _composite(origin, args, value, place, bounds)
    if is_dataclass(hint) and isinstance(hint, type):
        return read(hint, value, place)
    return value if hint is Any else _scalar(hint, value, place, bounds)


def _composite(origin: Any, args: tuple[Any, ...], value: Any, place: Place, bounds: Between | None) -> Any:
    if origin is Literal:
        return place.one_of(value, args)
    if origin is tuple:
        if not isinstance(value, list):
            raise place.wrong("a list", value)
        return tuple(_value(args[0], entry, place.at(number), bounds) for number, entry in enumerate(value))
    return {key: _value(args[1], entry, place.to(key), bounds) for key, entry in place.table(value).items()}


def _scalar(kind: Any, value: Any, place: Place, bounds: Between | None) -> Any:
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise place.error(f" must be {_WORDS[kind]}, not {value!r}{f'; {bounds}' if bounds else ''}")
    number: Any = value
    if bounds is not None and not bounds.low <= number <= bounds.high:
        raise place.error(f" is {value}; {bounds}")
    return value
