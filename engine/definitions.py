"""All that decides what is installed in a warehouse file: one digest of it, and what was worked out from it.

To read, check and compile the SQL of Martlet takes a second or more, at each build and each load. It gives the same each
time, so it is remembered between processes.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from importlib import resources
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from martlet.engine import cache as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.resources.abc import Traversable

__all__ = ["SETTING", "digest", "remembered"]

# The setting of a warehouse file that keeps the digest of what it was made with.
SETTING = "definitions_digest"

# The SQL, and the Python that reads and rewrites it: whoever edits either of them meets no answer of the other state.
_FOLDERS = ("sql", "queries", "engine", "loaders/warehouse")
_ENDINGS = (".sql", ".toml", ".py")
_Made = TypeVar("_Made")
_DATE, _MOMENT = "$date", "$datetime"


@cache
def digest() -> str:
    """Return a hash of all that decides what tables, views and macros are."""
    found = blake2b(f"{version('martlet')} {version('sqlglot')}".encode(), digest_size=16)
    root = resources.files("martlet")
    for folder in _FOLDERS:
        for path, content in _files(root.joinpath(folder), folder):
            found.update(f"{path}\0{len(content)}\0".encode())
            found.update(content)
    return found.hexdigest()


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        path = f"{prefix}/{entry.name}"
        if entry.name.endswith(_ENDINGS):
            yield path, entry.read_bytes()
        elif entry.is_dir():
            yield from _files(entry, path)


def remembered(name: str, work: Callable[[], Any], made: Callable[[Any], _Made]) -> _Made:
    """Return what `made` makes of the result of `work`, which is not done if it was done before from the same definitions.

    Parameters
    ----------
    name
        The kind of result.
    work
        Returns what JSON knows, dates, moments and sets.
    made
        Takes that as it comes back from JSON, with lists for tuples and sets.
    """
    content = kept.read(name, digest())
    if content is not None:
        # Whatever is wrong with what was kept, it can be had again.
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            return made(json.loads(content, object_hook=_decoded))
    text = json.dumps(work(), default=_encoded, ensure_ascii=False, separators=(",", ":"))
    kept.write(name, digest(), text.encode())
    return made(json.loads(text, object_hook=_decoded))


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} can't be remembered")


def _decoded(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        if _MOMENT in found:
            return datetime.fromisoformat(found[_MOMENT])
        if _DATE in found:
            return date.fromisoformat(found[_DATE])
    return found
