"""Paths of channels, whatever mark a source puts between their steps, written with ' > '."""

from __future__ import annotations

from collections import Counter
from typing import Final

import polars as pl

from martlet.loaders.ingest.cleaning.parser import Read, spread

__all__ = ["PathReader"]

_OURS: Final = ">"
# The marks that sources put between steps; of those in equally many paths the first, so that an arrow is one mark.
_MARKS: Final = ("->", "=>", _OURS, "\u2192", "|", ";", ",")


class PathReader:
    """Reads a column of paths.

    Parameters
    ----------
    mark
        What stands between two steps, spaces around it aside; the commonest of the usual ones if None.
    """

    def __init__(self, mark: str | None = None) -> None:
        self.surveys: Final = mark is None
        self._mark = (mark or _OURS).strip()
        self._seen: Counter[str] = Counter()

    def survey(self, text: pl.Series) -> None:
        """Count the paths that have each mark."""
        for mark in _MARKS:
            self._seen[mark] += int(text.str.contains(mark, literal=True).sum())

    def decide(self) -> list[str]:
        """Take the commonest mark."""
        if not any(self._seen.values()):
            return []
        self._mark = max(_MARKS, key=lambda mark: self._seen[mark])
        others = [repr(mark) for mark in _MARKS if self._seen[mark] and mark not in self._mark]
        if self._mark == _OURS and not others:
            return []
        besides = f"; {' and '.join(others)} in names was kept" if others else ""
        return [f"steps were told apart by {self._mark!r}{besides}"]

    def read(self, text: pl.Series) -> Read:
        """Read a batch; a step without a name makes a path unreadable, as does our own mark in a name."""
        steps = pl.col("text").str.split(self._mark).list.eval(pl.element().str.strip_chars())
        made = steps.list.join(f" {_OURS} ")
        read = pl.DataFrame({"text": text.drop_nulls().unique()}).with_columns(
            made=made,
            problem=pl.when(steps.list.eval(pl.element() == "").list.any())
            .then(pl.lit("unreadable path: a step has no name"))
            .when(steps.list.eval(pl.element().str.contains(_OURS, literal=True)).list.any())
            .then(pl.lit(f"ambiguous path: {_OURS} stands in the name of a step")),
        )
        return spread(
            text,
            text.is_not_null(),
            None,
            read.with_columns(
                value=pl.when(pl.col("problem").is_null()).then("made"),
                rule=pl.when(made != pl.col("text")).then(pl.lit("path_format")),
            ),
        )
