"""Identifiers that a spreadsheet has rounded (6.86491E+12): different ones have become alike, so they identify nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest._search import type_of
from martlet.loaders.ingest.cleaning.changes import Change

if TYPE_CHECKING:
    from martlet.loaders.ingest.matching import Matching
    from martlet.loaders.ingest.profile import Profile
    from martlet.loaders.ingest.reading.options import Batch

__all__ = ["RoundedIds"]

_ROUNDED: Final = r"^\s*\d(?:[.,]\d+)?[eE]\+\d{1,3}\s*$"
_EXAMPLES: Final = 2


class RoundedIds:
    """Finds rounded identifiers in the columns that are used, and empties those of orders.

    An order without an id is told apart by customer, moment and amount, so none is merged with another.
    """

    def __init__(self, profile: Profile, matching: Matching) -> None:
        main, *others = matching.mappings
        keys = {key for mapping in matching.mappings for of in mapping.fields.values() for key in of.columns}
        self._columns: Final = {
            matching.columns[key]: key
            for key in sorted(keys)
            if key in matching.columns and type_of(profile, key) == "id"
        }
        order_id = main.fields.get("order_id") if main.entity == "orders" else None
        elsewhere = {key for mapping in others for of in mapping.fields.values() for key in of.columns}
        emptied = (
            set(order_id.columns) - elsewhere if order_id is not None and not order_id.required else set()
        )
        self._emptied: Final = {name for name, key in self._columns.items() if key in emptied}
        self._counts: Final[Counter[str]] = Counter()
        self._examples: Final[dict[str, list[str]]] = {}

    def begin(self) -> None:
        """Forget the pass before."""
        self._counts.clear()
        self._examples.clear()

    def without(self, batch: Batch) -> Batch:
        """Return a batch without the rounded identifiers that would make different orders one."""
        for name in self._columns:
            cells = batch.cells[name]
            if (
                not cells.str.contains("E+", literal=True).any()
                and not cells.str.contains("e+", literal=True).any()
            ):
                continue
            is_rounded = cells.str.contains(_ROUNDED).fill_null(value=False)
            self._counts[name] += int(is_rounded.sum())
            examples = self._examples.setdefault(name, [])
            found = cells.filter(is_rounded).unique(maintain_order=True).head(_EXAMPLES).to_list()
            examples.extend([cell for cell in found if cell not in examples][: _EXAMPLES - len(examples)])
            if name in self._emptied:
                empty = pl.when(is_rounded).then(None).otherwise(pl.col(name)).alias(name)
                batch = replace(batch, cells=batch.cells.with_columns(empty))
        return batch

    @property
    def notes(self) -> list[str]:
        """What to say first about the file."""
        return [
            f"{name}: a spreadsheet has rounded {count:,} of these ids, such as {self._examples[name][0]!r}, so that different ones "
            "look alike; export them as text, or take the file that no spreadsheet has saved. "
            + (
                "They are left out: orders are told apart by customer, moment and amount"
                if name in self._emptied
                else "What is counted by them is wrong"
            )
            for name, count in self._counts.items()
            if count
        ]

    @property
    def changes(self) -> list[Change]:
        """What was emptied."""
        return [
            Change("rounded_id", name, count, tuple((cell, "") for cell in self._examples[name]))
            for name, count in self._counts.items()
            if count and name in self._emptied
        ]
