"""A query as SQL for another engine: values written in, Martlet's own macros opened up, the rest translated by sqlglot."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel

from martlet.engine import writing
from martlet.engine.errors import ParameterError, did_you_mean
from martlet.engine.relations import relations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from martlet.engine.query import Query

__all__ = ["compile", "dialects"]

_SOURCE = "duckdb"
# Microseconds since 1970, which sqlglot leaves as DuckDB writes it; `_moment` is a TIMESTAMP in UTC.
_EPOCH_US = {
    "athena": "CAST(to_unixtime(_moment) * 1000000 AS BIGINT)",
    "bigquery": "UNIX_MICROS(TIMESTAMP(_moment))",
    "clickhouse": "toUnixTimestamp64Micro(toDateTime64(_moment, 6))",
    "databricks": "unix_micros(_moment)",
    "mysql": "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', _moment)",
    "postgres": "CAST(EXTRACT(EPOCH FROM _moment) * 1000000 AS BIGINT)",
    "presto": "CAST(to_unixtime(_moment) * 1000000 AS BIGINT)",
    "redshift": "CAST(EXTRACT(EPOCH FROM _moment) * 1000000 AS BIGINT)",
    "snowflake": "DATE_PART(EPOCH_MICROSECOND, _moment)",
    "spark": "unix_micros(_moment)",
    "sqlite": "CAST(ROUND((JULIANDAY(_moment) - 2440587.5) * 86400000000) AS INTEGER)",
    "trino": "CAST(to_unixtime(_moment) * 1000000 AS BIGINT)",
    "tsql": "DATEDIFF_BIG(MICROSECOND, '1970-01-01', _moment)",
}


def dialects() -> list[str]:
    """Return the names of the dialects that `compile` can write."""
    return sorted(name for name in Dialect.classes if name)


def compile(  # noqa: A001 - the command's name
    query: Query, values: Mapping[str, Any], dialect: str = _SOURCE
) -> tuple[str, list[str]]:
    """Return a query as SQL text of another dialect.

    Parameters
    ----------
    query
        The query of a pack.
    values
        Values of its parameters; the others take their defaults.
    dialect
        A name of `dialects()`.

    Returns
    -------
    tuple
        The SQL, and in words what could not be translated or has to be looked at by a person.

    Raises
    ------
    ParameterError
        If the dialect is unknown, or a value is wrong.
    """
    if dialect not in dialects():
        raise ParameterError(f"there is no dialect {dialect!r}.{did_you_mean(dialect, dialects())}")
    statement = _without_macros(writing.literal(query, query.values(values)))
    warnings = []
    if dialect != _SOURCE:
        warnings = list(_doubts(statement, dialect))
        statement = _with_moments(statement, dialect)
    writer = Dialect.get_or_raise(dialect).generator(pretty=True, unsupported_level=ErrorLevel.IGNORE)
    text = writer.generate(statement)
    return text, list(dict.fromkeys([*writer.unsupported_messages, *warnings]))


@cache
def _macros() -> dict[str, tuple[tuple[str, ...], exp.Expr]]:
    """Return parameters and body of each scalar macro of `sql/macros`, by name."""
    found = {}
    for relation in relations():
        if relation.kind == "macro":
            create = sqlglot.parse_one(relation.unit.body, read=_SOURCE)
            names = tuple(parameter.name for parameter in create.this.expressions)
            found[relation.name] = (names, create.expression)
    return found


def _calls(statement: exp.Expr) -> Iterator[exp.Anonymous]:
    for call in statement.find_all(exp.Anonymous):
        if call.name.lower() in _macros():
            yield call


def _without_macros(statement: exp.Expr) -> exp.Expr:
    """Return the statement with each call of one of our macros replaced by what it stands for."""
    statement = statement.copy()
    while call := next(_calls(statement), None):
        names, body = _macros()[call.name.lower()]
        given = dict(zip(names, (_in_parentheses(argument) for argument in call.expressions), strict=True))
        opened = body.copy().transform(
            lambda node, given=given: (
                given[node.name].copy()
                if isinstance(node, exp.Column) and not node.table and node.name in given
                else node
            )
        )
        qualified = call.parent if isinstance(call.parent, exp.Dot) else call
        qualified.replace(_in_parentheses(opened))
    return statement


def _in_parentheses(node: exp.Expr) -> exp.Expr:
    compound = isinstance(node, (exp.Binary, exp.Unary, exp.Between, exp.In)) and not isinstance(
        node, exp.Paren
    )
    return exp.Paren(this=node.copy()) if compound else node.copy()


def _with_moments(statement: exp.Expr, dialect: str) -> exp.Expr:
    """Write microseconds since 1970 as the dialect does, where that is known."""
    if dialect not in _EPOCH_US:
        return statement
    for call in list(statement.find_all(exp.Anonymous)):
        if call.name.lower() == "epoch_us":
            form = sqlglot.parse_one(_EPOCH_US[dialect], read=dialect)
            next(node for node in form.find_all(exp.Column) if node.name == "_moment").replace(
                call.expressions[0].copy()
            )
            call.replace(form)
    return statement


def _doubts(statement: exp.Expr, dialect: str) -> Iterator[str]:
    """Yield what sqlglot passes through without a word, because it doesn't know it."""
    names = {call.name.lower() for call in statement.find_all(exp.Anonymous)}
    for name in sorted(names - ({"epoch_us"} if dialect in _EPOCH_US else set())):
        yield f"the function {name} is left as it is: see whether {dialect} has it, with the same meaning"
    for join in statement.find_all(exp.Join):
        if join.args.get("method") == "ASOF":
            yield f"ASOF JOIN is left as it is: see how {dialect} writes it"
