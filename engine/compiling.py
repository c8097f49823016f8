"""A query as SQL for another engine: values written in, Martlet's own macros opened up, the rest translated by sqlglot."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel

from martlet.engine import writing
from martlet.engine.errors import ParameterError, did_you_mean
from martlet.engine.fragments import without_places
from martlet.engine.relation_files import qualified_call
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
# The clock of a place, where DuckDB needs timezone twice: _moment is a TIMESTAMP by the clock of _own, wanted by that of _zone.
_LOCAL_TIME = {
    "bigquery": "DATETIME(TIMESTAMP(_moment, _own), _zone)",
    "databricks": "from_utc_timestamp(to_utc_timestamp(_moment, _own), _zone)",
    "postgres": "timezone(_zone, timezone(_own, _moment))",
    "snowflake": "CONVERT_TIMEZONE(_own, _zone, _moment)",
    "spark": "from_utc_timestamp(to_utc_timestamp(_moment, _own), _zone)",
}
# An element of a list, counted from 1, NULL where there is none.
_LIST_EXTRACT = {
    "databricks": "get(_list, _place - 1)",
    "spark": "get(_list, _place - 1)",
}
# What refuses a value, by another name.
_ERROR = {"bigquery": "error", "databricks": "raise_error", "spark": "raise_error"}


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
    # Other engines, too, compute each reference to a step anew.
    is_foreign = dialect != _SOURCE
    statement = _without_macros(writing.literal(query, query.values(values), is_installed=is_foreign))
    warnings = []
    if is_foreign:
        statement = _with_bounds_in_numbers(_with_windows_written_out(statement))
        warnings = list(_doubts(statement, dialect))
        statement = _with_moments(statement, dialect)
    writer = Dialect.get_or_raise(dialect).generator(pretty=True, unsupported_level=ErrorLevel.IGNORE)
    text = writer.generate(statement)
    return text, list(dict.fromkeys([*writer.unsupported_messages, *warnings]))


@cache
def _macros() -> dict[str, tuple[tuple[str, ...], exp.Expr]]:
    """Return parameters and body of each scalar macro of `sql/macros`, by schema and name."""
    found = {}
    for relation in relations():
        if relation.kind == "macro":
            create = sqlglot.parse_one(relation.unit.body, read=_SOURCE)
            names = tuple(parameter.name for parameter in create.this.expressions)
            found[relation.qualified] = (names, without_places(create.expression))
    return found


@cache
def _opened(name: str) -> tuple[tuple[str, ...], exp.Expr]:
    """Return parameters and body of a macro, the macros that it calls opened up too."""
    names, body = _macros()[name]
    return names, _without_macros(body)


def _without_macros(statement: exp.Expr) -> exp.Expr:
    """Return the statement with each call of one of our macros replaced by what it stands for."""
    # Under a root of its own, for the statement may itself be a call.
    root = exp.Paren(this=statement.copy())
    # A call within the arguments of another comes later, and is opened first.
    for call in reversed(list(root.find_all(exp.Anonymous))):
        name = qualified_call(call).lower()
        if name in _macros():
            names, body = _opened(name)
            given = dict(zip(names, map(_in_parentheses, call.expressions), strict=True))
            qualified = call.parent if isinstance(call.parent, exp.Dot) else call
            qualified.replace(_in_parentheses(_filled(body, given)))
    opened = root.this
    assert isinstance(opened, exp.Expr)  # noqa: S101
    return opened.pop()


def _filled(body: exp.Expr, given: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return a copy of the body of a macro with the arguments in the places of its parameters."""
    root = exp.Paren(this=body.copy())
    for column in list(root.find_all(exp.Column)):
        if not column.table and column.name in given:
            column.replace(given[column.name].copy())
    filled = root.this
    assert isinstance(filled, exp.Expr)  # noqa: S101
    return filled.pop()


def _in_parentheses(node: exp.Expr) -> exp.Expr:
    compound = isinstance(node, (exp.Binary, exp.Unary, exp.Between, exp.In)) and not isinstance(
        node, exp.Paren
    )
    return exp.Paren(this=node.copy()) if compound else node.copy()


