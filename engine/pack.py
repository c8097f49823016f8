"""A pack: what its `_pack.toml` says of its queries as a whole, read strictly."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from martlet.engine.errors import ParameterError, UnitError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from martlet.engine.query import Query

__all__ = ["FILE", "Pack", "read"]

FILE = "_pack.toml"
_KEYS = {
    "title": str,
    "summary": str,
    "story": str,
    "order": list,
    "report": list,
    "which": dict,
    "examples": dict,
}
_REQUIRED = ("title", "summary")


@dataclass(frozen=True)
class Pack:
    """The queries of one schema, in the order in which a reader meets them.

    `which` says of several queries which one to take: a wish in words, and the `pack/name` that fulfils it. `examples` holds
    by a query's name the parameters with which its page shows it. `report` are the queries that a report shows of the pack: none
    where it is empty, those with a picture and a finding where it is None.
    """

    name: str
    title: str
    summary: str
    story: str
    queries: tuple[Query, ...]
    which: Mapping[str, str]
    examples: Mapping[str, Mapping[str, Any]]
    report: tuple[Query, ...] | None = None


def read(name: str, path: str, text: str | None, *, queries: Mapping[str, Query]) -> Pack:
    """Read what is said of the pack `name`.

    Parameters
    ----------
    name
        The pack.
    path
        How errors name the file.
    text
        The file's text; without one the pack has its own name for a title, and its queries stand in the order of theirs.
    queries
        All queries, of this pack and of the others, by `pack/name`.

    Raises
    ------
    UnitError
        If it is no TOML, if a key is unknown, missing or of the wrong type, or if it names a query that there is not or
        one twice.
    """
    own = {query.name: query for query in queries.values() if query.pack == name}
    said: dict[str, Any] = {"title": name, "summary": ""} if text is None else _toml(path, text)
    order = list(said.get("order", []))
    for place, word in enumerate(order):
        _refuse_unknown(path, "order", word, own)
        if word in order[:place]:
            raise UnitError(f"{path}: order: names {word!r} twice")
    for word in said.get("report", []):
        _refuse_unknown(path, "report", word, own)
    order += [word for word in sorted(own) if word not in order]
    which = {
        want: _full_name(path, want, word, name, queries) for want, word in said.get("which", {}).items()
    }
    examples = said.get("examples", {})
    for word, parameters in examples.items():
        _refuse_unknown(path, "examples", word, own)
        if not isinstance(parameters, dict):
            raise UnitError(f"{path}: examples: {word!r} must be a table of parameters, not {parameters!r}")
        try:
            own[word].values(parameters)
        except ParameterError as error:
            raise UnitError(f"{path}: examples: {error}") from None
    return Pack(
        name=name,
        title=said["title"],
        summary=said["summary"],
        story=" ".join(said.get("story", "").split()),
        queries=tuple(own[word] for word in order),
        which=which,
        examples=examples,
        report=tuple(own[word] for word in said["report"]) if "report" in said else None,
    )


def _toml(path: str, text: str) -> dict[str, Any]:
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnitError(f"{path}: this is no TOML: {error}") from None
    for key, value in said.items():
        if key not in _KEYS:
            raise UnitError(f"{path}: {key}: unknown key.{did_you_mean(key, _KEYS)}")
        if not isinstance(value, _KEYS[key]):
            raise UnitError(f"{path}: {key}: must be a {_KEYS[key].__name__}, not {value!r}")
    for key in _REQUIRED:
        if key not in said:
            raise UnitError(f"{path}: the key {key!r} is missing")
    return said


def _full_name(path: str, want: str, word: Any, pack: str, queries: Iterable[str]) -> str:
    full = word if isinstance(word, str) and "/" in word else f"{pack}/{word}"
    _refuse_unknown(path, f"which.{want!r}", full, queries)
    return full


def _refuse_unknown(path: str, key: str, word: Any, names: Iterable[str]) -> None:
    if word not in names:
        raise UnitError(f"{path}: {key}: there is no query {word!r}.{did_you_mean(str(word), names)}")
