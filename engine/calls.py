"""A parameter and its value in words, and as the shell and SQL take it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.engine.parameters import Parameter

__all__ = ["allowed", "as_option", "as_sql", "command", "default"]


def allowed(parameter: Parameter) -> str:
    """Return which values a parameter takes, in words; empty where all of its type."""
    facts = []
    if parameter.of:
        facts.append(f"{'Some' if parameter.is_list else 'One'} of {', '.join(parameter.of)}.")
    if parameter.min is not None or parameter.max is not None:
        bounds = (("from", parameter.min), ("to", parameter.max))
        words = " ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)
        facts.append(f"{words.capitalize()}.")
    return " ".join(facts)


def default(parameter: Parameter) -> str:
    """Return a parameter's default as the shell takes it; empty where there is none."""
    return "" if parameter.default is None else as_option(parameter.default) or "none"


def command(query: str, parameters: Mapping[str, Any], *further: str) -> str:
    """Return the line that asks a query in a shell."""
    words = ["martlet", "query", query]
    for name, value in parameters.items():
        words += ["-p", f"{name}={as_option(value)}"]
    return shlex.join([*words, *further])


def as_option(value: Any) -> str:
    """Return a value as it is written after `-p name=`."""
    if isinstance(value, list):
        return ",".join(as_option(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_sql(value: Any) -> str:
    """Return a value as it is written after `name :=`."""
    if isinstance(value, list):
        return f"[{', '.join(as_sql(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"
