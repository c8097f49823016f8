"""A profile's TOML to its classes: every key known, every value of its type, every error with its place."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final, get_args

from martlet.engine.errors import IngestError, did_you_mean
from martlet.loaders.ingest._profile_sense import check
from martlet.loaders.ingest._toml_values import Values
from martlet.loaders.ingest.entity import TYPES, entities
from martlet.loaders.ingest.profile import Case, Column, Content, Feed, FieldSource, Guess, Profile, Unit
from martlet.loaders.ingest.reading.options import FillDown, Param, Reading

if TYPE_CHECKING:
    from collections.abc import Callable
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


class _File(Values):
    """One file of a profile."""

    def profile(self, table: dict[str, Any]) -> Profile:
        known = ("name", "title", "docs", "row", "read", "columns", "feeds")
        self.known("", table, known, required=("name", "title", "columns", "feeds"))
        columns = self.table("columns", table["columns"])
        feeds = table["feeds"]
        if not isinstance(feeds, list) or not feeds:
            raise self.wrong("feeds", "must be one or more tables, each under [[feeds]]", feeds)
        return Profile(
            **{key: self.text(key, table.get(key, "")) for key in ("name", "title", "docs", "row")},
            read=self._read(self.table("read", table.get("read", {}))),
            columns={key: self._column(key, value) for key, value in columns.items()},
            feeds=tuple(self._feed(f"feeds[{number}]", feed) for number, feed in enumerate(feeds, 1)),
        )

    def _column(self, name: str, value: Any) -> Column:
        key = f"columns.{name}"
        if isinstance(value, str | list):
            value = {"names": value}
        table = self.table(key, value)
        readers: dict[str, Callable[[str, Any], Any]] = {
            "names": self.texts,
            "required": self.flag,
            "type": lambda k, v: self.one_of(k, v, TYPES),
            "null": self.texts,
            "words": self.words,
            "default": self.word,
            "dates": lambda k, v: self.one_of(k, v, _ORDERS),
            "zone": self.zone,
            "unit": lambda k, v: self.one_of(k, v, get_args(Unit)),
            "decimal": lambda k, v: self.one_of(k, v, (".", ",")),
            "min": self.number,
            "max": self.number,
            "impossible": lambda k, v: tuple(self.number(k, entry) for entry in self.entries(k, v)),
            "currency": self.text,
            "steps": self.text,
            "case": lambda k, v: self.one_of(k, v, get_args(Case)[1:]),
            "example": self.word,
            "guess": self._guess,
        }
        self.known(key, table, readers)
        given = {name: readers[name](f"{key}.{name}", entry) for name, entry in table.items()}
        return Column(**{"key": name, "names": (name,)} | given)

    def _guess(self, key: str, value: Any) -> Guess:
        table = self.table(key, value)
        readers: dict[str, Callable[[str, Any], Any]] = {
            "words": self.regex,
            "unless": self.regex,
            "content": lambda k, v: self.one_of(k, v, get_args(Content)),
            "stand_ins": self.texts,
        }
        self.known(key, table, readers)
        return Guess(**{name: readers[name](f"{key}.{name}", entry) for name, entry in table.items()})

    def _feed(self, key: str, value: Any) -> Feed:
        table = dict(self.table(key, value))
        if "entity" not in table:
            raise IngestError(f"{self.name}: {key} lacks its entity.{did_you_mean('', entities())}")
        name = self.one_of(f"{key}.entity", table.pop("entity"), entities())
        where = table.pop("where", {})
        given = () if isinstance(where, dict) else self.texts(f"{key}.where", where)
        among = (
            {column: self.as_words(f"{key}.where.{column}", words) for column, words in where.items()}
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
            raise self.wrong(
                key, 'must be a column, a list of columns, or a table such as { constant = "..." }', value
            )
        readers: dict[str, Callable[[str, Any], Any]] = {
            "from": self.texts,
            "join": self.flag,
            "constant": self.word,
            "row_number": self.flag,
            "prefix": self.text,
            "required": self.flag,
            "words": self.words,
            "default": self.word,
            "file_name": self.flag,
        }
        self.known(key, value, readers)
        given = {name: readers[name](f"{key}.{name}", entry) for name, entry in value.items()}
        kinds = [name for name in ("from", "constant", "row_number") if given.get(name) not in (None, False)]
        if len(kinds) != 1 and (kinds or not given.get("file_name")):
            said = " and ".join(kinds) or "none of them"
            raise IngestError(
                f"{self.name}: {key} must have one of from, constant, row_number and file_name; it has {said}"
            )
        if "from" in given:
            given["columns"] = given.pop("from")
        return FieldSource(**given)

    def _read(self, table: dict[str, Any]) -> Reading:
        readers: dict[str, Callable[[str, Any], Any]] = {
            "skip_lines": self.count,
            "drop_totals": self.regex,
            "records": self.text,
            "params": lambda k, v: {
                name: self._param(f"{k}.{name}", p) for name, p in self.table(k, v).items()
            },
            "explode": self.text,
            "fill_down": self._fill_down,
            "encoding": self.text,
            "separator": self.text,
            "sheet": self.text,
        }
        self.known("read", table, readers)
        return Reading(**{name: readers[name](f"read.{name}", value) for name, value in table.items()})

    def _param(self, key: str, value: Any) -> Param:
        if isinstance(value, str):
            return Param(path=value)
        table = self.table(key, value)
        self.known(key, table, ("list", "key", "first", "path"))
        given = {name: self.text(f"{key}.{name}", entry) for name, entry in table.items()}
        if set(given) not in ({"list", "key"}, {"list", "first"}, {"path"}):
            raise IngestError(
                f'{self.name}: {key} must be a dotted path, {{ list = "...", key = "..." }} or {{ list = "...", first = "..." }}; it has {", ".join(given) or "nothing"}'
            )
        return Param(**given)

    def _fill_down(self, key: str, value: Any) -> FillDown:
        table = self.table(key, value)
        self.known(key, table, ("key", "columns"), required=("key", "columns"))
        return FillDown(self.text(f"{key}.key", table["key"]), self.texts(f"{key}.columns", table["columns"]))


def _is_source(table: dict[str, Any]) -> bool:
    return bool({"from", "constant", "row_number"} & table.keys())
