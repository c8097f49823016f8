"""A profile's TOML to its classes: every key known, every value of its type, every error with its place."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final, get_args
from zoneinfo import available_timezones

import polars as pl

from martlet.loaders.ingest._profile_sense import check
from martlet.loaders.ingest.entity import TYPES, entities
from martlet.loaders.ingest.profile import Case, Column, Content, Feed, FieldSource, Guess, Profile, Unit
from martlet.loaders.ingest.reading.options import FillDown, Param, Reading
from martlet.sql.errors import IngestError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = ["read_profile"]

_ORDERS: Final = ("dmy", "mdy", "ymd")


def read_profile(path: Path | Traversable) -> Profile:
    """Return the profile of a file; raises as `load_profile` does."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise IngestError(
            f"the profile {path} can't be read: {getattr(error, 'strerror', None) or error}"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise IngestError(f"the profile {path.name} is not TOML: {error}") from error
    profile = _File(path.name).profile(table)
    check(profile, path.name)
    return profile


class _File:
    """One file; `key` in its methods is the place of a value, such as columns.date.names."""

    def __init__(self, name: str) -> None:
        self._name: Final = name

    def profile(self, table: dict[str, Any]) -> Profile:
        known = ("name", "title", "docs", "row", "read", "columns", "feeds")
        self._known("", table, known, required=("name", "title", "columns", "feeds"))
        columns = self._table("columns", table["columns"])
        feeds = table["feeds"]
        if not isinstance(feeds, list) or not feeds:
            raise self._wrong("feeds", "must be one or more tables, each under [[feeds]]", feeds)
        return Profile(
            **{key: self._text(key, table.get(key, "")) for key in ("name", "title", "docs", "row")},
            read=self._read(self._table("read", table.get("read", {}))),
            columns={key: self._column(key, value) for key, value in columns.items()},
            feeds=tuple(self._feed(f"feeds[{number}]", feed) for number, feed in enumerate(feeds, 1)),
        )

    def _column(self, name: str, value: Any) -> Column:
        key = f"columns.{name}"
        if isinstance(value, str | list):
            value = {"names": value}
        table = self._table(key, value)
        readers: dict[str, Callable[[str, Any], Any]] = {
            "names": self._texts,
            "required": self._flag,
            "type": lambda k, v: self._one_of(k, v, TYPES),
            "null": self._texts,
            "words": self._words,
            "default": self._word,
            "dates": lambda k, v: self._one_of(k, v, _ORDERS),
            "zone": self._zone,
            "unit": lambda k, v: self._one_of(k, v, get_args(Unit)),
            "decimal": lambda k, v: self._one_of(k, v, (".", ",")),
            "min": self._number,
            "max": self._number,
            "impossible": lambda k, v: tuple(self._number(k, entry) for entry in self._list(k, v)),
            "currency": self._text,
            "case": lambda k, v: self._one_of(k, v, get_args(Case)[1:]),
            "example": self._word,
            "guess": self._guess,
        }
        self._known(key, table, readers)
        given = {name: readers[name](f"{key}.{name}", entry) for name, entry in table.items()}
        return Column(**{"key": name, "names": (name,)} | given)

    def _guess(self, key: str, value: Any) -> Guess:
        table = self._table(key, value)
        readers: dict[str, Callable[[str, Any], Any]] = {
            "words": self._regex,
            "unless": self._regex,
            "content": lambda k, v: self._one_of(k, v, get_args(Content)),
            "stand_ins": self._texts,
        }
        self._known(key, table, readers)
        return Guess(**{name: readers[name](f"{key}.{name}", entry) for name, entry in table.items()})

    def _feed(self, key: str, value: Any) -> Feed:
        table = dict(self._table(key, value))
        if "entity" not in table:
            raise IngestError(f"{self._name}: {key} lacks its entity.{did_you_mean('', entities())}")
        name = self._one_of(f"{key}.entity", table.pop("entity"), entities())
        where = table.pop("where", {})
        given = () if isinstance(where, dict) else self._texts(f"{key}.where", where)
        among = (
            {column: self._as_words(f"{key}.where.{column}", words) for column, words in where.items()}
            if not given
            else {}
        )
        fields: dict[str, FieldSource] = {}
        for field, source in table.items():
            if field in entities()[name].each and isinstance(source, dict) and not _is_source(source):
                fields |= {
                    f"{field}.{word}": self._source(f"{key}.{field}.{word}", entry)
                    for word, entry in source.items()
                }
            else:
                fields[field] = self._source(f"{key}.{field}", source)
        return Feed(entity=name, given=given, where=among, fields=fields)

    def _source(self, key: str, value: Any) -> FieldSource:
        if isinstance(value, str | list):
            value = {"from": value}
        if not isinstance(value, dict):
            raise self._wrong(
                key, 'must be a column, a list of columns, or a table such as { constant = "..." }', value
            )
        readers: dict[str, Callable[[str, Any], Any]] = {
            "from": self._texts,
            "join": self._flag,
            "constant": self._word,
            "row_number": self._flag,
            "prefix": self._text,
            "required": self._flag,
            "words": self._words,
            "default": self._word,
        }
        self._known(key, value, readers)
        given = {name: readers[name](f"{key}.{name}", entry) for name, entry in value.items()}
        kinds = [name for name in ("from", "constant", "row_number") if given.get(name) not in (None, False)]
        if len(kinds) != 1:
            said = " and ".join(kinds) or "none of them"
            raise IngestError(
                f"{self._name}: {key} must have one of from, constant and row_number; it has {said}"
            )
        if "from" in given:
            given["columns"] = given.pop("from")
        return FieldSource(**given)

    def _read(self, table: dict[str, Any]) -> Reading:
        readers: dict[str, Callable[[str, Any], Any]] = {
            "skip_lines": self._count,
            "drop_totals": self._regex,
            "records": self._text,
            "params": lambda k, v: {
                name: self._param(f"{k}.{name}", p) for name, p in self._table(k, v).items()
            },
            "explode": self._text,
            "fill_down": self._fill_down,
            "encoding": self._text,
            "separator": self._text,
            "sheet": self._text,
        }
        self._known("read", table, readers)
        return Reading(**{name: readers[name](f"read.{name}", value) for name, value in table.items()})

    def _param(self, key: str, value: Any) -> Param:
        if isinstance(value, str):
            return Param(path=value)
        table = self._table(key, value)
        self._known(key, table, ("list", "key", "path"))
        given = {name: self._text(f"{key}.{name}", entry) for name, entry in table.items()}
        if set(given) not in ({"list", "key"}, {"path"}):
            raise IngestError(
                f'{self._name}: {key} must be a dotted path, or {{ list = "...", key = "..." }}; it has {", ".join(given) or "nothing"}'
            )
        return Param(**given)

    def _fill_down(self, key: str, value: Any) -> FillDown:
        table = self._table(key, value)
        self._known(key, table, ("key", "columns"), required=("key", "columns"))
        return FillDown(
            self._text(f"{key}.key", table["key"]), self._texts(f"{key}.columns", table["columns"])
        )

    def _known(
        self, key: str, table: dict[str, Any], names: Iterable[str], *, required: tuple[str, ...] = ()
    ) -> None:
        place = f"{key}." if key else ""
        for name in table:
            if name not in names:
                raise IngestError(
                    f"{self._name}: {place}{name} is no key of a profile.{did_you_mean(name, names)}"
                )
        for name in required:
            if name not in table:
                raise IngestError(f"{self._name} lacks {place}{name}")

    def _wrong(self, key: str, must: str, value: Any) -> IngestError:
        return IngestError(f"{self._name}: {key} {must}, not {value!r}")

    def _table(self, key: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(key, "must be a table", value)
        return value

    def _list(self, key: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self._wrong(key, "must be a list", value)
        return value

    def _text(self, key: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self._wrong(key, "must be text", value)
        return value

    def _word(self, key: str, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, str | int | float):
            raise self._wrong(key, "must be text, a number, true or false", value)
        return str(value)

    def _texts(self, key: str, value: Any) -> tuple[str, ...]:
        return tuple(
            self._text(key, entry)
            for entry in ([value] if isinstance(value, str) else self._list(key, value))
        )

    def _as_words(self, key: str, value: Any) -> tuple[str, ...]:
        return tuple(self._word(key, entry) for entry in (value if isinstance(value, list) else [value]))

    def _words(self, key: str, value: Any) -> dict[str, str]:
        return {word: self._word(f"{key}.{word}", meant) for word, meant in self._table(key, value).items()}

    def _flag(self, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self._wrong(key, "must be true or false", value)
        return value

    def _number(self, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "must be a number", value)
        return value

    def _count(self, key: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self._wrong(key, "must be a whole number from 0", value)
        return value

    def _one_of(self, key: str, value: Any, words: Iterable[str]) -> Any:
        if not isinstance(value, str) or value not in words:
            raise IngestError(f"{self._name}: {key} is {value!r}.{did_you_mean(str(value), words)}")
        return value

    def _regex(self, key: str, value: Any) -> str:
        text = self._text(key, value)
        try:
            re.compile(text)
        except re.error as error:
            raise IngestError(f"{self._name}: {key} is no regular expression: {error}") from error
        return text

    def _zone(self, key: str, value: Any) -> str:
        text = self._text(key, value)
        try:
            pl.select(pl.datetime(2024, 1, 1).dt.replace_time_zone(text))
        except pl.exceptions.PolarsError as error:
            hint = did_you_mean(text, available_timezones())
            raise IngestError(f"{self._name}: {key} is {text!r}, which is no time zone.{hint}") from error
        return text


def _is_source(table: dict[str, Any]) -> bool:
    return bool({"from", "constant", "row_number"} & table.keys())
