"""What reviews say: sentences from a grammar, of a tone that goes with the stars, about aspects that go with what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company import review_words
from martlet.loaders.company._draws import geometric, pick_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Feedback
    from martlet.loaders.company.streams import Streams

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["review_texts"]

_MOST: Final = 4
_DELIVERY, _FIT = review_words.ASPECTS.index("delivery"), review_words.ASPECTS.index("fit")
_USE: Final = review_words.ASPECTS.index("use")
_NOUN, _SEASON = "{noun}", "{season}"


def review_texts(
    feedback: Feedback,
    streams: Streams,
    ids: Ints,
    *,
    rating: Ints,
    noun: pl.Series,
    is_plural: Bools,
    fits: Bools,
    season: Ints,
    was_late: Bools,
    did_not_fit: Bools,
) -> tuple[pl.Series, pl.Series]:
    """Return titles and texts of reviews.

    Parameters
    ----------
    rating
        Stars: the chance of praise in each sentence follows from them.
    noun, is_plural, fits, season
        What is reviewed, whether it is many, whether it has to fit, and a position in `review_words.SEASONS`.
    was_late, did_not_fit
        Whether the first sentence complains of that.
    """
    praise = np.asarray(feedback.praise)[rating - 1]
    in_praise = (streams.uniform("review/title-tone", ids) < praise).astype(np.int64)
    title = _phrase(review_words.TITLES, in_praise, streams.uniform("review/title", ids))
    ends = _phrase((review_words.TITLE_ENDS,), np.zeros_like(ids), streams.uniform("review/title-end", ids))
    title = _capitalised(_filled(title, _NOUN, noun) + ends)
    count = np.minimum(
        1 + geometric(streams.uniform("review/sentences", ids), feedback.further_sentences), _MOST
    )
    seasons = pl.Series(review_words.SEASONS).gather(season)
    pronoun = pl.Series(["it", "they"]).gather(is_plural.astype(np.int64))
    parts = []
    for number in range(_MOST):
        said = ids * _MOST + number
        aspect = _aspects(feedback, streams, said)
        tone = streams.uniform("review/tone", said) < praise
        aspect = np.where((aspect == _FIT) & ~fits, len(review_words.ASPECTS), aspect)
        if number > 0:
            aspect = np.where(aspect == len(review_words.ASPECTS), _USE, aspect)
        else:
            aspect = np.where(did_not_fit, _FIT, np.where(was_late, _DELIVERY, aspect))
            tone &= ~(did_not_fit | was_late)
        cell = np.where(aspect < len(review_words.ASPECTS), 2 * aspect + tone, review_words.NEUTRAL)
        only = np.zeros_like(cell)
        start = _phrase((review_words.BEGINNINGS,), only, streams.uniform("review/start", said)) + noun
        if number > 0:
            again = _phrase((review_words.AGAIN,), only, streams.uniform("review/start", said)) + pronoun
            start = again.zip_with(
                pl.Series(streams.uniform("review/again", said) < feedback.pronouns), start
            )
        done = _phrase(review_words.DONE, cell, streams.uniform("review/done", said))
        how = _filled(_phrase(review_words.HOW, cell, streams.uniform("review/how", said)), _SEASON, seasons)
        sentence = _capitalised(start + " " + done + how + ".")
        parts.append(sentence.zip_with(pl.Series(count > number), pl.Series([None], dtype=pl.String)))
    frame = pl.DataFrame({str(number): part for number, part in enumerate(parts)})
    return title, frame.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)).to_series()


def _aspects(feedback: Feedback, streams: Streams, said: Ints) -> Ints:
    """Return the aspect of each sentence; the one after the last is none."""
    weights = np.array([[*feedback.aspects, feedback.neutral]])
    return pick_by(streams.uniform("review/aspect", said), weights, np.zeros_like(said))


def _phrase(cells: Sequence[Sequence[str]], cell: Ints, uniform: Floats) -> pl.Series:
    """Return a phrase of each cell; all have as many."""
    size = len(cells[0])
    flat = pl.Series([phrase for phrases in cells for phrase in phrases], dtype=pl.String)
    return flat.gather(cell * size + (uniform * size).astype(np.int64))


def _filled(phrase: pl.Series, slot: str, words: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"phrase": phrase, "word": words})
    return frame.select(pl.col("phrase").str.replace(slot, pl.col("word"), literal=True)).to_series()


def _capitalised(text: pl.Series) -> pl.Series:
    return text.str.slice(0, 1).str.to_uppercase() + text.str.slice(1)
