"""What a file's own columns of numbers come to, every row counted, whatever becomes of the row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.entity import entity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from martlet.loaders.ingest.cleaning.inputs import Input, Inputs
    from martlet.loaders.ingest.cleaning.mapping import FieldPlan
    from martlet.loaders.ingest.profile import EntityMapping

__all__ = ["Number", "OwnSum", "OwnSums"]

Number = int | Decimal | float


@dataclass(frozen=True)
class OwnSum:
    """The sum of a column in a file.

    Attributes
    ----------
    entity, field
        What the column feeds.
    column
        What the source calls it.
    total
        Sum over all rows.
    back
        What the negative ones of these come to, as a positive number: money or units that went back.
    set_aside
        Sum over the rows that cleaning set aside, negative ones left out.
    said
        What rows of totals in the file say that it is.
    """

    entity: str
    field: str
    column: str
    total: Number
    back: Number = 0
    set_aside: Number = 0
    said: tuple[Number, ...] = ()


class OwnSums:
    """Sums the columns that feed a total of their entity.

    Only fields fed by one column in one mapping: of others the file has no sum of its own. A column that is written on the
    first of several rows alone, and filled down, counts once for these.
    """

    def __init__(
        self,
        mappings: Sequence[tuple[EntityMapping, Sequence[FieldPlan]]],
        *,
        filled_down: frozenset[str],
        run: str | None,
    ) -> None:
        fed = Counter((mapping.entity, plan.name) for mapping, plans in mappings for plan in plans)
        self._inputs: Final[dict[tuple[str, str], Input]] = {
            (mapping.entity, plan.name): plan.inputs[0]
            for mapping, plans in mappings
            for plan in plans
            if len(plan.inputs) == 1
            and not plan.added
            and plan.over is None
            and plan.name in entity(mapping.entity).totals
            and fed[mapping.entity, plan.name] == 1
        }
        self._filled_down: Final = filled_down
        self._run: Final = run
        self._last: str | None = None
        self._sums: Final[dict[tuple[str, str], tuple[Number, Number, Number]]] = dict.fromkeys(
            self._inputs, (0, 0, 0)
        )

    def add(self, cells: pl.DataFrame, read: Mapping[Input, Inputs], kept: pl.Series) -> None:
        """Add a batch: its cells, what was read of them, and which rows were not set aside."""
        begins = self._begins(cells)
        for key, made in self._inputs.items():
            values = read[made].parsed
            if begins is not None and made.name in self._filled_down:
                values = values.filter(begins)
                gone = values.filter(~kept.filter(begins))
            else:
                gone = values.filter(~kept)
            added = (_sum(values), -_sum(values.filter(values < 0)), _sum(gone.filter(gone > 0)))
            self._sums[key] = tuple(map(sum, zip(self._sums[key], added, strict=True)))  # type: ignore[assignment]

    def sums(self, total_rows: Sequence[Mapping[str, str]]) -> tuple[OwnSum, ...]:
        """Return the sums of all batches so far, beside what rows of totals say."""
        return tuple(
            OwnSum(*key, self._inputs[key].name, *sums, _said(self._inputs[key], total_rows))
            for key, sums in self._sums.items()
        )

    def _begins(self, cells: pl.DataFrame) -> pl.Series | None:
        """Return which rows begin a run of rows with one key."""
        if self._run is None or self._run not in cells.columns or cells.is_empty():
            return None
        key = cells[self._run]
        begins = key.ne_missing(key.shift(fill_value=self._last))
        self._last = key[-1]
        return begins


def _said(made: Input, total_rows: Sequence[Mapping[str, str]]) -> tuple[Number, ...]:
    found = [made.value(row[made.name]) for row in total_rows if made.name in row]
    return tuple(value for value in found if isinstance(value, int | Decimal | float))


def _sum(values: pl.Series) -> Number:
    found = values.sum()
    return found if isinstance(found, int | Decimal | float) else 0
