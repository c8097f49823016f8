"""The queries as relations of the warehouse file: a view with the defaults, and a table macro of the same name."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING

from martlet.engine import definitions, packs, writing
from martlet.engine.relations import Relation, comments_on, quote

if TYPE_CHECKING:
    from martlet.engine.query import Query

__all__ = ["relation", "relations"]


@cache
def relations() -> tuple[Relation, ...]:
    """Return each query as a relation that the loaders create."""
    return definitions.remembered(
        "packs",
        lambda: [asdict(relation(packs.get(path))) for path in packs.queries()],
        Relation.all_from,
    )


def relation(query: Query) -> Relation:
    """Return one query as a relation."""
    qualified = f"{query.pack}.{query.name}"
    return Relation(
        unit=query.unit,
        schema=query.pack,
        name=query.name,
        kind="pack",
        creates=(
            f"CREATE OR REPLACE MACRO {qualified}({writing.signature(query)}) AS TABLE {writing.macro(query)}",
            f"CREATE OR REPLACE VIEW {qualified} AS {_view(query)}",
        ),
        comments=(
            *comments_on("VIEW", qualified, query.unit),
            f"COMMENT ON MACRO TABLE {qualified} IS {quote(query.unit.comment)}",
        ),
        reads=writing.reads(query),
    )


def _view(query: Query) -> str:
    """Return a call of the macro, which keeps the file small, unless the macro carries parts that the defaults don't need."""
    return writing.view(query) if query.selective else f"SELECT * FROM {query.pack}.{query.name}()"
