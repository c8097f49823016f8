"""The relations of the warehouse: one for each file below `sql/`."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Any

from martlet.engine import definitions
from martlet.engine.relation import Relation

__all__ = ["relation_of", "relations"]


@cache
def relations() -> tuple[Relation, ...]:
    """Return all relations of `sql/`; see `in_order` for the order in which they can be created.

    Raises
    ------
    UnitError
        If a file is malformed, stands in an unknown folder, or checks what there is not.
    """

    def read() -> list[dict[str, Any]]:
        from martlet.engine import relation_files  # noqa: PLC0415 - a parser, which takes long to import

        return [asdict(relation) for relation in relation_files.read()]

    return definitions.remembered("relations", read, Relation.all_from)


def relation_of(qualified: str) -> Relation:
    """Return a relation of `sql/` that is no check, by schema and name."""
    return next(
        relation for relation in relations() if relation.qualified == qualified and relation.kind != "check"
    )
