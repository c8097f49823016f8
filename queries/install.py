"""The queries as relations of the warehouse file: a view with the defaults, and a table macro of the same name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from martlet.queries import catalogue, rewriting
from martlet.sql.relations import Relation, comments_on, names_read, quote

if TYPE_CHECKING:
    from martlet.queries.query import Query

__all__ = ["relations"]


@cache
def relations() -> tuple[Relation, ...]:
    """Return each query as a relation that the loaders create."""
    return tuple(_relation(catalogue.get(path)) for path in catalogue.queries())


def _relation(query: Query) -> Relation:
    qualified = f"{query.pack}.{query.name}"
    view = query.literal(query.values({}))
    signature = ", ".join(
        f"{name} := {rewriting.literal(parameter, parameter.default).sql('duckdb')}"
        for name, parameter in query.parameters.items()
    )
    macro = query.macro()
    return Relation(
        unit=query.unit,
        schema=query.pack,
        name=query.name,
        kind="pack",
        creates=(
            f"CREATE OR REPLACE VIEW {qualified} AS {view.sql('duckdb')}",
            f"CREATE OR REPLACE MACRO {qualified}({signature}) AS TABLE {macro.sql('duckdb')}",
        ),
        comments=(
            *comments_on("VIEW", qualified, query.unit),
            f"COMMENT ON MACRO TABLE {qualified} IS {quote(query.doc)}",
        ),
        reads=names_read(macro),
    )
