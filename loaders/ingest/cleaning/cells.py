"""What holds for a cell of any type: spaces, the marks of spreadsheets, words for nothing, the profile's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.cleaning.changes import Edit, edits_of
from martlet.loaders.ingest.cleaning.words import NULL_WORDS, fold, folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest.profile import Column

__all__ = ["Tidy", "replaced", "tidied"]

# Zero-width characters and byte order marks are no white space to Unicode, but nobody sees them.
_UNSEEN: Final = r"[\x{200b}-\x{200d}\x{2060}\x{feff}\x{00ad}]"
_WIDE: Final = r"[ \t\x{00a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]"
# Only before what a spreadsheet would take for a number, or for a formula.
_QUOTED: Final = r"^'([\d+=@-].*)$"
_FORMULA: Final = r'^="([^"]*)"$'
# What a cell looks like that needs a closer look; few do.
_SUSPECT: Final = rf"""^\s|\s$|{_WIDE}{{2}}|[\t\x{{00a0}}\x{{1680}}\x{{2000}}-\x{{200d}}\x{{202f}}\x{{205f}}\x{{2060}}\x{{3000}}\x{{feff}}\x{{00ad}}]|^'|^=\""""


@dataclass(frozen=True)
class Tidy:
    """Text of a column, NULL where nothing was given, and what was changed to have it so."""

    text: pl.Series
    edits: tuple[Edit, ...]


def tidied(cells: pl.Series, column: Column, name: str) -> Tidy:
    """Return the cells of the column `name` as text without what programs and people put around it.

    The order is that of `changes.RULES`: spaces, marks of spreadsheets, words for nothing, words of the profile, default.
    """
    cells = cells.fill_null("")
    nothing = (*NULL_WORDS, *(word.strip().lower() for word in column.null))
    words = "|".join(re.escape(word) for word in nothing if word)
    positions = cells.str.contains(f"(?i){_SUSPECT}|^(?:{words})$").arg_true()
    text, found = cells, list[Edit]()
    if not positions.is_empty():
        closer, seen = _closer(cells.gather(positions), nothing, name)
        text = cells.scatter(positions, closer)
        found = [replace(edit, rows=positions.gather(edit.rows)) for edit in seen]
    text = pl.DataFrame({"text": text}).select(pl.when(pl.col("text") != "").then("text")).to_series()
    if column.words:
        new = replaced(text, column.words)
        found.extend(edits_of("word", name, text.ne_missing(new), text, new))
        text = new
    if column.default is not None:
        filled = text.fill_null(column.default)
        found.extend(edits_of("default", name, text.is_null(), text, filled))
        text = filled
    return Tidy(text, tuple(found))


def _closer(cells: pl.Series, nothing: tuple[str, ...], name: str) -> tuple[pl.Series, list[Edit]]:
    plain = cells.str.replace_all(_UNSEEN, "").str.replace_all(f"{_WIDE}+", " ").str.strip_chars()
    found = list(edits_of("spaces", name, plain != cells, cells, plain))
    bare = plain.str.replace(_FORMULA, "${1}").str.replace(_QUOTED, "${1}").str.strip_chars()
    found += edits_of("spreadsheet_text", name, bare != plain, plain, bare)
    empty = bare.str.to_lowercase().is_in(nothing)
    left = (
        pl.DataFrame({"text": bare, "empty": empty})
        .select(pl.when(~pl.col("empty")).then("text"))
        .to_series()
    )
    found += edits_of("empty_word", name, empty & (bare != ""), bare, left)
    return left.fill_null(""), found


def replaced(text: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """Return text with each of `words` replaced, whatever its letter case and accents; by nothing if that is ''."""
    known = {fold(word): meant for word, meant in words.items()}
    distinct = pl.DataFrame({"text": text.unique().drop_nulls()})
    meant = distinct.with_columns(meant=folded(pl.col("text"))).with_columns(
        pl.col("meant").replace_strict(known, default=None, return_dtype=pl.String)
    )
    meant = meant.filter(pl.col("meant").is_not_null() & (pl.col("meant") != pl.col("text")))
    if meant.is_empty():
        return text
    new = text.replace(meant["text"], meant["meant"])
    return pl.select(pl.when(new != "").then(new)).to_series().alias(text.name)
