"""The checks that Martlet's own queries pass, for the packs of a folder: header, columns, order, grain, macro and cases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from martlet.engine import user_packs, writing
from martlet.engine.cases import cases, differences, filled
from martlet.engine.errors import MartletError, did_you_mean
from martlet.loaders.user_packs.binding import bound
from martlet.loaders.warehouse import own_packs, star

if TYPE_CHECKING:
    from collections.abc import Iterator

    from martlet.engine.cases import Case
    from martlet.engine.packs import Packs
    from martlet.engine.query import Query

__all__ = ["Finding", "test_packs"]

# What clients of a file don't show.
_HIDDEN_TYPES = ("HUGEINT", "INTERVAL", "STRUCT", "MAP", "UNION", "BIT")


@dataclass(frozen=True)
class Finding:
    """What is wrong with a query: its `pack/name`, empty where it is none in particular, and the fault in words."""

    query: str
    fault: str


def test_packs(folder: str | Path) -> dict[str, list[Finding]]:
    """Hold the packs of a folder to what Martlet's own are held to, in an empty warehouse in memory.

    Parameters
    ----------
    folder
        The packs, and their cases in `cases/<pack>/<name>/<rule>/`.

    Returns
    -------
    dict
        What was found wrong with each query, nothing where all is well; under an empty name what concerns none of them.

    Raises
    ------
    ParameterError
        If the folder holds no pack, or a pack has a name that it can't have.
    UnitError
        If the header of a file, or what a pack says of itself, is malformed.
    """
    packs = user_packs.read(folder)
    _ = packs.by_name
    given = list(cases(Path(folder) / user_packs.CASES))
    stray = [case for case in given if case.query not in packs.own]
    found = {
        "": [
            Finding("", f"{c.folder}: there is no query {c.query!r}.{did_you_mean(c.query, packs.own)}")
            for c in stray
        ]
    }
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        star.create(connection)
        star.refresh(connection)
        for path in packs.own:
            mine = [case for case in given if case.query == path]
            faults = _told(connection, packs, path, mine)
            found[path] = [Finding(path, fault) for fault in faults]
    return found


def _told(connection: duckdb.DuckDBPyConnection, packs: Packs, path: str, given: list[Case]) -> Iterator[str]:
    """Yield the faults of a query; one that keeps it from being asked is the last."""
    where = ""
    try:
        query = packs.get(path)
        yield from _shape(connection, query)
        own_packs.create(connection, [query])
        if not given:
            yield f"there is no case; write one in {user_packs.CASES}/{path}/<rule_in_words>/"
        for case in given:
            where = f"{case}: "
            yield from _answers(connection, query, case)
    except (MartletError, duckdb.Error) as error:
        text = " ".join(str(error).split("\nLINE ")[0].split())
        yield text if isinstance(error, MartletError) else f"{where}{text}"


def _shape(connection: duckdb.DuckDBPyConnection, query: Query) -> Iterator[str]:
    """Yield what is wrong with the columns, their types and the order, whichever branch is asked."""
    for choices in query.branches():
        asked = "".join(f", {name} = {word}" for name, word in choices.items())
        if writing.statement(query, {**query.values({}), **choices}).args.get("order") is None:
            yield f"the outermost SELECT has no ORDER BY over {', '.join(query.grain)}{asked}"
        answer = bound(connection, query, choices)
        if answer.columns != list(query.columns):
            yield f"the columns are {', '.join(answer.columns)}, but the header has {', '.join(query.columns)}{asked}"
        for name, kind in zip(answer.columns, map(str, answer.types), strict=True):
            if kind.startswith(_HIDDEN_TYPES) or kind.endswith("[]"):
                yield f"column {name!r} is of type {kind}, which few clients show: cast it"


def _answers(connection: duckdb.DuckDBPyConnection, query: Query, case: Case) -> Iterator[str]:
    """Yield what a case finds: other rows than expected, or several for one value of the grain."""
    with filled(connection, query, case):
        yield from differences(connection, query, case)
        grain = ", ".join(f'"{name}"' for name in query.grain)
        answer = bound(connection, query, query.values(case.params))
        several = answer.aggregate(f"{grain}, count(*) AS rows_alike", grain).filter("rows_alike > 1")
        for row in several.fetchall()[:1]:
            yield f"{case}: {row[-1]} rows have the same {', '.join(query.grain)}: {row[:-1]}"
