"""Features as a matrix: numbers as they are, NaN where not known, and a column of 0 and 1 for each usual word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    # A feature: numbers with NaN, or words with None.
    Values = NDArray[np.float64] | Sequence[str | None]

__all__ = ["Column", "Design"]

# A word that fewer have, or that comes after so many, is one of the others.
_LEAST_SHARE: Final = 0.02
_MOST_WORDS: Final = 12


@dataclass(frozen=True)
class Column:
    """A column of the matrix: a feature that is a number, or whether a feature is a certain word (`level`)."""

    feature: str
    level: str | None = None

    @property
    def name(self) -> str:
        """The feature, and the word after an equals sign."""
        return self.feature if self.level is None else f"{self.feature}={self.level}"


@dataclass(frozen=True)
class Design:
    """The columns that features become; the same for training, test and scoring."""

    columns: tuple[Column, ...]

    @classmethod
    def of(cls, table: Mapping[str, Values]) -> Design:
        """Return the columns of these features, without those that are alike in all rows."""
        columns: list[Column] = []
        for feature, values in table.items():
            if isinstance(values, np.ndarray):
                known = values[~np.isnan(values)]
                if len(known) and known.min() < known.max():
                    columns.append(Column(feature))
            else:
                columns += [Column(feature, word) for word in _usual(values)]
        return cls(tuple(columns))

    def matrix(self, table: Mapping[str, Values]) -> Matrix:
        """Return rows by columns; NaN is a number that is not known, a word that is not known is none of the words."""
        found = [
            values
            if isinstance(values := table[column.feature], np.ndarray)
            else np.array([value == column.level for value in values], dtype=np.float64)
            for column in self.columns
        ]
        rows = len(next(iter(table.values())))
        return np.column_stack(found) if found else np.empty((rows, 0))

    def places(self) -> dict[str, list[int]]:
        """Return which columns a feature has become, by feature."""
        found: dict[str, list[int]] = {}
        for place, column in enumerate(self.columns):
            found.setdefault(column.feature, []).append(place)
        return found


def _usual(values: Sequence[str | None]) -> list[str]:
    """Return the usual words, the most frequent first; none where all rows have the same."""
    counts = Counter(values)
    if len(counts) == 1:
        return []
    usual = [
        (-count, word)
        for word, count in counts.items()
        if word is not None and count >= _LEAST_SHARE * len(values)
    ]
    return [word for _, word in sorted(usual)[:_MOST_WORDS]]
