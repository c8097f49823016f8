"""From a file's rows to its rows of data: what is none is left out and counted, the rest is numbered and filled down."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading._notes_below import is_note
from martlet.loaders.ingest.reading._totals import LABEL, NOTHING, columns_of, is_total, sums
from martlet.loaders.ingest.reading.options import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from martlet.loaders.ingest.reading._totals import Columns, Sums
    from martlet.loaders.ingest.reading.options import Batch, FillDown, Reading

__all__ = ["LeftOut", "check_options", "data_rows"]

_HEADERS, _TOTALS, _NOTES, _EMPTY = "header", "totals", "notes", "empty"
_REASONS: Final = {
    _HEADERS: "repeat the header",
    _TOTALS: "are totals",
    _NOTES: "are notes below the table",
    _EMPTY: "are empty",
}
_EXAMPLES, _LONGEST = 2, 80
# Rows at the end of a file among which totals without a word and notes are looked for; fewer where they are so large.
_TAIL, _LARGEST_TAIL = 10, 1 << 25
# Column of the number of a row, of a name that no file has.
_NUMBER: Final = "\0number"
# Rows, and bytes, by which the columns are judged.
_SAMPLE, _LARGEST_SAMPLE = 300, 1 << 24
# Names stand in the first columns, and so does the word for a total.
_LABELS_WITHIN: Final = 3


def check_options(name: str, columns: tuple[str, ...], reading: Reading) -> None:
    """Check the options that name columns or are expressions.

    Raises
    ------
    IngestError
        If an expression is invalid, or a column to be filled down is missing while its key is there.
    """
    if reading.drop_totals is not None:
        try:
            pl.Series([""]).str.contains(reading.drop_totals)
        except pl.exceptions.PolarsError as error:
            raise IngestError(
                f"drop_totals is {reading.drop_totals!r}, no regular expression: {error}"
            ) from error
    fill = reading.fill_down
    if fill is not None and fill.key not in columns:
        raise IngestError(
            f"{name} has no column {fill.key!r}, by which other columns are filled down; it has: {listed(columns)}"
        )


class LeftOut:
    """What was left out of a file's rows in the last pass over it, and why."""

    def __init__(self, *, is_hidden: bool = False) -> None:
        # Whether no cell may be shown.
        self._is_hidden: Final = is_hidden
        self._counts: Final[Counter[str]] = Counter()
        self._examples: Final[dict[str, list[str]]] = {}
        self.totals: Final[list[dict[str, str]]] = []
        # What was found out by a pass of its own, by position in the file.
        self.is_total: Final[dict[int, bool]] = {}

    def begin(self) -> None:
        """Forget the pass before."""
        self._counts.clear()
        self._examples.clear()
        self.totals.clear()

    def add(self, why: str, rows: pl.DataFrame, first: int, positions: Sequence[int]) -> None:
        """Count rows that are left out; `first` is the number of the first row of the batch."""
        self._counts[why] += len(positions)
        if why == _TOTALS:
            self.totals.extend(_texts(rows, position) for position in positions)
        if why in (_TOTALS, _NOTES) and not self._is_hidden:
            examples = self._examples.setdefault(why, [])
            for position in positions[: _EXAMPLES - len(examples)]:
                cells = " ".join(cell for cell in _texts(rows, position).values() if cell)
                examples.append(
                    f"row {first + position:,}: {cells[:_LONGEST]}{'...' * (len(cells) > _LONGEST)}"
                )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about rows that were left out."""
        return tuple(
            f"rows left out because they {_REASONS[why]}: {count:,}"
            + (f" ({'; '.join(self._examples[why])})" if self._examples.get(why) else "")
            for why, count in sorted(self._counts.items(), key=lambda item: list(_REASONS).index(item[0]))
        )


def data_rows(
    again: Callable[[], Iterable[Batch]],
    header: tuple[str, ...] | None,
    reading: Reading,
    left_out: LeftOut,
) -> Iterator[Batch]:
    """Yield the rows of data, numbered from 1; those that are none are told to `left_out`.

    `again` gives the batches of the file anew, for what can only be known of all of them.
    """
    left_out.begin()
    rules = _Rules(again, header, reading, left_out)
    above: pl.DataFrame | None = None
    number = 1
    for first, batch, below in _with_tail(again()):
        found = rules.apply(_without_marks(batch), first, below)
        if not found.cells.height:
            continue
        if reading.fill_down is not None:
            cells = _filled_down(found, above, reading.fill_down)
            above = cells.tail(1)
            found = replace(found, cells=cells)
        yield replace(found, first_row=number)
        number += found.cells.height


def _with_tail(batches: Iterable[Batch]) -> Iterator[tuple[int, Batch, int | None]]:
    """Yield batches with the number of their first row, and, of the last ones, with how many rows there are below them."""
    held: list[tuple[int, Batch]] = []
    first = 1
    for batch in batches:
        held.append((first, batch))
        first += batch.cells.height
        while (
            first - held[0][0] - held[0][1].cells.height >= _TAIL
            or sum(later.size for _, later in held[1:]) >= _LARGEST_TAIL
        ):
            yield (*held.pop(0), None)
    for start, batch in held:
        yield start, batch, first - start - batch.cells.height


class _Rules:
    """Tells rows of data from others, batch by batch."""

    def __init__(
        self,
        again: Callable[[], Iterable[Batch]],
        header: tuple[str, ...] | None,
        reading: Reading,
        left_out: LeftOut,
    ) -> None:
        self._again: Final = again
        self._header: Final = header
        self._reading: Final = reading
        self._left_out: Final = left_out
        self._sample: Final[list[pl.DataFrame]] = []
        self._not_data: Final[set[int]] = set()

    def apply(self, batch: Batch, first: int, below: int | None) -> Batch:
        """Leave out what is no data; `below` is how many rows follow the batch, None if they are many."""
        cells = batch.cells
        why: dict[int, str] = {}
        if self._header is not None:
            why |= dict.fromkeys(_header_rows(cells, self._header), _HEADERS)
        # A row that could not be read has no cells, and is told with its problem.
        why |= {position: _EMPTY for position in _empty(cells) if batch.problems[position] is None}
        if self._reading.drop_totals is not None:
            said = cells[:, 0].fill_null("").str.contains(f"^(?:{self._reading.drop_totals})")
            why |= dict.fromkeys(said.arg_true().to_list(), _TOTALS)
        self._not_data.update(first + position for position in why)
        self._add_totals(batch, first, below, why)
        if not why:
            return batch
        for reason in dict.fromkeys(why.values()):
            self._left_out.add(reason, cells, first, sorted(at for at, what in why.items() if what == reason))
        keep = pl.repeat(value=True, n=cells.height, eager=True, dtype=pl.Boolean)
        return batch.only(keep.scatter(sorted(why), values=False))

    def _add_totals(self, batch: Batch, first: int, below: int | None, why: dict[int, str]) -> None:
        """Find totals anywhere by their word, others and notes among the last rows of the file."""
        cells = batch.cells
        if (
            sum(sample.height for sample in self._sample) < _SAMPLE
            and sum(sample.estimated_size() for sample in self._sample) < _LARGEST_SAMPLE
        ):
            self._sample.append(cells.head(_SAMPLE).with_row_index(_NUMBER, offset=first))
        labelled = _labelled(cells)
        tail = range(max(0, cells.height + below - _TAIL), cells.height) if below is not None else range(0)
        for at in sorted({*labelled, *tail} - why.keys()):
            row = _texts(cells, at)
            if at in tail and is_note(list(row.values())):
                why[at] = _NOTES
            elif (at in labelled or self._is_bare(row)) and self._is_total(row, first + at):
                why[at] = _TOTALS
            else:
                continue
            self._not_data.add(first + at)

    @staticmethod
    def _is_bare(row: dict[str, str]) -> bool:
        return next(iter(row.values())).lower() in NOTHING

    def _is_total(self, row: dict[str, str], number: int) -> bool:
        known = self._left_out.is_total
        if number not in known:
            known[number] = is_total(row, self._columns(number), lambda: self._sums(number))
        return known[number]

    def _columns(self, number: int) -> Columns:
        """Judge the columns by the first rows of data, of those above a row if there are any."""
        data = pl.concat(self._sample).filter(~pl.col(_NUMBER).is_in(sorted({*self._not_data, number})))
        above = data.filter(pl.col(_NUMBER) < number)
        return columns_of((above if above.height else data).drop(_NUMBER))

    def _sums(self, number: int) -> Mapping[str, Sums]:
        def above() -> Iterator[pl.DataFrame]:
            first = 1
            for batch in self._again():
                if first >= number:
                    return
                rows = batch.cells.with_row_index(_NUMBER, offset=first).filter(
                    (pl.col(_NUMBER) < number) & ~pl.col(_NUMBER).is_in(sorted(self._not_data))
                )
                yield rows.drop(_NUMBER)
                first += batch.cells.height

        return sums(above())


def _texts(cells: pl.DataFrame, position: int) -> dict[str, str]:
    return {name: (cell or "").strip() for name, cell in cells.row(position, named=True).items()}


def _empty(cells: pl.DataFrame) -> list[int]:
    """Return where rows hold nothing at all."""
    possible = (cells[:, 0].is_null() | (cells[:, 0] == "")).arg_true()
    if possible.is_empty():
        return []
    nothing = pl.all_horizontal(pl.all().fill_null("").str.strip_chars() == "")
    return possible.filter(cells[possible].select(nothing).to_series()).to_list()


def _labelled(cells: pl.DataFrame) -> list[int]:
    """Return where a word for a total stands in one of the first columns."""
    found = {
        at for name in cells.columns[:_LABELS_WITHIN] for at in cells[name].str.contains(LABEL).arg_true()
    }
    return sorted(found)


def _without_marks(batch: Batch) -> Batch:
    """Undo the byte order marks that files have in the middle when they were put together from several."""
    first = batch.cells.columns[0]
    return replace(batch, cells=batch.cells.with_columns(pl.col(first).str.strip_prefix("\ufeff")))


def _header_rows(cells: pl.DataFrame, header: tuple[str, ...]) -> list[int]:
    """Return where the header is repeated."""
    possible = (cells[:, 0].fill_null("").str.strip_chars() == header[0].strip()).arg_true()
    if possible.is_empty():
        return []
    same = (
        pl.nth(i).fill_null("").str.strip_chars() == name.strip()
        for i, name in enumerate(header[: cells.width])
    )
    return possible.filter(cells[possible].select(pl.all_horizontal(same)).to_series()).to_list()


def _filled_down(batch: Batch, above: pl.DataFrame | None, fill: FillDown) -> pl.DataFrame:
    """Fill the empty cells of rows whose key is that of the row above from the first row of their run."""
    cells = batch.cells if above is None else pl.concat([above, batch.cells])
    key = pl.col(fill.key).fill_null("")
    run = key.ne_missing(key.shift()).cum_sum()
    columns = [name for name in fill.columns if name in cells.columns]
    filled = cells.with_columns(
        pl.when(key != "")
        .then(pl.when(pl.col(name) != "").then(name).forward_fill().over(run))
        .otherwise(name)
        .alias(name)
        for name in columns
    )
    return filled if above is None else filled[1:]
