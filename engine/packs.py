"""The packs: every query file below `queries/`, and those of a user's own folder, found by name."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from martlet.engine import definitions, pack
from martlet.engine.errors import UnknownNameError, did_you_mean, nearest, shown
from martlet.engine.parameters import Parameter
from martlet.engine.query import Query, load
from martlet.engine.template import add, is_part
from martlet.engine.units import Unit, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from martlet.engine.pack import Pack

__all__ = ["Packs", "get", "packs", "queries", "shipped"]


class Packs:
    """Packs that can be asked together.

    Parameters
    ----------
    files
        The text of each file by its path, `.../<pack>/<name>.sql` and `.../<pack>/_pack.toml`. Files whose name, or
        that of a folder they stand in, begins with `_` are parts of others, and no queries.
    base
        Packs to which these are added, those of Martlet for a user's own, whose parts these may include.
    """

    def __init__(self, files: Mapping[str, str], *, base: Packs | None = None) -> None:
        self.files = files
        self._base = base
        self._checked: dict[str, Query] = {}
        add(files)

    @cached_property
    def queries(self) -> dict[str, Query]:
        """All queries by their `pack/name`.

        Raises
        ------
        UnitError
            If a header is malformed.
        """
        return {**(self._base.queries if self._base else {}), **self.own}

    @cached_property
    def own(self) -> dict[str, Query]:
        """The queries of these files, without those of `base`."""
        return {query.path: query for query in self._loaded()}

    def _loaded(self) -> Iterable[Query]:
        parts = {**(self._base.files if self._base else {}), **self.files}
        return (
            load(path, text, parts=parts)
            for path, text in self.files.items()
            if path.endswith(".sql") and not is_part(path)
        )

    @cached_property
    def by_name(self) -> dict[str, Pack]:
        """What is said of each pack, by its name.

        Raises
        ------
        UnitError
            If a `_pack.toml` is malformed.
        """
        folders = {query.pack: query.unit.path.rsplit("/", 1)[0] for query in self.own.values()}
        own = {
            name: pack.read(
                name, path := f"{folders[name]}/{pack.FILE}", self.files.get(path), queries=self.queries
            )
            for name in sorted(folders)
        }
        return {**(self._base.by_name if self._base else {}), **own}

    def get(self, name: str) -> Query:
        """Return one query, its header held against its template.

        Parameters
        ----------
        name
            `pack/name`, `pack.name`, or only the query's name where no other pack has one of that name.

        Raises
        ------
        UnknownNameError
            If there is no such query, or there are several; the message gives those meant.
        """
        found = self._resolved(name)
        if found.path not in self._checked:
            found.check()
            self._checked[found.path] = found
        return found

    def _resolved(self, name: str) -> Query:
        path = name.replace(".", "/")
        if path in self.queries:
            return self.queries[path]
        if path in self.by_name:
            own = ", ".join(query.path for query in self.by_name[path].queries)
            raise UnknownNameError(f"{name!r} is a pack; name one of its queries: {own}")
        alike = [query for query in self.queries.values() if query.name == path]
        if len(alike) == 1:
            return alike[0]
        if alike:
            several = " or ".join(query.path for query in alike)
            raise UnknownNameError(f"there are several queries {name!r}: name {several}")
        bare = {*(query.name for query in self.queries.values()), *self.by_name}
        near = nearest(path, self.queries if "/" in path else bare)
        packs = ", ".join(self.by_name)
        hint = f"Did you mean {near!r}?" if near else f"martlet packs lists those of the packs {packs}."
        raise UnknownNameError(f"there is no query {shown(name)}. {hint}")

    def pack(self, name: str) -> Pack:
        """Return one pack.

        Raises
        ------
        UnknownNameError
            If there is no such pack.
        """
        if name not in self.by_name:
            raise UnknownNameError(f"there is no pack {shown(name)}.{did_you_mean(name, self.by_name)}")
        return self.by_name[name]


class _Shipped(Packs):
    """The packs of Martlet itself, whose headers are read once for all processes."""

    def _loaded(self) -> Iterable[Query]:
        loaded = super()._loaded

        def read() -> list[dict[str, Any]]:
            return [asdict(query) for query in loaded()]

        return definitions.remembered("queries", read, _all_from)


def _all_from(said: Iterable[Mapping[str, Any]]) -> list[Query]:
    """Return queries that `asdict` was made of, and then lists of tuples."""
    return [
        Query(
            unit=Unit(**query["unit"]),
            parameters={
                name: Parameter(**{**parameter, "of": tuple(parameter["of"])})
                for name, parameter in query["parameters"].items()
            },
        )
        for query in said
    ]


@cache
def shipped() -> Packs:
    """Return the packs of Martlet itself."""
    return _Shipped({**dict(read_folder("queries")), **dict(read_folder("queries", ending=".toml"))})


def queries() -> dict[str, Query]:
    """Return all queries of Martlet's packs by their `pack/name`."""
    return shipped().queries


def get(path: str) -> Query:
    """Return one query of Martlet's packs; see `Packs.get`."""
    return shipped().get(path)


def packs() -> list[str]:
    """Return the names of Martlet's packs."""
    return sorted(
        {path.split("/")[-2] for path in shipped().files if path.endswith(".sql") and not is_part(path)}
    )
