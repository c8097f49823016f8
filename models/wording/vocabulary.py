"""Words as numbers: term frequency times inverse document frequency, each text of length one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.predicting.learning import learner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["Vocabulary", "vocabulary"]

# A word of one text alone teaches nothing of others.
_LEAST_TEXTS: Final = 2


@dataclass(frozen=True)
class Vocabulary:
    """Words with the number of texts that have them, and their idf."""

    words: tuple[str, ...]
    texts: tuple[int, ...]
    idf: Vector

    def matrix(self, texts: Sequence[Sequence[str]]) -> Matrix:
        """Return a row a text and a column a word: count x idf, scaled to length one; of a text without known words, zeros."""
        places = {word: place for place, word in enumerate(self.words)}
        found = np.zeros((len(texts), len(self.words)))
        for row, text in enumerate(texts):
            for word in text:
                if word in places:
                    found[row, places[word]] += self.idf[places[word]]
        length = np.sqrt((found**2).sum(axis=1, keepdims=True))
        np.divide(found, length, out=found, where=length > 0)
        return found


def vocabulary(texts: Sequence[Sequence[str]]) -> Vocabulary:
    """Return the words that at least two of the texts have, in their order by the alphabet.

    idf = ln((1 + texts) / (1 + texts with the word)) + 1, as scikit-learn has it.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    counter = learner("feature_extraction.text", "TfidfVectorizer", analyzer=_as_it_is, min_df=_LEAST_TEXTS)
    try:
        counter.fit(texts)
    except ValueError:
        # No word is left.
        return Vocabulary((), (), np.zeros(0))
    words = tuple(str(word) for word in counter.get_feature_names_out())
    having = [set(text) for text in texts]
    return Vocabulary(
        words, tuple(sum(word in text for text in having) for word in words), np.asarray(counter.idf_)
    )


def _as_it_is(text: Sequence[str]) -> Sequence[str]:
    return text
