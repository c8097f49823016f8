"""Lines of text to cells: which character separates them, which line names them, and which rows do not fit.

Quotes follow RFC 4180: a field that begins with a double quote ends with one, may hold separators and line ends, and
doubles the quotes inside. A quote that is opened and never closed spoils its own row only, not the rest of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.ingest import _sniffing
from martlet.loaders.ingest._column_names import listed
from martlet.sql.errors import IngestError

if TYPE_CHECKING:
    from martlet.loaders.ingest._decoding import Lines
    from martlet.loaders.ingest._sniffing import Shape

__all__ = ["Parts", "split"]

# A quoted field may span this many lines; beyond it, the quote is taken for a stray one.
_LONGEST_FIELD = 1_000


@dataclass(frozen=True)
class Parts:
    """Cells by column, the problem of each row or NULL, each row as written, and what was recognised, in words."""

    cells: pl.DataFrame
    problems: pl.Series
    originals: pl.Series
    has_header: bool
    format: str
    notes: tuple[str, ...]


def split(name: str, lines: Lines) -> Parts:
    """Split lines into cells.

    Raises
    ------
    IngestError
        If no separator gives more than one column, or there are no rows below the header.
    """
    shape = _sniffing.shape(lines.text)
    if shape.width == 1:
        raise IngestError(
            f"{name} has one column only: no comma, semicolon, tab, pipe or run of spaces separates its lines alike; "
            "a customer, a date and an amount are needed in each row"
        )
    frame = _records(pl.DataFrame({"text": lines.text, "broken": lines.broken}), shape)
    layout = _sniffing.layout(shape, frame["text"].head(_sniffing.LONGEST_PREAMBLE).to_list())
    frame = frame.slice(layout.first_row)
    if frame.is_empty():
        raise IngestError(f"{name} has a header and no rows; its columns are: {listed(layout.names)}")
    width = len(layout.names)
    cells, count = _cells(frame["text"], shape.separator, layout.names)
    counted_in = "header has" if layout.has_header else "other rows have"
    problems = frame.select(
        pl.when("broken")
        .then(pl.lit("bytes that are not text"))
        .when("unclosed")
        .then(pl.lit("a quote is opened and never closed"))
        .when(count != width)
        .then(
            pl.format("wrong number of fields: {}, where the {} {}", count, pl.lit(counted_in), pl.lit(width))
        )
        .alias("problem")
    ).to_series()
    header = "with a header" if layout.has_header else "without header"
    words = f"separated by {_sniffing.WORDS[shape.separator]}, {header}"
    return Parts(cells, problems, frame["text"], layout.has_header, words, layout.notes)


def _records(frame: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """Join lines that a quoted field spans, and leave out blank lines; add `unclosed`."""
    odd = (frame["text"].str.count_matches('"', literal=True) % 2 == 1).arg_true().to_list()
    blank = pl.col("text").str.strip_chars() == ""
    if not odd:
        return frame.filter(~blank).with_columns(unclosed=pl.lit(value=False))
    joined, swallowed, unclosed = _spans(frame["text"], odd, shape)
    spans = pl.DataFrame(
        {
            "line": list(joined),
            "whole": ["\n".join(frame["text"][first : last + 1]) for first, last in joined.items()],
            "any_broken": [bool(frame["broken"][first : last + 1].any()) for first, last in joined.items()],
        },
        schema={"line": pl.UInt32, "whole": pl.String, "any_broken": pl.Boolean},
    )
    return (
        frame.with_row_index("line")
        .join(spans, on="line", how="left", maintain_order="left")
        .with_columns(
            text=pl.coalesce("whole", "text"),
            broken=pl.coalesce("any_broken", "broken"),
            unclosed=pl.col("line").is_in(unclosed),
        )
        .filter(~blank & ~pl.col("line").is_in(swallowed))
        .select("text", "broken", "unclosed")
    )


def _spans(text: pl.Series, odd: list[int], shape: Shape) -> tuple[dict[int, int], list[int], list[int]]:
    """Return the last line of rows that span lines, by their first, the lines swallowed, and those with an unclosed quote."""
    joined: dict[int, int] = {}
    swallowed: list[int] = []
    unclosed: list[int] = []
    at = 0
    while at < len(odd):
        first = odd[at]
        at += 1
        if not _is_open(text[first], shape.separator):
            continue
        last = odd[at] if at < len(odd) else first
        if first < last <= first + _LONGEST_FIELD and _is_row("\n".join(text[first : last + 1]), shape):
            joined[first] = last
            swallowed.extend(range(first + 1, last + 1))
            at += 1
        else:
            unclosed.append(first)
    return joined, swallowed, unclosed


def _is_row(whole: str, shape: Shape) -> bool:
    return (
        not _is_open(whole, shape.separator) and len(_sniffing.fields(whole, shape.separator)) == shape.width
    )


def _is_open(line: str, separator: str) -> bool:
    """Tell whether a field begins with a quote that no quote at the field's end closes."""
    begins = (field.strip(" ") for field in _sniffing.raw_fields(line, separator))
    return any(field.startswith('"') and not re.fullmatch(r'"(?:[^"]|"")*"', field) for field in begins)


def _cells(text: pl.Series, separator: str, names: tuple[str, ...]) -> tuple[pl.DataFrame, pl.Series]:
    """Return the cells by column, and how many fields each row has, not counting empty ones beyond the last column."""
    quoted = bool(text.str.contains('"', literal=True).any())
    if separator == " ":
        parts = text.str.strip_chars().str.extract_all(_sniffing.pattern(" ", prefixed=False))
    elif quoted:
        prefixed = pl.select(pl.lit(separator) + text).to_series()
        parts = prefixed.str.extract_all(_sniffing.pattern(separator))
    else:
        parts = text.str.split(separator)
    frame = pl.DataFrame({"parts": parts})
    count = frame.select(pl.col("parts").list.len().cast(pl.Int64)).to_series()
    if (count > len(names)).any():
        beyond = frame.select(
            pl.col("parts").list.slice(len(names)).list.join("").str.strip_chars(f' "{separator}') == ""
        )
        count = pl.select(
            pl.when((count > len(names)) & beyond.to_series()).then(len(names)).otherwise(count)
        ).to_series()
    cells = (
        _cell(pl.col("parts").list.get(i, null_on_oob=True), separator, quoted=quoted).alias(n)
        for i, n in enumerate(names)
    )
    return frame.select(cells), count


def _cell(field: pl.Expr, separator: str, *, quoted: bool) -> pl.Expr:
    if not quoted:
        return field.str.strip_chars()
    trimmed = (field if separator == " " else field.str.slice(1)).str.strip_chars()
    inner = (
        trimmed.str.strip_prefix('"')
        .str.strip_suffix('"')
        .str.replace_all('""', '"', literal=True)
        .str.strip_chars()
    )
    is_quoted = trimmed.str.starts_with('"') & trimmed.str.ends_with('"') & (trimmed.str.len_bytes() > 1)
    return pl.when(is_quoted).then(inner).otherwise(trimmed)