def _with_moments(statement: exp.Expr, dialect: str) -> exp.Expr:
    """Write microseconds since 1970, the clocks of places, elements of lists and refusals as the dialect does, where that is known."""
    for call in list(statement.find_all(exp.Anonymous)):
        if _is_call(call, "epoch_us") and dialect in _EPOCH_US:
            call.replace(_form(_EPOCH_US[dialect], dialect, _moment=call.expressions[0]))
        elif _is_call(call, "error") and dialect in _ERROR:
            call.set("this", _ERROR[dialect])
        elif _is_call(call, "list_extract") and dialect in _LIST_EXTRACT:
            elements, place = map(_in_parentheses, call.expressions)
            call.replace(_form(_LIST_EXTRACT[dialect], dialect, _list=elements, _place=place))
    # An exact quantile, which DuckDB interpolates too.
    for quantile in list(statement.find_all(exp.PercentileCont)):
        if dialect in {"databricks", "spark"} and quantile.expression is not None:
            quantile.replace(
                exp.Anonymous(this="percentile", expressions=[quantile.this, quantile.expression])
            )
    # A hint for DuckDB alone.
    for part in statement.find_all(exp.CTE):
        part.set("materialized", None)
    for call in list(statement.find_all(exp.Anonymous)):
        if (
            dialect in _LOCAL_TIME
            and _is_call(call, "timezone")
            and _is_call(call.expressions[1], "timezone")
        ):
            own, moment = call.expressions[1].expressions
            form = _LOCAL_TIME[dialect]
            call.replace(_form(form, dialect, _zone=call.expressions[0], _own=own, _moment=moment))
    return statement


def _with_windows_written_out(statement: exp.Expr) -> exp.Expr:
    """Write what a WINDOW clause names where it is used, since not all dialects have the clause. A name is used for one window alone."""
    named = {}
    for select in statement.find_all(exp.Select):
        for window in select.args.get("windows") or ():
            named[window.name] = window
        select.set("windows", None)
    for window in statement.find_all(exp.Window):
        if (name := window.alias) in named:
            for part in ("partition_by", "order", "spec"):
                given = named[name].args.get(part)
                copies = [one.copy() for one in given] if isinstance(given, list) else given and given.copy()
                window.set(part, copies)
            window.set("alias", None)
            window.set("over", "OVER")
    return statement


def _with_bounds_in_numbers(statement: exp.Expr) -> exp.Expr:
    """Write the bounds of frames, which the parameters decide, as the numbers that they come to: other engines take nothing else there."""
    with duckdb.connect() as connection:
        for spec in statement.find_all(exp.WindowSpec):
            for side in ("start", "end"):
                bound = spec.args.get(side)
                if (
                    isinstance(bound, exp.Expr)
                    and not isinstance(bound, exp.Literal)
                    and not bound.find(exp.Column)
                ):
                    row = connection.execute(f"SELECT {bound.sql(_SOURCE)}").fetchone()
                    spec.set(side, exp.Literal.number(row[0]) if row else bound)
    return statement


def _is_call(node: exp.Expr, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == name


def _form(text: str, dialect: str, **given: exp.Expr) -> exp.Expr:
    """Return a form of a dialect with expressions in the places of its names."""
    form = sqlglot.parse_one(text, read=dialect)
    for column in [node for node in form.find_all(exp.Column) if node.name in given]:
        column.replace(given[column.name].copy())
    return form


def _doubts(statement: exp.Expr, dialect: str) -> Iterator[str]:
    """Yield what sqlglot passes through without a word, because it doesn't know it."""
    names = {call.name.lower() for call in statement.find_all(exp.Anonymous)}
    known = {"epoch_us": _EPOCH_US, "timezone": _LOCAL_TIME, "error": _ERROR, "list_extract": _LIST_EXTRACT}
    for name in sorted(names):
        if dialect not in known.get(name, ()):
            yield f"the function {name} is left as it is: see whether {dialect} has it, with the same meaning"
    for join in statement.find_all(exp.Join):
        if join.args.get("method") == "ASOF":
            yield f"ASOF JOIN is left as it is: see how {dialect} writes it"
