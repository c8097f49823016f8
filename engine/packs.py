"""The packs: every query file below `queries/`, found by name."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from martlet.engine import definitions
from martlet.engine.errors import UnknownNameError, did_you_mean
from martlet.engine.query import Query, load
from martlet.engine.template import is_part
from martlet.engine.units import Unit, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["get", "packs", "queries"]


@cache
def queries() -> dict[str, Query]:
    """Return all queries by their `pack/name`; files whose name begins with `_` are parts of others, and no queries.

    Raises
    ------
    UnitError
        If a header is malformed.
    """
    return definitions.remembered("queries", lambda: [asdict(query.unit) for query in _loaded()], _by_path)


def _loaded() -> list[Query]:
    files = dict(read_folder("queries"))
    return [load(path, text, parts=files) for path, text in files.items() if not is_part(path)]


def _by_path(units: Iterable[Mapping[str, Any]]) -> dict[str, Query]:
    found = (Query.of(Unit(**unit)) for unit in units)
    return {query.path: query for query in found}


@cache
def get(path: str) -> Query:
    """Return one query, its header held against its template.

    Raises
    ------
    UnknownNameError
        If there is no such query; the message gives the nearest.
    """
    found = queries().get(path.replace(".", "/"))
    if found is None:
        raise UnknownNameError(f"there is no query {path!r}.{did_you_mean(path, queries())}")
    found.check()
    return found


def packs() -> list[str]:
    """Return the names of the packs."""
    return sorted({query.pack for query in queries().values()})
