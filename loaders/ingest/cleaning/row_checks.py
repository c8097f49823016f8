"""Which rows of a batch can feed an entity, and why others can't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.cleaning.changes import OTHER_CURRENCY, Edit
from martlet.loaders.ingest.cleaning.mapping import chosen_rows
from martlet.loaders.ingest.cleaning.order_status import decided
from martlet.loaders.ingest.entity import entity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from martlet.loaders.ingest.cleaning.inputs import Input, Inputs
    from martlet.loaders.ingest.cleaning.mapping import FieldPlan, Filled
    from martlet.loaders.ingest.profile import EntityMapping

__all__ = ["RowCheck"]

_REJECTED: Final = {"row": pl.Int64, "column_name": pl.String, "reason": pl.String, "detail": pl.String}


class RowCheck:
    """One mapping in one batch: fills its fields and finds the rows that can feed it."""

    def __init__(
        self,
        mapping: EntityMapping,
        plans: list[FieldPlan],
        texts: Mapping[str, pl.Series],
        read: Mapping[Input, Inputs],
        rows: pl.Series,
    ) -> None:
        self.mapping: Final = mapping
        self._plans: Final = plans
        self._rows: Final = rows
        self._chosen, self._why = chosen_rows(mapping, texts, len(rows))
        self._fed = self._chosen
        self._filled: Final[dict[str, Filled]] = {plan.name: plan.fill(read, rows) for plan in plans}

    def rejected(self, problems: pl.Series) -> pl.DataFrame:
        """Return `row`, `column_name`, `reason` and `detail` of each row of the batch, `reason` NULL if it is good."""
        first: list[tuple[pl.Series, pl.Series | None]] = [(problems, None)]
        if not self._chosen.all():
            why = pl.DataFrame({"why": self._why}).select(pl.format("left out by the profile: {}", "why"))
            first.append((why.to_series(), None))
        first.extend((reason, self._filled[name].columns) for name, reason in self._faults())
        frame = pl.DataFrame({"row": self._rows})
        nothing = pl.repeat(None, len(self._rows), dtype=pl.String, eager=True)
        full, column = nothing, nothing
        for reason, where in first:
            if reason.null_count() == len(reason):
                continue
            new = pl.DataFrame(
                {
                    "full": full,
                    "column": column,
                    "reason": reason,
                    "where": nothing if where is None else where,
                }
            )
            fresh = pl.col("full").is_null() & pl.col("reason").is_not_null()
            new = new.select(
                full=pl.coalesce("full", "reason"), column=pl.when(fresh).then("where").otherwise("column")
            )
            full, column = new["full"], new["column"]
        parts = full.str.splitn(": ", 2).struct
        return frame.with_columns(
            column_name=column, reason=parts.field("field_0"), detail=parts.field("field_1")
        ).cast(_REJECTED)  # type: ignore[arg-type]

    def instead(self, rejected: pl.DataFrame, problems: pl.Series) -> pl.DataFrame:
        """Return what an earlier mapping of the same entity rejected, less the rows that this one takes, with its reasons where it is meant."""
        mine = self.rejected(problems)
        decides = pl.Series(rejected["reason"].is_not_null() & self._chosen)
        names = [name for name in rejected.columns if name != "row"]
        return rejected.with_columns(
            pl.when(decides).then(mine[name]).otherwise(rejected[name]).alias(name) for name in names
        )

    def rows(self, kept: pl.Series, *, is_main: bool) -> tuple[pl.DataFrame, list[Edit]]:
        """Return the rows that feed the entity, and what was emptied or left out for it."""
        edits: list[Edit] = []
        chosen = kept & self._chosen
        fed = chosen
        if not is_main:
            for name, reason in self._faults():
                lost = fed & reason.is_not_null()
                edits.extend(self._left_out(name, lost))
                fed &= ~lost
        helping = {plan.name for plan in self._plans if plan.field.decides or plan.field.excludes}
        values = {name: filled.values for name, filled in self._filled.items() if name not in helping}
        for target in {plan.field.decides: None for plan in self._plans if plan.field.decides}:
            values[target], changes = decided(target, self._plans, self._filled)
            edits.extend(edit.only(fed) for edit in changes)
        frame = pl.DataFrame({"row": self._rows} | values)
        for plan in self._plans:
            edits.extend(self._filled[plan.name].emptied(fed))
        self._fed = fed
        return (frame if fed.all() else frame.filter(fed)), edits

    def used(self) -> Iterator[tuple[Input, pl.Series]]:
        """Yield each input with the rows that took their value from it, once `rows` has decided them."""
        for plan in self._plans:
            for made in plan.inputs:
                mine = self._filled[plan.name].columns == made.name
                yield made, self._fed & mine if len(plan.inputs) > 1 else self._fed
            yield from ((made, self._fed) for made, _ in plan.added)
            if plan.over is not None:
                yield plan.over, self._fed

    def _faults(self) -> Iterator[tuple[str, pl.Series]]:
        """Yield fields with what is wrong with a row for want of them, or since their amount is in another currency, or NULL."""
        for plan in self._plans:
            problems = self._filled[plan.name].problems
            if problems is not None:
                other = pl.DataFrame({"problem": problems}).select(
                    pl.when(pl.col("problem").str.starts_with(OTHER_CURRENCY)).then("problem")
                )
                if other.height == len(self._rows) and other["problem"].null_count() < other.height:
                    yield plan.name, other["problem"]
        for plan in self._plans:
            lacking = self._lacking(plan)
            if lacking is not None:
                yield plan.name, lacking
        for group in entity(self.mapping.entity).needs:
            named = [name for name in group if name in self._filled]
            if named and not any(plan.is_later for plan in self._plans if plan.name in named):
                yield named[0], self._lacks_all(named)

    def _lacks_all(self, names: list[str]) -> pl.Series:
        """Return what is wrong where none of some fields has a value, or NULL."""
        frame = pl.DataFrame({name: self._filled[name].values for name in names})
        problems = [
            self._filled[name].problems
            if self._filled[name].problems is not None
            else pl.lit(None, pl.String)
            for name in names
        ]
        reason = pl.coalesce(*problems, pl.lit(f"no {names[0]}"))
        return frame.select(pl.when(pl.all_horizontal(pl.col(*names).is_null())).then(reason)).to_series()

    def _lacking(self, plan: FieldPlan) -> pl.Series | None:
        """Return what is wrong where a required field is empty, or NULL; None if it is nowhere."""
        filled = self._filled[plan.name]
        if plan.field.excludes is not None:
            why = pl.when(pl.col("value")).then(pl.lit(plan.field.excludes))
            return (
                pl.DataFrame({"value": filled.values}).select(why).to_series()
                if filled.values.any()
                else None
            )
        if not plan.required or not filled.values.null_count():
            return None
        frame = pl.DataFrame({"value": filled.values})
        problem = filled.problems if filled.problems is not None else pl.Series([None], dtype=pl.String)
        known = (
            problem
            if len(problem) == frame.height
            else pl.repeat(None, frame.height, dtype=pl.String, eager=True)
        )
        reason = pl.when(pl.col("value").is_null()).then(pl.coalesce("known", pl.lit(f"no {plan.name}")))
        return frame.with_columns(known=known).select(reason).to_series()

    def _left_out(self, field: str, lost: pl.Series) -> list[Edit]:
        positions = lost.arg_true()
        if positions.is_empty():
            return []
        filled = self._filled[field]
        nothing = pl.repeat("", len(positions), eager=True)
        name = f"{self.mapping.entity}.{field}"
        return [Edit("left_out", name, positions, filled.texts.gather(positions), nothing)]
