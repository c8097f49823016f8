"""The parameters of a query: what its header declares, which values they take, and how a value is written in SQL.

A parameter type is one row of `TYPES`. To add one, add a row.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from martlet.engine.declared import Name, Place, read
from martlet.engine.errors import ParameterError, UnitError, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from martlet.engine.units import Unit

__all__ = ["TYPES", "Parameter", "declared", "values_of"]

_MAX_BIGINT = 2**63 - 1
# A comma with as many double quotes after it as close, and an item that is all in quotes.
_BETWEEN_ITEMS = r',(?=(?:[^"]*"[^"]*")*[^"]*$)'
_QUOTED = r'"(?:[^"]|"")*"'


def _int(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError  # noqa: TRY004
    given = int(value.strip()) if isinstance(value, str) else value
    # Before it becomes an int, which takes minutes for a Decimal of 1e999999.
    if not -_MAX_BIGINT <= given <= _MAX_BIGINT or int(given) != given:
        raise ValueError
    return int(given)


def _float(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError  # noqa: TRY004
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _bool(value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return value if isinstance(value, bool) else words[str(value).strip().lower()]


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        raise ValueError  # noqa: TRY004
    return value if isinstance(value, date) else date.fromisoformat(value.strip())


def _timestamp(value: Any) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value.strip())
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _str(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    # Half a character, a lone surrogate, has no encoding.
    value.encode()
    return value


@dataclass(frozen=True)
class _Type:
    """How values of a type are read (`read` raises if they can't be), what SQL and errors call it, and an example."""

    read: Callable[[Any], Any]
    sql: str
    words: str
    example: str


TYPES = {
    "int": _Type(_int, "BIGINT", "a whole number", "30"),
    "float": _Type(_float, "DOUBLE", "a finite number", "0.4"),
    "date": _Type(_date, "DATE", "a date", "2025-12-31"),
    "timestamp": _Type(_timestamp, "TIMESTAMP", "a moment in UTC", "2025-12-31T18:30"),
    "bool": _Type(_bool, "BOOLEAN", "true or false", "true"),
    "str": _Type(_str, "VARCHAR", "text", "Email"),
    "choice": _Type(_str, "VARCHAR", "one of the words listed", ""),
}


@dataclass(frozen=True)
class Parameter:
    """A declared parameter.

    Attributes
    ----------
    type
        A key of `TYPES`, or `list[...]` of one.
    default
        What it is when not given; None leaves it to the data.
    min, max
        Bounds of the value (of each element of a list), both inclusive.
    of
        The words that a choice may be.
    least, most
        The fewest and the most elements of a list. Where `most` is said, Jinja may use the list's length, as `<name>_length`.
    """

    name: Annotated[str, Name()]
    type: str
    doc: str
    # A list is its value, and has no hash.
    default: Any = field(default=None, hash=False)
    min: Any = None
    max: Any = None
    of: tuple[str, ...] = field(default=())
    least: int | None = None
    most: int | None = None

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return self.type.startswith("list[")

    @property
    def element(self) -> str:
        """The type of the value, or of the elements of a list."""
        return self.type.removeprefix("list[").removesuffix("]")

    @property
    def sql_type(self) -> str:
        """The SQL type of the value."""
        return TYPES[self.element].sql + ("[]" if self.is_list else "")

    def allowed(self) -> str:
        """Return in words which values are right."""
        kind = TYPES[self.element]
        if self.of:
            text = "one of " + ", ".join(self.of)
        elif self.min is None and self.max is None:
            text = f"{kind.words}, such as {kind.example}"
        else:
            bounds = {"from": self.min, "to": self.max}
            text = kind.words + "".join(
                f" {word} {bound}" for word, bound in bounds.items() if bound is not None
            )
        if not self.is_list:
            return text
        number = f"{self.least or 0} to {self.most}" if self.most is not None else f"{self.least} or more"
        counted = "" if self.least is None and self.most is None else f" of {number},"
        return f"a list{counted} separated by commas, each {text}" + (
            "; what has a comma in it stands in double quotes" if self.element == "str" else ""
        )

    def value(self, given: Any) -> Any:
        """Return `given` (text from a command line, or a Python value) as a value of this parameter's type.

        Raises
        ------
        ParameterError
            If it is not of the type, out of bounds or not among the choices.
        """
        if given is None:
            if self.default is not None:
                raise self._error(given)
            return None
        if not self.is_list:
            return self._element(given, given)
        if isinstance(given, str):
            given = self._split(given)
        if not isinstance(given, (list, tuple)):
            raise self._error(given)
        if not given and self.of and "none" not in self.of:
            # Nothing was asked for, most likely since a word is missing; where "none" is a word, an empty list means it.
            raise ParameterError(f"{self.name} is an empty list, but must be {self.allowed()}")
        if len(given) < (self.least or 0) or (self.most is not None and len(given) > self.most):
            raise self._error(given)
        return [self._element(item, given) for item in given]

    def _split(self, text: str) -> list[Any]:
        if text.lstrip().startswith("["):
            try:
                items = json.loads(text)
            except (ValueError, RecursionError):
                raise self._error(text) from None
            return items if isinstance(items, list) else [items]
        return _items(text) if text.strip() else []

    def _element(self, item: Any, given: Any) -> Any:
        try:
            value = TYPES[self.element].read(item)
        except Exception:  # noqa: BLE001 - whatever a value of any kind raises, it is not of this type
            raise self._error(given) from None
        if self.of and value not in self.of:
            message = (
                f"{self.name} is {shown(value)}, which is not {self.allowed()}.{did_you_mean(value, self.of)}"
            )
            raise ParameterError(message)
        below = self.min is not None and value < self.min
        if below or (self.max is not None and value > self.max):
            raise self._error(given)
        return value

    def _error(self, given: Any) -> ParameterError:
        return ParameterError(f"{self.name} is {shown(given)}, but must be {self.allowed()}")


def _items(text: str) -> list[str]:
    """Return what stands between commas, but for those in double quotes; an item that is all in quotes loses them, a quote in it being written twice.

    >>> _items('Homepage, category:"Home, Garden", "one, ""two"", three"')
    ['Homepage', 'category:"Home, Garden"', 'one, "two", three']
    """
    items = re.split(_BETWEEN_ITEMS, text) if text.count('"') % 2 == 0 else text.split(",")
    return [
        item[1:-1].replace('""', '"') if re.fullmatch(_QUOTED, item) else item
        for item in map(str.strip, items)
    ]


def declared(unit: Unit) -> dict[str, Parameter]:
    """Return the parameters that a query's header declares.

    Raises
    ------
    UnitError
        If a declaration has an unknown key or type, or its default is not among its own values.
    """
    return {name: _declared(unit, name, table) for name, table in unit.header.get("params", {}).items()}


def _declared(unit: Unit, name: str, table: Any) -> Parameter:
    def error(message: str) -> UnitError:
        return unit.error(message, line=unit.line_of(name))

    if not isinstance(table, dict) or not name.isidentifier() or name != name.lower():
        raise error(f'parameter {name}: must be written as lower_case = {{ type = "...", doc = "..." }}')
    parameter = read(Parameter, table, Place("a parameter", error).to(name))
    if parameter.element not in TYPES:
        raise error(
            f"parameter {name}: unknown type {parameter.type!r}.{did_you_mean(parameter.element, TYPES)}"
        )
    if (parameter.element == "choice") != bool(parameter.of):
        raise error(f"parameter {name}: a choice, and nothing else, has a list of words in 'of'")
    if not parameter.is_list and (parameter.least, parameter.most) != (None, None):
        raise error(f"parameter {name}: 'least' and 'most' count the elements of a list")
    if parameter.default is None:
        return parameter
    try:
        return replace(parameter, default=parameter.value(parameter.default))
    except ParameterError as wrong:
        raise error(f"parameter {name}: its default is wrong: {wrong}") from None


def values_of(parameters: Mapping[str, Parameter], given: Mapping[str, Any], *, owner: str) -> dict[str, Any]:
    """Return the value of every parameter: the one given, or its default.

    Raises
    ------
    UnknownNameError, ParameterError
        If a name is not declared (the message gives the nearest), or a value is wrong.
    """
    for name in given:
        if name not in parameters:
            raise ParameterError(f"{owner} has no parameter {shown(name)}.{did_you_mean(name, parameters)}")
    return {
        name: parameter.value(given[name]) if name in given else parameter.default
        for name, parameter in parameters.items()
    }
