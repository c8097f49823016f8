"""What a profile may say about how its files are read, and what reading gives."""

from __future__ import annotations

# ruff: noqa: TC003  (the annotations are evaluated, to read tables by them)
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

import polars as pl

from martlet.engine.declared import Place, read
from martlet.engine.declared_types import Count, Regex, Texts  # noqa: TC001  (evaluated, to read tables)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["BROKEN", "Batch", "FillDown", "Param", "Reading", "listed"]

BROKEN: Final = "bytes that are not text"
_MOST, _LONGEST = 30, 60
_CELL_BYTES = 24


def listed(names: Sequence[str]) -> str:
    """Return names for a message, shortened: a file that is no table can have thousands, of any length."""
    shown = [name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..." for name in names[:_MOST]]
    more = f", and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(shown) + more


@dataclass(frozen=True)
class Param:
    """Where a new column comes from.

    The value of a `key` in a `list` of {key, value}, the field `first` of the first element of a `list`, or a dotted
    `path` in structs.
    """

    list: str | None = None
    key: str | None = None
    first: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class FillDown:
    """Columns that a source writes on the first of consecutive rows with one `key` only."""

    key: str
    columns: Texts


def _param(value: Any, place: Place) -> Param:
    param = Param(path=value) if isinstance(value, str) else read(Param, value, place)
    given = {name for name, said in vars(param).items() if said is not None}
    if given not in ({"list", "key"}, {"list", "first"}, {"path"}):
        forms = 'a dotted path, { list = "...", key = "..." } or { list = "...", first = "..." }'
        raise place.error(f" must be {forms}; it has {', '.join(sorted(given)) or 'nothing'}")
    return param


@dataclass(frozen=True)
class Reading:
    """How a source's files are read; the `[read]` of a profile, all of it optional.

    Attributes
    ----------
    skip_lines
        Lines above the header that the source always writes.
    drop_totals
        Regular expression: rows whose first cell it matches from its beginning are the source's own totals, no data.
    records
        Dotted path to the list of records in a JSON document; by default the first list of objects.
    params
        New columns, and where they come from.
    explode
        Column that holds a list, of which each element makes a row; the fields of an element are named
        `<column>.<field>`. An empty list makes one row.
    fill_down
        Columns to be filled from the first row of a run.
    encoding, separator, sheet
        What the file is written in, which single character separates its cells, and which sheet of a workbook holds
        the data; recognised if None.
    """

    skip_lines: Count = 0
    drop_totals: Regex | None = None
    records: str | None = None
    params: Mapping[str, Annotated[Param, _param]] = field(default_factory=dict)
    explode: str | None = None
    fill_down: FillDown | None = None
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Batch:
    """Some rows of a file, in its order.

    Attributes
    ----------
    first_row
        Number of the first row within the file; rows of data count from 1.
    cells
        A text column for each column of the source; an empty cell is '' or NULL.
    problems
        What is wrong with a row as a whole, or NULL; row for row as in `cells`.
    spoilt
        Columns whose cells hold bytes that are no text, by position of the row; they matter only if they are used.
    """

    first_row: int
    cells: pl.DataFrame
    problems: pl.Series
    _originals: Callable[[pl.Series], pl.Series] = field(repr=False)
    spoilt: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def problems_in(self, columns: Iterable[str]) -> pl.Series:
        """Return what is wrong with each row, or NULL, for somebody who uses some of the columns."""
        used = frozenset(columns)
        rows = [row for row, spoilt in self.spoilt.items() if used & spoilt]
        is_spoilt = pl.int_range(self.cells.height, eager=True).is_in(rows)
        return (
            self.problems.zip_with(~is_spoilt, pl.select(pl.lit(BROKEN)).to_series())
            if rows
            else self.problems
        )

    def originals_at(self, rows: pl.Series) -> pl.Series:
        """Return the rows at these positions, counted from 0, as they were written; JSON if the file is not of text."""
        found = self._originals(rows).cast(pl.String)
        # A control character would make the quarantine itself hard to read and to export.
        controls = found.str.contains(r"[\x00-\x08\x0e-\x1f\x7f]")
        if controls.any():
            found = pl.Series(
                [
                    text.encode("unicode_escape").decode() if bad else text
                    for text, bad in zip(found, controls, strict=True)
                ],
                dtype=pl.String,
            )
        return found.alias("row_text")

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        # As much again for the text from which the cells were cut; cells that are short, or alike, are told as too small.
        told = 2 * int(self.cells.estimated_size() + self.problems.estimated_size())
        return max(told, _CELL_BYTES * self.cells.height * (self.cells.width + 1))

    def only(self, keep: pl.Series) -> Batch:
        """Return the rows that are to be kept, with the number of the first unchanged."""
        positions = keep.arg_true()
        return Batch(
            self.first_row,
            self.cells.filter(keep),
            self.problems.filter(keep),
            lambda rows: self._originals(positions.gather(rows)),
            {
                new: self.spoilt[old]
                for new, old in enumerate(positions.to_list() if self.spoilt else ())
                if old in self.spoilt
            },
        )
