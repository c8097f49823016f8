"""Values of a TOML file, each of the type that it must have; a wrong one is told with the file and its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import available_timezones

import polars as pl

from martlet.engine.errors import IngestError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Values"]


class Values:
    """Reads values of the file `name`; `key` in its methods is the place of a value, such as columns.date.names."""

    def __init__(self, name: str) -> None:
        self.name: Final = name

    def known(
        self, key: str, table: dict[str, Any], names: Iterable[str], *, required: tuple[str, ...] = ()
    ) -> None:
        """Refuse keys of a table that are not among `names`, and the lack of those required."""
        place = f"{key}." if key else ""
        for name in table:
            if name not in names:
                raise IngestError(
                    f"{self.name}: {place}{name} is no key of a profile.{did_you_mean(name, names)}"
                )
        for name in required:
            if name not in table:
                raise IngestError(f"{self.name} lacks {place}{name}")

    def wrong(self, key: str, must: str, value: Any) -> IngestError:
        """Return the error of a value that is not what it must be."""
        return IngestError(f"{self.name}: {key} {must}, not {value!r}")

    def table(self, key: str, value: Any) -> dict[str, Any]:
        """Return a table."""
        if not isinstance(value, dict):
            raise self.wrong(key, "must be a table", value)
        return value

    def entries(self, key: str, value: Any) -> list[Any]:
        """Return a list."""
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list", value)
        return value

    def text(self, key: str, value: Any) -> str:
        """Return text."""
        if not isinstance(value, str):
            raise self.wrong(key, "must be text", value)
        return value

    def word(self, key: str, value: Any) -> str:
        """Return text, a number, true or false as text."""
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, str | int | float):
            raise self.wrong(key, "must be text, a number, true or false", value)
        return str(value)

    def texts(self, key: str, value: Any) -> tuple[str, ...]:
        """Return one text, or a list of them, as a tuple."""
        return tuple(
            self.text(key, entry)
            for entry in ([value] if isinstance(value, str) else self.entries(key, value))
        )

    def as_words(self, key: str, value: Any) -> tuple[str, ...]:
        """Return one word, or a list of them, as texts."""
        return tuple(self.word(key, entry) for entry in (value if isinstance(value, list) else [value]))

    def words(self, key: str, value: Any) -> dict[str, str]:
        """Return a table from words to words."""
        return {word: self.word(f"{key}.{word}", meant) for word, meant in self.table(key, value).items()}

    def flag(self, key: str, value: Any) -> bool:
        """Return true or false."""
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false", value)
        return value

    def number(self, key: str, value: Any) -> float:
        """Return a number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "must be a number", value)
        return value

    def count(self, key: str, value: Any) -> int:
        """Return a whole number from 0."""
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.wrong(key, "must be a whole number from 0", value)
        return value

    def one_of(self, key: str, value: Any, words: Iterable[str]) -> Any:
        """Return one of some words."""
        if not isinstance(value, str) or value not in words:
            raise IngestError(f"{self.name}: {key} is {value!r}.{did_you_mean(str(value), words)}")
        return value

    def regex(self, key: str, value: Any) -> str:
        """Return a regular expression."""
        text = self.text(key, value)
        try:
            re.compile(text)
        except re.error as error:
            raise IngestError(f"{self.name}: {key} is no regular expression: {error}") from error
        return text

    def zone(self, key: str, value: Any) -> str:
        """Return the name of a time zone."""
        text = self.text(key, value)
        try:
            pl.select(pl.datetime(2024, 1, 1).dt.replace_time_zone(text))
        except pl.exceptions.PolarsError as error:
            hint = did_you_mean(text, available_timezones())
            raise IngestError(f"{self.name}: {key} is {text!r}, which is no time zone.{hint}") from error
        return text
