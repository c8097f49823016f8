"""Words of which a column has few, and yes or no: one spelling for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.cleaning.parser import Read
from martlet.loaders.ingest.cleaning.words import FALSE_WORDS, MARKS, TRUE_WORDS, fold, folded

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BoolReader", "WordReader"]

# A column of more different words than these is no column of words, and keeps its spellings.
_MOST_WORDS: Final = 20_000


class WordReader:
    """Reads words: those that the field knows become its own, others the commonest spelling of the file.

    Parameters
    ----------
    words
        Spellings and the word that each stands for, whatever the letter case, accents, spaces, hyphens and underscores.
    is_open
        Whether other words are kept; else they become `other`, or are unreadable if that is None.
    """

    surveys: Final = True

    def __init__(self, words: Mapping[str, str], *, is_open: bool = True, other: str | None = None) -> None:
        self._known: Final = {fold(word): meant for word, meant in words.items()}
        self._listing: Final = ", ".join(dict.fromkeys(words.values()))
        self._open: Final = is_open or not words
        self._other: Final = other
        self._spellings: Counter[str] = Counter()
        self._common: dict[str, str] = {}
        self._too_many = False

    def survey(self, text: pl.Series) -> None:
        """Count spellings, where words are open."""
        if not self._open or self._too_many:
            return
        counts = text.drop_nulls().value_counts(name="times")
        self._spellings.update(dict(counts.iter_rows()))
        self._too_many = len(self._spellings) > _MOST_WORDS
        if self._too_many:
            self._spellings.clear()

    def decide(self) -> list[str]:
        """Choose among spellings of one word the commonest; of equally common ones that with letters of both cases."""
        self._common = {}
        if self._too_many:
            return [f"more than {_MOST_WORDS:,} different words, so each keeps its spelling"]
        if not self._spellings:
            return []
        frame = pl.DataFrame({"text": list(self._spellings), "times": list(self._spellings.values())})
        frame = frame.with_columns(folded(pl.col("text")).alias("folded"))
        frame = frame.filter(pl.len().over("folded") > 1)
        is_mixed = (pl.col("text") != pl.col("text").str.to_uppercase()) & (
            pl.col("text") != pl.col("text").str.to_lowercase()
        )
        best = frame.with_columns(is_mixed=is_mixed).sort(
            "times", "is_mixed", "text", descending=[True, True, False]
        )
        self._common = dict(best.unique("folded", keep="first").select("folded", "text").iter_rows())
        return []

    def read(self, text: pl.Series) -> Read:
        """Read a batch; the problem is "unreadable word"."""
        words = pl.DataFrame({"text": text.unique().drop_nulls()}).with_columns(
            folded(pl.col("text")).alias("folded")
        )
        known = pl.col("folded").replace_strict(self._known, default=None, return_dtype=pl.String)
        common = pl.col("folded").replace_strict(self._common, default=None, return_dtype=pl.String)
        if self._open:
            meant = pl.coalesce(known, common, "text")
        else:
            meant = pl.coalesce(known, pl.lit(self._other, pl.String))
        words = words.with_columns(known=known, meant=meant)
        values = text.replace_strict(words["text"], words["meant"], default=None, return_dtype=pl.String)
        declared = words.filter(pl.col("known").is_not_null() | (not self._open))["text"]
        is_declared = text.is_in(declared.implode()) & values.is_not_null()
        differs = values.is_not_null() & (values != text)
        changed = (("word", differs & is_declared), ("spelling", differs & ~is_declared))
        if values.null_count() == text.null_count():
            return Read(values, changed=changed)
        lost = pl.DataFrame({"text": text, "value": values}).select(
            pl.when(pl.col("text").is_not_null() & pl.col("value").is_null()).then(
                pl.lit(f"unreadable word: none of {self._listing}")
            )
        )
        return Read(values, lost.to_series(), changed)


class BoolReader:
    """Reads yes and no in several languages; where a column only ticks boxes (x), an empty cell means no."""

    surveys: Final = True

    def __init__(self) -> None:
        self._only_marks = True
        self._marked = False

    def survey(self, text: pl.Series) -> None:
        """Note whether anything but marks occurs."""
        marks = text.drop_nulls().str.to_lowercase().is_in(MARKS)
        self._marked = self._marked or bool(marks.any())
        self._only_marks = self._only_marks and bool(marks.all())

    def decide(self) -> list[str]:
        """Tell whether empty cells mean no."""
        self._only_marks = self._only_marks and self._marked
        return ["empty cells were read as no, since all others hold a mark"] if self._only_marks else []

    def read(self, text: pl.Series) -> Read:
        """Read a batch; the problem is "unreadable yes or no"."""
        words = text.unique().drop_nulls()
        meanings = {word: _meaning(word) for word in words}
        values = text.replace_strict(meanings, default=None, return_dtype=pl.Boolean)
        lost = text.is_not_null() & values.is_null()
        if self._only_marks:
            values = values.fill_null(value=False)
        plain = text.str.to_lowercase().is_in(["0", "1", "true", "false"])
        changed = (("yes_no", (values.is_not_null() & ~plain.fill_null(value=False))),)
        if not lost.any():
            return Read(values, changed=changed)
        problem = pl.select(pl.when(lost).then(pl.lit("unreadable yes or no"))).to_series()
        return Read(values, problem, changed)


def _meaning(word: str) -> bool | None:
    plain = fold(word)
    if plain in TRUE_WORDS or word.lower() in MARKS:
        return True
    return False if plain in FALSE_WORDS else None
