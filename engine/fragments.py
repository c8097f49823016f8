"""A statement as its common table expressions and its last SELECT, each parsed once however many queries carry it.

Every macro and view repeats what its query shares with others; so each distinct text is compiled once, to SQL with a hole
for each parameter, and a statement is those texts joined, its holes filled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import sqlglot
from sqlglot import exp

from martlet.engine import rewriting
from martlet.engine.lexing import split_expressions
from martlet.engine.relation_files import Names, names_read

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Fragment", "Hole", "NotOneSelect", "Statement", "compiled", "one_select", "without_places"]

Parsed = TypeVar("Parsed", bound=exp.Expr)

# Characters of the private use area, which no SQL file holds, frame the name of a parameter.
_HOLE = re.compile("\ue000([^\ue001]*)\ue001")
_SUBQUERY = "?"


class NotOneSelect(Exception):  # noqa: N818  (the caller says which file and line)
    """The text is no single SELECT."""


@dataclass(frozen=True)
class Hole:
    """The place of a parameter.

    DuckDB 2 checks a macro's body as if its parameters were columns, and so refuses `CAST(p AS ...)` beside aggregates
    (1.1 does not): there, `is_beside_aggregates`, it has to be a subquery.
    """

    name: str
    is_beside_aggregates: bool


@dataclass(frozen=True)
class Fragment:
    """A compiled common table expression, or the last SELECT.

    Attributes
    ----------
    pieces
        SQL of one line without comments, and the holes in it.
    bare_columns
        The columns that it names without a table.
    names
        What it reads.
    """

    pieces: tuple[str | Hole, ...]
    bare_columns: frozenset[str]
    names: Names


@dataclass(frozen=True)
class Statement:
    """A compiled SELECT: its common table expressions, and what follows them last."""

    fragments: tuple[Fragment, ...]
    is_recursive: bool

    @property
    def bare_columns(self) -> frozenset[str]:
        """The columns that it names without a table."""
        return frozenset[str]().union(*(fragment.bare_columns for fragment in self.fragments))

    @property
    def reads(self) -> frozenset[str]:
        """Qualified names of the relations, types and macros that it reads."""
        return names_read(*(fragment.names for fragment in self.fragments))

    def filled(self, write: Callable[[Hole], str]) -> str:
        """Return its SQL, what `write` returns in the place of each hole."""
        *expressions, last = (
            "".join(piece if isinstance(piece, str) else write(piece) for piece in fragment.pieces)
            for fragment in self.fragments
        )
        beginning = "WITH RECURSIVE" if self.is_recursive else "WITH"
        return f"{beginning} {', '.join(expressions)} {last}" if expressions else last


@lru_cache(maxsize=256)
def compiled(sql: str) -> Statement:
    """Return a statement compiled.

    Raises
    ------
    sqlglot.ParseError
        If it is malformed.
    NotOneSelect
        If it is something else than one SELECT.
    """
    try:
        is_recursive, expressions, last = split_expressions(sql)
        return Statement((*map(_compiled_expression, expressions), _compiled_select(last)), is_recursive)
    except (sqlglot.ParseError, NotOneSelect):
        # What is not understood piece by piece may be as a whole, and its errors have the right lines.
        return Statement((_compiled_select(sql),), is_recursive=False)


@lru_cache(maxsize=4096)
def _compiled_expression(text: str) -> Fragment:
    select = one_select(f"WITH RECURSIVE {text} SELECT 1")
    if len(select.ctes) != 1:
        raise NotOneSelect
    return _fragment(select.ctes[0])


@lru_cache(maxsize=1024)
def _compiled_select(text: str) -> Fragment:
    return _fragment(one_select(text))


def one_select(text: str) -> exp.Query:
    """Return the parsed statement of a text that holds one SELECT.

    Raises
    ------
    sqlglot.ParseError
        If it is malformed.
    NotOneSelect
        If it is something else.
    """
    parsed = [statement for statement in sqlglot.parse(text, read="duckdb") if statement is not None]
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query) or parsed[0].find(exp.DML, exp.Command):
        raise NotOneSelect
    return parsed[0]


def without_places(statement: Parsed) -> Parsed:
    """Forget where in its text each word of a statement stands: to copy that takes longer than all else."""
    for node in statement.walk():
        node._meta = None  # noqa: SLF001 - sqlglot has no method for it
    return statement


def _fragment(tree: exp.Expr) -> Fragment:
    names = Names.of(tree)
    bare = frozenset(column.name for column in tree.find_all(exp.Column) if not column.table)
    for node in list(tree.find_all(exp.Placeholder)):
        mark = _SUBQUERY if rewriting.beside_aggregates(node) else ""
        node.replace(exp.Var(this=f"\ue000{node.name}{mark}\ue001"))
    text, *rest = _HOLE.split(tree.sql("duckdb", copy=False, comments=False))
    pieces: list[str | Hole] = [text]
    for name, following in zip(rest[::2], rest[1::2], strict=True):
        pieces += [Hole(name.removesuffix(_SUBQUERY), name.endswith(_SUBQUERY)), following]
    return Fragment(tuple(pieces), bare, names)
