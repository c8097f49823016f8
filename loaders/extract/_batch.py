"""Spoil a batch of right rows: change cells, repeat rows or hold them back, and record each defect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.extract._cells import spoil_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.streams import Streams
    from martlet.loaders.extract._rates import Mess
    from martlet.loaders.extract._tables import Role, Table

__all__ = ["DEFECTS", "Spoiler", "Spoilt"]

# A defect as it is recorded; `_folder` adds the numbers.
DEFECTS: Final = pl.Schema(
    {
        "file": pl.String,
        "row": pl.Int64,
        "column": pl.String,
        "kind": pl.String,
        "original_value": pl.String,
        "spoilt_value": pl.String,
        "clean_row": pl.Int64,
    }
)
_CELLS: Final = pl.Schema(
    {
        "clean_row": pl.Int64,
        "column": pl.String,
        "kind": pl.String,
        "original_value": pl.String,
        "spoilt_value": pl.String,
    }
)
# An export that is resumed repeats rows that it wrote shortly before.
_FARTHEST_COPY: Final = 200
# Identifiers that a second sign-up of a person gets; see `_cells` for those never issued.
_SECOND_SIGN_UP: Final = 8_000_000


@dataclass(frozen=True)
class Spoilt:
    """What a batch became.

    Attributes
    ----------
    rows, late
        Rows for the file, and for the later delivery.
    origin, late_origin
        The row of the clean file that each of them is, from 1.
    is_copy
        Whether a row of `rows` is a duplicate.
    cells
        Spoilt cells by `clean_row`: `column`, `kind`, `original_value`, `spoilt_value`.
    copies
        Duplicates by `position` in `rows` (from 0): `kind`, `original_value`, `spoilt_value`, `clean_row`.
    """

    rows: pl.DataFrame
    late: pl.DataFrame
    origin: NDArray[np.int64]
    late_origin: NDArray[np.int64]
    is_copy: NDArray[np.bool_]
    cells: pl.DataFrame
    copies: pl.DataFrame


class Spoiler:
    """Spoils the rows of one table, batch by batch; what happens to a row depends on the seed and its number alone."""

    def __init__(self, table: Table, mess: Mess, streams: Streams, *, year: int, codec: str) -> None:
        self._table = table
        self._mess = mess
        self._streams = streams
        self._year = year
        self._codec = codec

    def spoil(self, batch: pl.DataFrame, first: int) -> Spoilt:
        """Spoil a batch whose first row has the number `first` in the clean file, counted from 1."""
        ids = np.arange(first, first + batch.height, dtype=np.int64)
        found = []
        for column, role in self._table.roles.items():
            series, cells = self._column(batch[column], role, ids, first)
            batch = batch.with_columns(series)
            found.append(cells)
        late = self._hit("late_row", ids)
        # A row that comes late comes once.
        repeated = self._hit("exact_duplicate", ids) & ~late
        second = self._hit("near_duplicate", ids) & ~late & ~repeated
        rows = batch.filter(pl.Series(~late))
        kept = ids[~late]
        origin = np.concatenate((kept, ids[repeated], ids[second]))
        kinds = np.repeat([0, 1, 2], [kept.size, int(repeated.sum()), int(second.sum())])
        twins = self._second_sign_ups(batch.filter(pl.Series(second)), ids[second])
        together = pl.concat([rows, batch.filter(pl.Series(repeated)), twins])
        away = 1 + np.floor(self._streams.uniform(f"{self._table.name}/away", origin) * _FARTHEST_COPY)
        position = np.where(kinds == 0, origin, origin + away.astype(np.int64))
        order = np.lexsort((origin, kinds, position))
        together, origin, kinds = together[order], origin[order], kinds[order]
        return Spoilt(
            together,
            batch.filter(pl.Series(late)),
            origin,
            ids[late],
            kinds != 0,
            pl.concat(found),
            self._copies(together, origin, kinds, batch[self._table.key[0]].gather(origin - first)),
        )

    def broken_rows(self, spoilt: Spoilt) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the positions of rows whose line is to be broken, and a number in [0, 1) for each."""
        hit = self._hit("ragged_row", spoilt.origin) & ~spoilt.is_copy
        return np.flatnonzero(hit), self._streams.uniform(f"{self._table.name}/break", spoilt.origin[hit])

    def _hit(self, kind: str, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        rate = self._mess.rate(kind, self._table)
        if not rate:
            return np.zeros(ids.size, dtype=np.bool_)
        hit: NDArray[np.bool_] = self._streams.uniform(f"{self._table.name}/{kind}", ids) < rate
        return hit

    def _column(
        self, values: pl.Series, role: Role, ids: NDArray[np.int64], first: int
    ) -> tuple[pl.Series, pl.DataFrame]:
        """Spoil a column; one draw per cell decides whether it gets a defect, and of which kind."""
        cells = [pl.DataFrame(schema=_CELLS)]
        lost = self._unencodable(values)
        if lost.height:
            cells.append(self._record(values.name, first, lost))
        kinds = self._mess.cells[role]
        if kinds:
            name = f"{self._table.name}/{values.name}"
            uniform = self._streams.uniform(name, ids)
            positions = np.flatnonzero(uniform < sum(kinds.values()))
            which = np.searchsorted(np.cumsum(list(kinds.values())), uniform[positions], side="right")
            draws = self._streams.uniform(f"{name}/how", ids[positions])
            for number, kind in enumerate(kinds):
                hit = positions[which == number]
                right = values.gather(hit)
                new = spoil_cells(
                    right, pl.Series(draws[which == number]), kind=kind, role=role, year=self._year
                )
                new = new.with_columns(position=pl.Series(hit, dtype=pl.Int64), original=right)
                # An empty cell stays as it is, and so does one that this kind can't change.
                new = new.filter(
                    pl.col("original").is_not_null() & pl.col("original").ne_missing(pl.col("spoilt"))
                )
                new = new.join(lost, on="position", how="anti", maintain_order="left")
                cells.append(self._record(values.name, first, new))
        found = pl.concat(cells)
        if found.height:
            values = values.scatter((found["clean_row"] - first).to_list(), found["spoilt_value"])
        return values, found

    def _record(self, column: str, first: int, new: pl.DataFrame) -> pl.DataFrame:
        return new.select(
            clean_row=pl.col("position") + first,
            column=pl.lit(column),
            kind="kind",
            original_value="original",
            spoilt_value="spoilt",
        )

    def _unencodable(self, values: pl.Series) -> pl.DataFrame:
        """Return the cells with letters that the file's encoding lacks; they are written as question marks."""
        schema = pl.Schema(
            {"position": pl.Int64, "original": pl.String, "spoilt": pl.String, "kind": pl.String}
        )
        if self._codec != "cp1252" or values.dtype != pl.String:
            return pl.DataFrame(schema=schema)
        foreign = values.str.contains(r"[^\x00-\x7f]").fill_null(value=False).arg_true()
        right = values.gather(foreign)
        written = [text.encode("cp1252", "replace").decode("cp1252") for text in right]
        frame = pl.DataFrame({"position": foreign, "original": right, "spoilt": written})
        lost = frame.filter(pl.col("original") != pl.col("spoilt"))
        return lost.with_columns(kind=pl.lit("lost_letter")).cast(schema)

    def _second_sign_ups(self, rows: pl.DataFrame, ids: NDArray[np.int64]) -> pl.DataFrame:
        """Return the rows of people who sign up a second time: a new identifier, other capitals and spaces."""
        if rows.is_empty():
            return rows
        roles = self._table.roles
        (key,) = self._table.key
        number = pl.Series(ids + _SECOND_SIGN_UP)
        kind = pl.Series(np.floor(self._streams.uniform(f"{self._table.name}/twin", ids) * 3))
        again = [pl.format("CU{}", number).alias(key)]
        for column, role in roles.items():
            cell = pl.col(column)
            if role == "email":
                again.append(pl.when(kind == 0).then(cell).otherwise(cell.str.to_uppercase()).alias(column))
            elif role == "name":
                again.append(
                    pl.when(kind == 0)
                    .then(cell.str.to_uppercase())
                    .when(kind == 1)
                    .then(cell.str.to_lowercase())
                    .otherwise(pl.format("{} ", cell))
                    .alias(column)
                )
        return rows.with_columns(again)

    def _copies(
        self,
        rows: pl.DataFrame,
        origin: NDArray[np.int64],
        kinds: NDArray[np.int64],
        right_keys: pl.Series,
    ) -> pl.DataFrame:
        positions = np.flatnonzero(kinds)
        names = np.array(["", "exact_duplicate", "near_duplicate"])
        near = pl.Series(kinds[positions] == 2)  # noqa: PLR2004
        keys = {
            "original_value": right_keys.gather(positions).cast(pl.String),
            "spoilt_value": rows[self._table.key[0]].gather(positions).cast(pl.String),
        }
        frame = pl.DataFrame(
            {
                "position": positions.astype(np.int64),
                "kind": pl.Series(names[kinds[positions]].tolist(), dtype=pl.String),
                **keys,
                "clean_row": origin[positions],
            }
        )
        return frame.with_columns(pl.when(near).then(name).alias(name) for name in keys)
