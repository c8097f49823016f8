"""A chunk of delimited text to cells: its plain rows are parsed by Polars all at once, the others with care."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.ingest.reading._bad_bytes import has_bad_bytes
from martlet.loaders.ingest.reading._fields import cells_of, raw_fields, split_series
from martlet.loaders.ingest.reading.options import BROKEN, Batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.ingest.reading._records import Records
    from martlet.loaders.ingest.reading._sniffing import Layout

__all__ = ["parse", "texts"]

_LF, _CR = 10, 13


def texts(data: bytes, records: Records, positions: NDArray[np.int64]) -> pl.Series:
    """Return rows as they are written; bytes that are no text are escaped."""
    spans = zip(records.starts[positions].tolist(), records.ends[positions].tolist(), strict=True)
    return pl.Series(
        "row_text", [data[a:b].decode(errors="backslashreplace") for a, b in spans], dtype=pl.String
    )


def parse(data: bytes, records: Records, span: range, layout: Layout) -> Batch:
    """Return the cells of a span of a chunk's rows."""
    positions = np.arange(span.start, span.stop)
    is_plain = records.plain[span.start : span.stop]
    plain, other = positions[is_plain], positions[~is_plain]
    fast = _plain_cells(_lines_of(data, records, plain), layout)
    if fast.height != plain.size:
        plain, other, fast = positions[:0], positions, fast.clear()
    spoilt: dict[int, frozenset[str]] = {}
    cells, problems = _named(fast, layout.names), _surplus(fast, layout)
    if other.size:
        with_care, their_problems = _cells_with_care(data, records, other, layout)
        spoilt = _spoilt(data, records, other[their_problems.is_null().to_numpy()], layout)
        order = pl.Series(np.argsort(np.concatenate([plain, other]), kind="stable"))
        cells = pl.concat([cells, with_care]).select(pl.all().gather(order))
        problems = pl.concat([problems, their_problems]).gather(order)
    return Batch(
        1,
        cells,
        problems,
        lambda rows: texts(data, records, positions[rows.to_numpy()]),
        {position - span.start: columns for position, columns in spoilt.items()},
    )


def _lines_of(data: bytes, records: Records, positions: NDArray[np.int64]) -> bytes:
    """Return rows of one line each as one text, with the line ends that Polars knows."""
    if not positions.size:
        return b""
    starts, ends = records.starts[positions], records.ends[positions]
    first, last = int(starts[0]), int(ends[-1])
    if last - first < len(data) // 2:
        data, starts, ends = data[first : last + 1], starts - first, ends - first
    array = np.frombuffer(data, np.uint8)
    gaps = starts[1:] - ends[:-1]
    line_ends = array[ends[:-1]]
    is_usual = ((gaps == 1) & (line_ends == _LF)) | (
        (gaps == 2) & (line_ends == _CR) & (array[starts[1:] - 1] == _LF)  # noqa: PLR2004 - CR and LF
    )
    if is_usual.all():
        return data[starts[0] : ends[-1]]
    # The byte after each row is its line end, or lies beyond the text.
    edges = np.zeros(len(data) + 2, np.int8)
    edges[starts] += 1
    edges[ends + 1] -= 1
    chosen = np.cumsum(edges[: len(data)], dtype=np.int8).view(np.bool_)
    lines = array.copy()
    lines[ends[ends < len(data)]] = _LF
    return lines[chosen].tobytes()


def _plain_cells(text: bytes, layout: Layout) -> pl.DataFrame:
    schema = {str(i): pl.String for i in range(layout.fields)}
    if not text:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(text, has_header=False, schema=schema, separator=layout.separator)


def _named(cells: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Name the columns; those that the rows leave out are empty."""
    named = cells[:, : len(names)]
    named.columns = names[: named.width]
    return named.with_columns(pl.lit(None, pl.String).alias(name) for name in names[named.width :])


def _surplus(cells: pl.DataFrame, layout: Layout) -> pl.Series:
    """Return the problem of rows with something in fields beyond the last column."""
    is_wrong = pl.any_horizontal(
        pl.lit(value=False),
        *(pl.nth(i).str.strip_chars() != "" for i in range(len(layout.names), cells.width)),
    )
    message = pl.lit(_wrong_number(layout.fields, layout))
    # The column makes the result as long as the frame when nothing can be wrong.
    long = pl.nth(0).is_null() & False
    return cells.select(pl.when(is_wrong | long).then(message).alias("problem")).to_series()


def _wrong_number(count: int | str, layout: Layout) -> str:
    counted_in = "header has" if layout.header else "other rows have"
    return f"wrong number of fields: {count}, where the {counted_in} {len(layout.names)}"


def _cells_with_care(
    data: bytes, records: Records, positions: NDArray[np.int64], layout: Layout
) -> tuple[pl.DataFrame, pl.Series]:
    width = len(layout.names)
    frame = pl.DataFrame(
        {
            "parts": split_series(texts(data, records, positions), layout.separator),
            "known": [records.problems.get(position) for position in positions.tolist()],
        },
        schema_overrides={"known": pl.String},
    ).with_columns(count=pl.col("parts").list.len().cast(pl.Int64))
    beyond = pl.col("parts").list.slice(width).list.join("").str.strip_chars(f' "{layout.separator}')
    is_wrong = ((pl.col("count") > width) & (beyond != "")) | (
        (pl.col("count") < width) & pl.lit(not layout.may_end_early)
    )
    message = pl.format(_wrong_number("{}", layout), pl.col("count"))
    # Bytes that are no text spoil a cell, or, where cells can't be told apart, the row.
    is_of_cell = (pl.col("known") == BROKEN) & ~is_wrong
    problems = frame.select(
        pl.when(pl.col("known").is_not_null() & ~is_of_cell.fill_null(value=False))
        .then("known")
        .when(is_wrong)
        .then(message)
        .alias("problem")
    ).to_series()
    cells = frame.select(
        cells_of(pl.col("parts").list.get(i, null_on_oob=True), layout.separator).alias(name)
        for i, name in enumerate(layout.names)
    )
    return cells, problems


def _spoilt(
    data: bytes, records: Records, positions: NDArray[np.int64], layout: Layout
) -> dict[int, frozenset[str]]:
    """Return the columns with bytes that are no text, by position of the row."""
    found: dict[int, frozenset[str]] = {}
    for position in positions.tolist():
        if records.problems.get(position) == BROKEN:
            row = data[records.starts[position] : records.ends[position]].decode(errors="surrogateescape")
            cells = raw_fields(row, layout.separator)
            found[position] = frozenset(
                name
                for name, cell in zip(layout.names, cells, strict=False)
                if has_bad_bytes(cell.lstrip(layout.separator))
            )
    return found
