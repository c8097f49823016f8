"""One table, written to its file and to the file of its late rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from martlet.loaders.extract._batch import DEFECTS
from martlet.loaders.extract._files import writer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from martlet.loaders.extract._batch import Spoiler, Spoilt
    from martlet.loaders.extract._files import BrokenLine, Writer
    from martlet.loaders.extract._rates import Mess
    from martlet.loaders.extract._tables import FileFormat, Table

__all__ = ["Export"]


class Export:
    """Writes one table, batch by batch, and returns its defects.

    Attributes
    ----------
    table
        The table.
    rows
        Rows written so far by file.
    """

    def __init__(
        self,
        table: Table,
        spoiler: Spoiler,
        building: Path,
        *,
        file_format: FileFormat,
        codec: str,
        mess: Mess,
    ) -> None:
        self.table = table
        self.rows: dict[str, int] = {}
        self._spoiler = spoiler
        self._building = building
        self._format = file_format
        self._codec = codec
        self._mess = mess
        self._files = {late: f"{table.name}{'_late' * late}.{file_format}" for late in (False, True)}
        self._writers: dict[str, Writer] = {}
        self._clean_rows = 0

    def statement(self) -> str:
        """Return the statement that reads the table; what can be spoilt comes as text."""
        return self.table.select(self._mess.spoilt_roles)

    def description(self) -> dict[str, Any]:
        """Return what the manifest says of the table."""
        return {
            "files": list(self.rows),
            "key": list(self.table.key),
            "columns": self.table.roles,
            "clean_rows": self._clean_rows,
        }

    def add(self, batch: pl.DataFrame, *, first: int) -> pl.DataFrame:
        """Spoil and write a batch of right rows; return its defects."""
        spoilt = self._spoiler.spoil(batch, first)
        self._clean_rows += batch.height
        main, late = self._files[False], self._files[True]
        written = {name: self.rows.get(name, 0) for name in (main, late)}
        broken: list[BrokenLine] = []
        if self._format == "csv":
            positions, draws = self._spoiler.broken_rows(spoilt)
            broken = self._write(
                main, spoilt.rows, list(zip(positions.tolist(), draws.tolist(), strict=True))
            )
        else:
            self._write(main, spoilt.rows)
        if spoilt.late.height:
            self._write(late, spoilt.late)
        numbers = _numbers(spoilt, main, late, written)
        found = [
            spoilt.cells.join(numbers, on="clean_row", how="left", maintain_order="left"),
            spoilt.copies.with_columns(
                row=pl.col("position") + written[main] + 1, file=pl.lit(main), column=pl.lit(None, pl.String)
            ),
            numbers.filter(pl.col("file") == late).with_columns(
                kind=pl.lit("late_row"),
                column=pl.lit(None, pl.String),
                original_value=pl.lit(None, pl.String),
                spoilt_value=pl.lit(None, pl.String),
            ),
            _broken_lines(broken, spoilt.origin, main, written[main]),
        ]
        together = pl.concat([part.select(*DEFECTS).cast(DEFECTS) for part in found])
        return together.sort("file", "row", "column", "kind", nulls_last=True)

    def _write(
        self, name: str, rows: pl.DataFrame, broken: list[tuple[int, float]] | None = None
    ) -> list[BrokenLine]:
        if name not in self._writers:
            self._writers[name] = writer(self._building / name, self._format, rows.columns, self._codec)
        self.rows[name] = self.rows.get(name, 0) + rows.height
        return self._writers[name].write(rows, broken or ())

    def finish(self) -> pl.DataFrame:
        """Close the files; return the defects that files have as a whole."""
        self.close()
        whole = {"kind": "encoding", "original_value": "utf-8", "spoilt_value": self._codec}
        found = [{"file": name, **whole} for name in self.rows] if self._codec != "utf-8" else []
        return pl.DataFrame(found, schema=DEFECTS)

    def close(self) -> None:
        """Close the files, if they are open."""
        while self._writers:
            self._writers.popitem()[1].close()


def _numbers(spoilt: Spoilt, main: str, late: str, written: dict[str, int]) -> pl.DataFrame:
    """Return the file and the row, from 1, of each right row of a batch, duplicates not counted."""
    frames = []
    for name, origin in ((main, spoilt.origin), (late, spoilt.late_origin)):
        row = np.arange(written[name] + 1, written[name] + 1 + origin.size, dtype=np.int64)
        genuine = ~spoilt.is_copy if name == main else np.ones(origin.size, dtype=np.bool_)
        frames.append(
            pl.DataFrame({"clean_row": origin[genuine], "row": row[genuine]}).with_columns(file=pl.lit(name))
        )
    return pl.concat(frames)


def _broken_lines(
    broken: list[BrokenLine], origin: NDArray[np.int64], name: str, written: int
) -> pl.DataFrame:
    rows = [
        {
            "file": name,
            "row": written + position + 1,
            "kind": "ragged_row",
            "original_value": right,
            "spoilt_value": wrong,
            "clean_row": int(origin[position]),
        }
        for position, right, wrong in broken
    ]
    return pl.DataFrame(rows, schema=DEFECTS)
