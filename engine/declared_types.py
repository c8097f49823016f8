"""Types for declarations whose values TOML may write in more than one form; see `declared`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from martlet.engine.declared import Place

__all__ = ["Count", "Number", "Regex", "Texts", "Word", "Words", "texts", "word"]


def _number(value: Any, place: Place) -> float:
    if type(value) not in (int, float):
        raise place.wrong("a number", value)
    return value  # type: ignore[no-any-return]


def _count(value: Any, place: Place) -> int:
    if type(value) is not int or value < 0:
        raise place.wrong("a whole number from 0", value)
    return value


def _text(value: Any, place: Place) -> str:
    if not isinstance(value, str):
        raise place.wrong("text", value)
    return value


def texts(value: Any, place: Place) -> tuple[str, ...]:
    """Return one text, or a list of them, as a tuple."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise place.wrong("a list", value)
    return tuple(_text(entry, place) for entry in value)


def word(value: Any, place: Place) -> str:
    """Return text, a number, true or false as text."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise place.wrong("text, a number, true or false", value)
    return str(value)


def _regex(value: Any, place: Place) -> str:
    text = _text(value, place)
    try:
        re.compile(text)
    except re.error as error:
        raise place.error(f" is no regular expression: {error}") from error
    return text


# A number as it is written, whole or not; a whole number from 0.
Number = Annotated[float, _number]
Count = Annotated[int, _count]
# One text, or a list of them.
Texts = Annotated[tuple[str, ...], texts]
# Text, a number, true or false, as text; and a table from words to such.
Word = Annotated[str, word]
Words = Mapping[str, Word]
Regex = Annotated[str, _regex]
