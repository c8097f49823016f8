"""From a file's rows to its rows of data: what is none is left out and counted, the rest is numbered and filled down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading.options import listed

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

    from martlet.loaders.ingest.reading.options import Batch, FillDown, Reading

__all__ = ["check_options", "data_rows", "left_out_in_words"]

_HEADERS: Final = "header"
_TOTALS: Final = "totals"


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


def data_rows(
    batches: Iterable[Batch], header: tuple[str, ...] | None, reading: Reading, *, left_out: Counter[str]
) -> Iterator[Batch]:
    """Yield the rows of data, numbered from 1; those that are none are counted in `left_out`."""
    left_out.clear()
    above: pl.DataFrame | None = None
    number = 1
    for batch in batches:
        found = _without_marks(batch)
        if header is not None:
            found = _without(found, _is_header(found, header), _HEADERS, left_out)
        if reading.drop_totals is not None:
            totals = pl.nth(0).fill_null("").str.contains(f"^(?:{reading.drop_totals})")
            found = _without(found, found.cells.select(totals).to_series(), _TOTALS, left_out)
        if not found.cells.height:
            continue
        if reading.fill_down is not None:
            cells = _filled_down(found, above, reading.fill_down)
            above = cells.tail(1)
            found = replace(found, cells=cells)
        yield replace(found, first_row=number)
        number += found.cells.height


def left_out_in_words(left_out: Counter[str]) -> tuple[str, ...]:
    """Return what a person should know about rows that were left out."""
    words = {_HEADERS: "repeat the header", _TOTALS: "are the source's own totals"}
    return tuple(
        f"rows left out because they {words[why]}: {count:,}" for why, count in left_out.items() if count
    )


def _without_marks(batch: Batch) -> Batch:
    """Undo the byte order marks that files have in the middle when they were put together from several."""
    first = batch.cells.columns[0]
    return replace(batch, cells=batch.cells.with_columns(pl.col(first).str.strip_prefix("\ufeff")))


def _is_header(batch: Batch, header: tuple[str, ...]) -> pl.Series:
    same = [
        pl.nth(i).fill_null("").str.strip_chars() == name.strip()
        for i, name in enumerate(header[: batch.cells.width])
    ]
    # The first column alone clears most files.
    first = batch.cells.select(same[0]).to_series()
    return batch.cells.select(pl.all_horizontal(same)).to_series() if first.any() else first


def _without(batch: Batch, drop: pl.Series, why: str, left_out: Counter[str]) -> Batch:
    count = int(drop.sum())
    if not count:
        return batch
    left_out[why] += count
    return batch.only(~drop)


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
