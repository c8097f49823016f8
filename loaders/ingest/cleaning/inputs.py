"""What one field reads: columns of the source, tidied, joined if they are parts of one value, typed, and held to bounds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.cleaning.cells import replaced
from martlet.loaders.ingest.cleaning.changes import edits_of
from martlet.loaders.ingest.cleaning.dates import DateReader
from martlet.loaders.ingest.cleaning.numbers import NumberReader
from martlet.loaders.ingest.cleaning.order_status import StatusReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest.cleaning.bounds import Bounds
    from martlet.loaders.ingest.cleaning.changes import Edit
    from martlet.loaders.ingest.cleaning.parser import Reader

__all__ = ["Input", "Inputs"]


@dataclass(frozen=True)
class Inputs:
    """Cells of one input in one batch.

    Attributes
    ----------
    text, parsed
        The tidy text, and its value before it is held against bounds and currency.
    values, problems, edits
        The value, what is wrong with it or None, and what was changed.
    """

    text: pl.Series
    parsed: pl.Series
    values: pl.Series
    problems: pl.Series | None
    edits: tuple[Edit, ...]


class Input:
    """One column, or several joined, read as one type.

    Parameters
    ----------
    columns
        Keys of the columns in the profile.
    name
        What the source calls the column; of several the first.
    reader, bounds
        How text is read, and what values must keep to.
    words
        Words of the source and what they mean for this field.
    currency
        Key of the column that names the currency of these amounts.
    """

    def __init__(
        self,
        columns: tuple[str, ...],
        name: str,
        reader: Reader,
        bounds: Bounds,
        *,
        words: Mapping[str, str],
        currency: str | None,
    ) -> None:
        self.columns: Final = columns
        self.name: Final = name
        self._reader: Final = reader
        self._bounds: Final = bounds
        self._words: Final = words
        self._code_column: Final = currency
        self._codes: Counter[str] = Counter()
        self._currency: str | None = None

    @property
    def has_time(self) -> bool:
        """Whether any cell has a time of day."""
        return isinstance(self._reader, DateReader) and self._reader.has_time

    @property
    def statuses(self) -> StatusReader | None:
        """The reader of statuses, which knows of words that nobody explains; None if these cells are none."""
        return self._reader if isinstance(self._reader, StatusReader) else None

    @property
    def surveyed(self) -> tuple[str, ...]:
        """Keys of the columns that the survey looks at."""
        if not self._reader.surveys:
            return ()
        return self.columns if self._code_column is None else (*self.columns, self._code_column)

    def survey(self, texts: Mapping[str, pl.Series]) -> None:
        """Take evidence from the tidy text of a batch."""
        if not self._reader.surveys:
            return
        text = self._joined(texts)
        self._reader.survey(replaced(text, self._words) if self._words else text)
        if self._code_column is not None:
            codes = texts[self._code_column].filter(text.is_not_null()).str.to_uppercase().drop_nulls()
            self._codes.update(dict(codes.value_counts(name="times").iter_rows()))

    def decide(self) -> list[str]:
        """Decide what the survey left open; return what a person should know."""
        notes = self._reader.decide()
        if self._codes:
            self._currency = min(self._codes, key=lambda code: (-self._codes[code], code))
        elif isinstance(self._reader, NumberReader):
            self._currency = self._reader.currency
        return [f"{self.name}: {note}" for note in notes]

    def read(self, texts: Mapping[str, pl.Series]) -> Inputs:
        """Read the tidy text of a batch."""
        given = text = self._joined(texts)
        edits: list[Edit] = []
        if self._words:
            text = replaced(given, self._words)
            edits.extend(edits_of("word", self.name, text.ne_missing(given), given, text))
        read = self._reader.read(text)
        values, problems = read.values, read.problems
        for further in (self._bounds.problems(values), self._other_currency(texts, text, read.currencies)):
            if further is not None:
                frame = pl.DataFrame({"value": values, "further": further})
                values = frame.select(pl.when(pl.col("further").is_null()).then("value")).to_series()
                problems = further if problems is None else _first(problems, further)
        for rule, mask in read.changed:
            still = mask & values.is_not_null()
            edits.extend(edits_of(rule, self.name, still, text, values))
        return Inputs(text, read.values, values, problems, tuple(edits))

    def _joined(self, texts: Mapping[str, pl.Series]) -> pl.Series:
        first = texts[self.columns[0]]
        if len(self.columns) == 1:
            return first
        frame = pl.DataFrame({key: texts[key] for key in self.columns})
        together = pl.concat_str(self.columns, separator=" ", ignore_nulls=True)
        # Without its first part, the day, a value is none.
        return (
            frame.select(pl.when(pl.col(self.columns[0]).is_not_null()).then(together))
            .to_series()
            .alias(first.name)
        )

    def _other_currency(
        self, texts: Mapping[str, pl.Series], text: pl.Series, signs: pl.Series | None
    ) -> pl.Series | None:
        if self._currency is None or (self._code_column is None and signs is None):
            return None
        codes = texts[self._code_column].str.to_uppercase() if self._code_column else signs
        if self._code_column and signs is not None:
            codes = _first(texts[self._code_column].str.to_uppercase(), signs)
        frame = pl.DataFrame({"code": codes, "text": text})
        other = (pl.col("code") != self._currency) & pl.col("text").is_not_null()
        problem = pl.format(f"another currency: {{}}, where most amounts are in {self._currency}", "code")
        found = frame.select(pl.when(other).then(problem)).to_series()
        return found if found.null_count() < len(found) else None


def _first(one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.DataFrame({"one": one, "other": other}).select(pl.coalesce("one", "other")).to_series()
