"""Score the cleaning of an extract: which defects were repaired, and which right cells were changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from martlet.engine.errors import ParameterError
from martlet.loaders.extract._folder import read_manifest
from martlet.loaders.extract.restoring import COPIES, defects_of, restored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Score", "score"]

_NUMBERS: Final = ("key", "fixed", "income", "money", "count")
_HALF_A_CENT: Final = 0.005
_DEFECTS: Final = pl.Schema({"table": pl.String, "kind": pl.String, "state": pl.String})


@dataclass(frozen=True)
class Score:
    """What a cleaning achieved.

    Attributes
    ----------
    defects
        By `table` and `kind`: how many `defects` there are, and of these `repaired` (the right value stands there, the
        duplicate is gone, the late row is in), `set_aside` (the cell is empty or its row left out) and `left`.
    tables
        By `table`: right rows that are missing (`rows_missing`), rows too many (`rows_extra`), `clean_cells` in the rows
        that are there, and how many of them were changed (`cells_spoilt`).
    """

    defects: pl.DataFrame
    tables: pl.DataFrame

    @property
    def repaired(self) -> float | None:
        """Share of the defects that are repaired, 0 to 1; None if there were none."""
        total = int(self.defects["defects"].sum())
        return int(self.defects["repaired"].sum()) / total if total else None

    @property
    def spoilt(self) -> float | None:
        """Share of the clean cells that were changed, 0 to 1; None if there were none."""
        total = int(self.tables["clean_cells"].sum())
        return int(self.tables["cells_spoilt"].sum()) / total if total else None


def score(folder: str | Path, cleaned: Mapping[str, pl.DataFrame]) -> Score:
    """Compare cleaned tables with the right ones.

    Parameters
    ----------
    folder
        The extract, with its `_truth`.
    cleaned
        The cleaned rows by name of the table, such as `shop_orders`, late rows among them. A frame must hold the
        table's key; of its other columns, those that the table has are compared; defects in columns that are not
        there don't count. Numbers may be numbers or text, dates may be dates or ISO text; words must be written as
        the clean extract writes them.

    Raises
    ------
    ParameterError
        If a table or its key is missing, or the folder is not an extract or has no `_truth`.
    """
    tables = read_manifest(folder)["tables"]
    right = restored(folder, tables=cleaned)
    record = defects_of(folder)
    states, rows = [pl.DataFrame(schema=_DEFECTS)], []
    for name, frame in cleaned.items():
        compared = _Compared(name, tables[name], right[name], frame)
        mine = record.filter(pl.col("file").is_in(tables[name]["files"]))
        states.append(compared.states(mine))
        rows.append({"table": name, **compared.totals(mine)})
    together = pl.concat(states)
    counts = together.group_by("table", "kind").agg(
        pl.len().cast(pl.Int64).alias("defects"),
        *((pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in _STATES),
    )
    return Score(counts.sort("table", "kind"), pl.DataFrame(rows, schema=_TABLES))


_STATES: Final = ("repaired", "set_aside", "left")
_TABLES: Final = pl.Schema(
    {
        "table": pl.String,
        "rows_missing": pl.Int64,
        "rows_extra": pl.Int64,
        "clean_cells": pl.Int64,
        "cells_spoilt": pl.Int64,
    }
)


class _Compared:
    """A cleaned table joined to the right one by key, one row for each right row."""

    def __init__(self, name: str, table: dict[str, Any], right: pl.DataFrame, cleaned: pl.DataFrame) -> None:
        key: list[str] = table["key"]
        absent = [column for column in key if column not in cleaned.columns]
        if absent:
            raise ParameterError(
                f"the cleaned {name} lacks {absent[0]!r}; rows are found by {', '.join(map(repr, key))}"
            )
        self._name = name
        roles = table["columns"]
        columns = [column for column in roles if column in cleaned.columns]
        self._columns = [column for column in columns if column not in key]
        text = cleaned.select(_text(column, cleaned.schema[column]) for column in columns)
        self._times = text.group_by(key).len("times")
        first = text.unique(subset=key, keep="first").with_columns(here=pl.lit(value=True))
        beside = right.select(columns).join(
            first, on=key, how="left", nulls_equal=True, suffix="\0", maintain_order="left"
        )
        beside = beside.join(self._times, on=key, how="left", nulls_equal=True, maintain_order="left")
        self._key = key[0]
        self._times_of = beside["times"].fill_null(0)
        self._here = beside["here"].fill_null(value=False)
        self._rows = text.height
        self._found = {
            column: beside.select(
                equal=_equal(column, f"{column}\0", is_number=roles[column] in _NUMBERS),
                empty=pl.col(f"{column}\0").is_null(),
            )
            for column in self._columns
        }

    def states(self, defects: pl.DataFrame) -> pl.DataFrame:
        """Return `table`, `kind` and `state` of each defect that counts."""
        found = [self._cells(column, defects) for column in self._columns]
        rows = defects.filter(pl.col("column").is_null() & pl.col("clean_row").is_not_null())
        position = rows["clean_row"] - 1
        near = rows["spoilt_value"].is_in(self._times[self._key].implode())
        state = pl.DataFrame(
            {
                "kind": rows["kind"],
                "here": self._here.gather(position),
                "times": self._times_of.gather(position),
                "near": near.fill_null(value=False),
                "whole": self._whole(defects).gather(position),
            }
        ).select(
            "kind",
            state=pl.when(pl.col("kind") == COPIES[0])
            .then(_word(pl.col("times") <= 1))
            .when(pl.col("kind") == COPIES[1])
            .then(_word(~pl.col("near")))
            .when(pl.col("kind") == "late_row")
            .then(_word(pl.col("here")))
            .when(~pl.col("here"))
            .then(pl.lit("set_aside"))
            .otherwise(_word(pl.col("whole"))),
        )
        return pl.concat([*found, state]).select(pl.lit(self._name).alias("table"), "kind", "state")

    def totals(self, defects: pl.DataFrame) -> dict[str, int]:
        """Return the counts of `Score.tables`."""
        cells = spoilt = 0
        for column in self._columns:
            clean = self._here & ~self._spoilt(column, defects)
            cells += int(clean.sum())
            spoilt += int((clean & ~self._found[column]["equal"]).sum())
        here = int(self._here.sum())
        return {
            "rows_missing": len(self._here) - here,
            "rows_extra": self._rows - here,
            "clean_cells": cells,
            "cells_spoilt": spoilt,
        }

    def _cells(self, column: str, defects: pl.DataFrame) -> pl.DataFrame:
        mine = defects.filter(pl.col("column") == column)
        position = mine["clean_row"] - 1
        return (
            self._found[column][position]
            .with_columns(mine["kind"], here=self._here.gather(position))
            .select(
                "kind",
                state=pl.when("equal")
                .then(pl.lit("repaired"))
                .when(pl.col("empty") | ~pl.col("here"))
                .then(pl.lit("set_aside"))
                .otherwise(pl.lit("left")),
            )
        )

    def _whole(self, defects: pl.DataFrame) -> pl.Series:
        """Return whether each row is right in all cells without a defect of their own."""
        whole = self._here
        for column in self._columns:
            whole = whole & (self._found[column]["equal"] | self._spoilt(column, defects, only_cells=True))
        return whole

    def _spoilt(self, column: str, defects: pl.DataFrame, *, only_cells: bool = False) -> pl.Series:
        """Return whether each cell of a column has a defect, by itself or in a broken line."""
        broken = (pl.col("kind") == "ragged_row") & (not only_cells)
        rows = defects.filter((pl.col("column") == column) | broken)["clean_row"] - 1
        return pl.int_range(len(self._here), eager=True).is_in(rows.implode())


def _word(is_good: pl.Expr) -> pl.Expr:
    return pl.when(is_good).then(pl.lit("repaired")).otherwise(pl.lit("left"))


def _text(column: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as the clean extract would write it; empty text is an empty cell."""
    cell = pl.col(column)
    if isinstance(dtype, pl.Datetime):
        cell = cell.dt.strftime("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
    elif isinstance(dtype, pl.String):
        cell = cell.str.replace(r"^(\d{4}-\d\d-\d\d)T", "${1} ").str.strip_suffix(" 00:00:00")
    else:
        cell = cell.cast(pl.String)
    return pl.when(cell != "").then(cell).alias(column)


def _equal(right: str, cleaned: str, *, is_number: bool) -> pl.Expr:
    same = pl.col(right).str.strip_suffix(" 00:00:00").eq_missing(pl.col(cleaned))
    if not is_number:
        return same
    one, other = (pl.col(name).cast(pl.Float64, strict=False) for name in (right, cleaned))
    return same | ((one - other).abs() < _HALF_A_CENT).fill_null(value=False)
