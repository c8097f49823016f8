"""What one field reads: columns of the source, tidied, joined if they are parts of one value, typed, and held to bounds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.cleaning.cells import replaced
from martlet.loaders.ingest.cleaning.changes import OTHER_CURRENCY, edits_of
from martlet.loaders.ingest.cleaning.currencies import SHARED_SIGNS
from martlet.loaders.ingest.cleaning.dates import DateReader
from martlet.loaders.ingest.cleaning.numbers import NumberReader
from martlet.loaders.ingest.cleaning.order_status import StatusReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest.cleaning.bounds import Bounds
    from martlet.loaders.ingest.cleaning.changes import Edit
    from martlet.loaders.ingest.cleaning.currencies import Rates
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
        self.code_column: Final = currency
        self._codes: Counter[str] = Counter()
        # The company's currency; rows of another are converted by rates, or set aside.
        self.company: str | None = None
        self.is_known = False

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
        return self.columns if self.code_column is None else (*self.columns, self.code_column)

    def survey(self, texts: Mapping[str, pl.Series]) -> None:
        """Take evidence from the tidy text of a batch."""
        if not self._reader.surveys:
            return
        text = self._joined(texts)
        self._reader.survey(replaced(text, self._words) if self._words else text)
        if self.code_column is not None:
            codes = texts[self.code_column].filter(text.is_not_null()).str.to_uppercase().drop_nulls()
            self._codes.update(dict(codes.value_counts(name="times").iter_rows()))

    def decide(self) -> list[str]:
        """Decide what the survey left open; return what a person should know."""
        return [f"{self.name}: {note}" for note in self._reader.decide()]

    @property
    def currency(self) -> tuple[str, bool] | None:
        """The commonest currency of the amounts, and whether that is certain: not only by a sign that several share."""
        if self._codes:
            # Of equals the first by name, lest the order of rows decide.
            return min(self._codes, key=lambda code: (-self._codes[code], code)), True
        sign = self._reader.currency if isinstance(self._reader, NumberReader) else None
        return None if sign is None else (sign, sign not in SHARED_SIGNS)

    def read(
        self, texts: Mapping[str, pl.Series], rates: Rates | None = None, days: pl.Series | None = None
    ) -> Inputs:
        """Read the tidy text of a batch; `rates` of the rows' `days` convert amounts of other currencies."""
        given = text = self._joined(texts)
        edits: list[Edit] = []
        if self._words:
            text = replaced(given, self._words)
            edits.extend(edits_of("word", self.name, text.ne_missing(given), given, text))
        read = self._reader.read(text)
        values, problems = read.values, read.problems
        codes = self._other_codes(texts, text, read.currencies)
        if codes is not None and rates is not None and days is not None:
            converted = rates.converted(values, codes, days)
            edits.extend(edits_of("converted", self.name, converted.is_not_null(), text, converted))
            frame = pl.DataFrame({"value": values, "converted": converted, "code": codes})
            values = frame.select(pl.coalesce("converted", "value")).to_series()
            codes = frame.select(pl.when(pl.col("converted").is_null()).then("code")).to_series()
        parsed = values
        for further in (self._bounds.problems(values), self._other_currency(codes, given=rates is not None)):
            if further is not None:
                frame = pl.DataFrame({"value": values, "further": further})
                values = frame.select(pl.when(pl.col("further").is_null()).then("value")).to_series()
                problems = further if problems is None else _first(problems, further)
        for rule, mask in read.changed:
            still = mask & values.is_not_null()
            edits.extend(edits_of(rule, self.name, still, text, values))
        return Inputs(text, parsed, values, problems, tuple(edits))

    def value(self, text: str) -> object:
        """Return what one text means, such as a cell of a row of totals; None if it is unreadable."""
        return self._reader.read(pl.Series("text", [text.strip() or None], dtype=pl.String)).values[0]

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

    def _other_codes(
        self, texts: Mapping[str, pl.Series], text: pl.Series, signs: pl.Series | None
    ) -> pl.Series | None:
        """Return the currency of each amount that is not in the company's, or NULL; None if all are."""
        if self.company is None or (self.code_column is None and signs is None):
            return None
        same = [self.company]
        if signs is not None:
            same += [sign for sign, shared in SHARED_SIGNS.items() if self.company in shared]
        codes = texts[self.code_column].str.to_uppercase() if self.code_column else signs
        if self.code_column and signs is not None:
            codes = _first(texts[self.code_column].str.to_uppercase(), signs)
        frame = pl.DataFrame({"code": codes, "text": text})
        other = ~pl.col("code").is_in(same) & pl.col("text").is_not_null()
        found = frame.select(pl.when(other).then("code")).to_series()
        return found if found.null_count() < len(found) else None

    def _other_currency(self, codes: pl.Series | None, *, given: bool) -> pl.Series | None:
        if codes is None or codes.null_count() == len(codes):
            return None
        whose = "the company's" if self.is_known else "most"
        why = f"where {whose} amounts are in {self.company}"
        if given:
            why = "and there is no rate for its day"
        return (
            pl.DataFrame({"code": codes})
            .select(pl.format(f"{OTHER_CURRENCY}: {{}}, {why}", "code"))
            .to_series()
        )


def _first(one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.DataFrame({"one": one, "other": other}).select(pl.coalesce("one", "other")).to_series()
