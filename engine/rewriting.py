"""How a parameter is written in SQL: as a literal, or as a macro's identifier held to its bounds."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from martlet.engine.parameters import Parameter

__all__ = ["beside_aggregates", "default", "guarded", "literal"]


def literal(parameter: Parameter, value: Any) -> exp.Expr:
    """Return a value of the parameter as a typed SQL literal."""
    if isinstance(value, list):
        return _cast(exp.Array(expressions=[_scalar(item) for item in value]), parameter.sql_type)
    if value is not None and parameter.element in ("int", "bool", "str", "choice"):
        return _scalar(value)
    return _cast(_scalar(value), parameter.sql_type)


@lru_cache(maxsize=4096)
def default(parameter: Parameter) -> str:
    """Return the SQL of the parameter's default."""
    return literal(parameter, parameter.default).sql("duckdb")


@lru_cache(maxsize=4096)
def guarded(parameter: Parameter) -> str:
    """Return the SQL of the parameter as an identifier, cast to its type; a value out of bounds raises an error in SQL."""
    name = exp.column(parameter.name)
    cast = _words(name) if parameter.sql_type == "VARCHAR[]" else _cast(name, parameter.sql_type)
    right = _is_right(parameter, cast)
    if right is None:
        return cast.sql("duckdb")
    message = f"{parameter.name} must be {parameter.allowed()}"
    wrong = exp.func("error", exp.Literal.string(message))
    return exp.paren(exp.case().when(right, cast.copy()).else_(wrong)).sql("duckdb")


def beside_aggregates(node: exp.Expr) -> bool:
    """Whether the node is computed in a SELECT that aggregates, outside of the aggregates themselves."""
    select = node.find_ancestor(exp.Select, exp.AggFunc)
    if not isinstance(select, exp.Select):
        return False
    child: exp.Expr | None = node
    while child is not None and child.parent is not select:
        child = child.parent
    if child is None or child.arg_key not in ("expressions", "having", "qualify", "order"):
        return False
    return bool(select.args.get("group")) or any(
        aggregate.find_ancestor(exp.Select) is select and not isinstance(aggregate.parent, exp.Window)
        for expression in select.expressions
        for aggregate in expression.find_all(exp.AggFunc)
    )


def _is_right(parameter: Parameter, cast: exp.Expr) -> exp.Expr | None:
    """Return the condition that a value is among those allowed, None if every value is."""
    if parameter.is_list:
        return _is_right_list(parameter, cast)
    conditions: list[exp.Expr] = []
    if parameter.of:
        conditions.append(exp.In(this=cast.copy(), expressions=[_scalar(word) for word in parameter.of]))
    if parameter.min is not None:
        conditions.append(exp.GTE(this=cast.copy(), expression=_bound(parameter, parameter.min)))
    if parameter.max is not None:
        conditions.append(exp.LTE(this=cast.copy(), expression=_bound(parameter, parameter.max)))
    if not conditions:
        return None
    inside = exp.and_(*conditions)
    if parameter.default is not None:
        return inside
    return exp.or_(exp.Is(this=cast.copy(), expression=exp.null()), inside)


def _is_right_list(parameter: Parameter, cast: exp.Expr) -> exp.Expr | None:
    conditions: list[exp.Expr] = []
    if parameter.of:
        words = exp.Array(expressions=[_scalar(word) for word in parameter.of])
        conditions.append(exp.func("list_has_all", words, cast.copy()))
    for comparison, bound in ((exp.GTE, parameter.least), (exp.LTE, parameter.most)):
        if bound is not None:
            length = exp.func("len", cast.copy(), dialect="duckdb")
            conditions.append(comparison(this=length, expression=_scalar(bound)))
    return exp.and_(*conditions) if conditions else None


def _words(name: exp.Expr) -> exp.Expr:
    """Take a list of words, or one text that holds them separated by commas, as the command line does."""
    listed = exp.TryCast(this=name, to=exp.DataType.build("VARCHAR[]", dialect="duckdb"))
    split = exp.func("string_split", _cast(name.copy(), "VARCHAR"), exp.Literal.string(","), dialect="duckdb")
    return exp.func("coalesce", listed, split)


def _bound(parameter: Parameter, bound: Any) -> exp.Expr:
    return _cast(_scalar(bound), parameter.sql_type) if isinstance(bound, str) else _scalar(bound)


def _scalar(value: Any) -> exp.Expr:
    if value is None or isinstance(value, (bool, int, float)):
        return exp.convert(value)
    return exp.Literal.string(str(value))


def _cast(expression: exp.Expr, sql_type: str) -> exp.Expr:
    return exp.Cast(this=expression, to=exp.DataType.build(sql_type, dialect="duckdb"))
