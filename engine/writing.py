"""A query written with its values in it: as a statement of literals, as a view, and as a table macro.

The parser tells parameters from text: nothing that a value holds can become SQL.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from martlet.engine import rewriting
from martlet.engine.errors import UnitError
from martlet.engine.fragments import NotOneSelect, compiled, one_select, without_places
from martlet.engine.relation import Relation, comments_on, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from martlet.engine.fragments import Hole, Statement
    from martlet.engine.query import Query
    from martlet.engine.template import Rendered

__all__ = ["literal", "macro", "reads", "relation", "signature", "statement", "view"]


def statement(query: Query, values: Mapping[str, Any], *, is_installed: bool = False) -> exp.Query:
    """Return the parsed statement, its parameters still placeholders; `is_installed` is the form that refers to each step once.

    Raises
    ------
    UnitError
        If the query is not one well-formed SELECT; the message gives file and line, here and below.
    """
    return _parsed(query.render(values, is_installed=is_installed)).copy()


def literal(query: Query, values: Mapping[str, Any], *, is_installed: bool = False) -> exp.Query:
    """Return the parsed statement with each parameter written as a literal."""
    written = statement(query, values, is_installed=is_installed)
    # It is a copy already; to transform it would make another, and that takes as long as parsing.
    for node in list(written.find_all(exp.Placeholder)):
        node.replace(rewriting.literal(query.parameters[node.name], values[node.name]))
    return written


def view(query: Query) -> str:
    """Return the SQL of the view: the statement with the default of each parameter as a literal."""
    written = _compiled(query, query.values({}))
    return written.filled(lambda hole: rewriting.default(query.parameters[hole.name]))


def signature(query: Query) -> str:
    """Return the parameters of the table macro, with their defaults."""
    return ", ".join(
        f"{name} := {rewriting.default(parameter)}" for name, parameter in query.parameters.items()
    )


def macro(query: Query) -> str:
    """Return the SQL of the table macro's body: each parameter an identifier, cast and held to its bounds.

    A structural choice becomes a UNION ALL of its branches, each under `WHERE <choice> = '<word>'`, which DuckDB
    prunes when it binds the call, so that only the branch asked for is ever planned; words that give the same branch share
    it. Of a list of choices the body carries the parts for all words, and of a list that Jinja counts those for the
    longest, since a call may ask for any of them.
    """
    guards = {name: rewriting.guarded(parameter) for name, parameter in query.parameters.items()}

    def write(hole: Hole) -> str:
        guard = guards[hole.name]
        return f"(SELECT {guard})" if hole.is_beside_aggregates else guard

    asked_by: dict[str, list[str]] = {}
    for choices, values in _branches(query):
        asked = " AND ".join(f"{guards[name]} = '{word}'" for name, word in choices.items())
        asked_by.setdefault(_compiled(query, values).filled(write), []).append(asked)
    if not query.structural:
        return next(iter(asked_by))
    return " UNION ALL ".join(
        f"SELECT * FROM ({body}) AS _branch_{number} WHERE {' OR '.join(asked)}"
        for number, (body, asked) in enumerate(asked_by.items())
    )


def reads(query: Query) -> frozenset[str]:
    """Return the qualified names of the relations, types and macros that the macro reads."""
    return frozenset[str]().union(*(_compiled(query, values).reads for _, values in _branches(query)))


def relation(query: Query) -> Relation:
    """Return the query as what the loaders create: a table macro, and its default answer, a view or a stored table, by the same name."""
    qualified = f"{query.pack}.{query.name}"
    what = "TABLE" if query.stored else "VIEW"
    return Relation(
        unit=query.unit,
        schema=query.pack,
        name=query.name,
        kind="stored" if query.stored else "pack",
        creates=(
            f"CREATE OR REPLACE MACRO {qualified}({signature(query)}) AS TABLE {macro(query)}",
            f"CREATE OR REPLACE {what} {qualified} AS {_default_answer(query)}",
        ),
        comments=(
            *comments_on(what, qualified, query.comment, query.columns),
            f"COMMENT ON MACRO TABLE {qualified} IS {quote(query.comment)}",
        ),
        reads=reads(query),
    )


def _default_answer(query: Query) -> str:
    """Return a call of the macro, which keeps the file small, unless the macro carries parts that the defaults don't need."""
    # In quotes, since to a client of DuckDB 2.0.0 `any(` is a keyword even behind a schema.
    return (
        view(query)
        if query.stored or query.selective or query.counted
        else f'SELECT * FROM {query.pack}."{query.name}"()'
    )


def _branches(query: Query) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Yield the choices of each branch of the macro, and the values to render it with."""
    every_part: dict[str, Any] = {parameter.name: list(parameter.of) for parameter in query.selective}
    every_part |= {parameter.name: [None] * (parameter.most or 0) for parameter in query.counted}
    for choices in query.branches():
        yield choices, {**query.values({}), **every_part, **choices}


def _compiled(query: Query, values: Mapping[str, Any]) -> Statement:
    rendered = query.render(values, is_installed=True)
    with _located(rendered):
        written = compiled(rendered.sql)
    # The macro would put the parameter in the column's place.
    for name in query.parameters.keys() & written.bare_columns:
        message = f"parameter {name!r} has the name of a column; qualify the column, or rename one"
        raise query.unit.error(message, line=query.unit.line_of(name))
    return written


@lru_cache(maxsize=64)
def _parsed(rendered: Rendered) -> exp.Query:
    """Return the parsed statement; whoever changes it takes a copy."""
    with _located(rendered):
        return without_places(one_select(rendered.sql))


@contextmanager
def _located(rendered: Rendered) -> Iterator[None]:
    """Tell the file and line of what is malformed."""
    try:
        yield
    except sqlglot.ParseError as error:
        first = error.errors[0]
        raise UnitError(f"{rendered.origin(first['line'])}: {first['description']}") from None
    except NotOneSelect:
        raise UnitError(f"{rendered.origin(1)}: the file must hold exactly one SELECT") from None
