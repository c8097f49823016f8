"""A query of the packs as SQL for another engine, asked for by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from martlet.engine import compiling, packs, user_packs

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Compiled", "compile"]


@dataclass(frozen=True)
class Compiled:
    """SQL of another engine, and in words what could not be translated or a person has to look at; `str` of it is the SQL."""

    sql: str
    dialect: str
    doubts: tuple[str, ...]

    def __str__(self) -> str:
        return self.sql


def compile(  # noqa: A001 - read as martlet.compile
    query: str, /, dialect: str = "duckdb", *, packs_folder: str | Path | None = None, **parameters: Any
) -> Compiled:
    """Return a query as SQL of another engine, its parameters written in; no warehouse is needed.

    Parameters
    ----------
    query
        `pack/name`.
    dialect
        Such as `snowflake`, `bigquery`, `postgres` or `spark`.
    packs_folder
        A folder with packs of your own.
    **parameters
        Values of the query's parameters; the others take their defaults.

    Raises
    ------
    UnknownNameError
        If there is no such query.
    ParameterError
        If the dialect is unknown, a parameter does not exist or its value is wrong.

    Examples
    --------
    >>> compiled = martlet.compile("segmentation/rfm", "postgres", bins=4)
    >>> compiled.sql.startswith("WITH"), compiled.dialect
    (True, 'postgres')
    """
    known = packs.shipped() if packs_folder is None else user_packs.read(packs_folder)
    text, doubts = compiling.compile(known.get(query), parameters, dialect)
    return Compiled(text, dialect, tuple(doubts))
