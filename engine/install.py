"""The queries as relations of the warehouse file: a view with the defaults, and a table macro of the same name."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Any

from martlet.engine import definitions, packs
from martlet.engine.relation import Relation

__all__ = ["relations"]


@cache
def relations() -> tuple[Relation, ...]:
    """Return each query as a relation that the loaders create."""

    def written() -> list[dict[str, Any]]:
        from martlet.engine import writing  # noqa: PLC0415 - a parser, which takes long to import

        return [asdict(writing.relation(packs.get(path))) for path in packs.queries()]

    return definitions.remembered("packs", written, Relation.all_from)
