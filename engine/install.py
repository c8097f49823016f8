"""The queries as relations of the warehouse file: a view with the defaults, and a table macro of the same name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from martlet.engine import packs, rewriting
from martlet.engine.relations import Relation, comments_on, names_read, quote

if TYPE_CHECKING:
    from martlet.engine.query import Query

__all__ = ["relation", "relations"]


@cache
def relations() -> tuple[Relation, ...]:
    """Return each query as a relation that the loaders create."""
    return tuple(relation(packs.get(path)) for path in packs.queries())


def relation(query: Query) -> Relation:
    """Return one query as a relation."""
    qualified = f"{query.pack}.{query.name}"
    signature = ", ".join(
        f"{name} := {rewriting.literal(parameter, parameter.default).sql('duckdb')}"
        for name, parameter in query.parameters.items()
    )
    macro = query.macro()
    reads = names_read(macro)
    return Relation(
        unit=query.unit,
        schema=query.pack,
        name=query.name,
        kind="pack",
        # The view is the macro with its defaults: to parse and write each statement twice would double the time of a build.
        creates=(
            f"CREATE OR REPLACE MACRO {qualified}({signature}) AS TABLE {macro.sql('duckdb', copy=False)}",
            f"CREATE OR REPLACE VIEW {qualified} AS SELECT * FROM {qualified}()",
        ),
        comments=(
            *comments_on("VIEW", qualified, query.unit),
            f"COMMENT ON MACRO TABLE {qualified} IS {quote(query.unit.comment)}",
        ),
        reads=reads,
    )
