"""How many of a mailing will open it, by the words of its subject line, its length and the kind of campaign: a logistic regression on mails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.errors import FitError
from martlet.loaders.fitting._asked import has_truth
from martlet.loaders.fitting._told import card_rows
from martlet.loaders.fitting.wording.lines import split
from martlet.loaders.fitting.wording.worded import Found, Worded, leaning, term_rows
from martlet.models.predicting.measuring import amount_figures
from martlet.models.wording.rates import Rates, rates
from martlet.models.wording.vocabulary import Vocabulary, vocabulary

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from martlet.loaders.fitting.wording.lines import Lines

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

__all__ = ["fitted"]

_OPENED: Final = "opened"
_LENGTH: Final = "(length)"
_STRENGTHS: Final = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
_CHARACTERS: Final = 10


@dataclass(frozen=True)
class _Columns:
    """Words, the length in ten characters, and one for each kind of campaign."""

    words: Vocabulary
    types: tuple[str, ...]
    has_lengths: bool

    def matrix(self, frame: pl.DataFrame) -> Matrix:
        length = frame["line"].str.len_chars().to_numpy().astype(np.float64) / _CHARACTERS
        length = length if self.has_lengths else length * 0
        kinds = np.array([[float(kind == one) for one in self.types] for kind in frame["campaign_type"]])
        kinds = kinds.reshape(frame.height, len(self.types))
        return np.column_stack([self.words.matrix(frame["words"].to_list()), length, kinds])

    def of_the_line(self, matrix: Matrix) -> Matrix:
        """Return the columns with those of the kinds of campaign put to 0."""
        kept = matrix.copy()
        kept[:, len(self.words.words) + 1 :] = 0
        return kept


def fitted(connection: duckdb.DuckDBPyConnection, lines: pl.DataFrame) -> Found:
    """Fit the model on campaigns whose mails and opens are known.

    Raises
    ------
    FitError
        If there are too few, or scikit-learn is missing.
    """
    known = lines.filter((pl.col("delivered") > 0) & (pl.col("opens") <= pl.col("delivered")))
    parts = split(known, ", and known deliveries and opens")
    for words, part in (("learn from", parts.training), ("test on", parts.test)):
        if part["opens"].sum() in (0, part["delivered"].sum()):
            raise FitError(
                f"of the {part.height} campaigns to {words} nobody or everybody opened a mail: there is nothing to learn"
            )
    columns = _Columns(
        vocabulary(parts.training["words"].to_list()),
        tuple(sorted(parts.training["campaign_type"].drop_nulls().unique())),
        parts.training["line"].str.len_chars().n_unique() > 1,
    )
    sets = {"train": parts.training, "validation": parts.validation, "test": parts.test}
    matrices = {name: columns.matrix(frame) for name, frame in sets.items()}
    model = min(
        (rates(matrices["train"], *_counts(parts.training), strength=one) for one in _STRENGTHS),
        key=lambda one: one.loss(matrices["validation"], *_counts(parts.validation)),
    )
    figures = {
        name: {
            **amount_figures(_rates(frame), model.rate(matrices[name])),
            "log_loss": model.loss(matrices[name], *_counts(frame)),
        }
        for name, frame in sets.items()
    }
    figures["baseline"] = amount_figures(_rates(parts.test), _by_type(parts))
    planted = _planted(connection, parts.test)
    if planted is not None:
        own = model.rate(columns.of_the_line(matrices["test"]))
        figures["truth"] = {
            name: value
            for name, value in amount_figures(planted, own).items()
            if name in ("rows", "rank_correlation")
        }
    terms = _terms(columns, model)
    told = f"rank correlation: test {_rank(figures, 'test')}"
    if "rank_correlation" in figures["baseline"]:
        told += f", the mean of its kind {_rank(figures, 'baseline')}"
    if "truth" in figures:
        told += f", of the line alone against the planted truth {_rank(figures, 'truth')}"
    return Found(
        parts,
        (Worded("logistic", terms, figures),),
        card_rows(_card(parts, columns, terms, figures)),
        told,
    )


def _counts(frame: pl.DataFrame) -> tuple[Vector, Vector]:
    return frame["opens"].to_numpy(), frame["delivered"].to_numpy()


def _rates(frame: pl.DataFrame) -> Vector:
    opens, delivered = _counts(frame)
    return opens / delivered


def _by_type(parts: Lines) -> Vector:
    """Return the rate of each line's kind of campaign in the training, of other kinds that of all."""
    sums = pl.col("opens").sum() / pl.col("delivered").sum()
    means = dict(parts.training.group_by("campaign_type").agg(sums).iter_rows())
    whole = parts.training.select(sums).item()
    return np.array([means.get(kind, whole) for kind in parts.test["campaign_type"]])


def _planted(connection: duckdb.DuckDBPyConnection, test: pl.DataFrame) -> Vector | None:
    """Return the planted factor of each line on opens; None in real data, and where the truth was hidden."""
    if not has_truth(connection, "subject_effect"):
        return None
    effects = connection.execute(
        "SELECT pattern, factor FROM truth.subject_effect ORDER BY feature"
    ).fetchall()
    if not effects:
        return None
    sql = """
        SELECT
            listed.place,
            exp(sum(CASE
                WHEN effect.pattern IS NULL THEN ln(effect.factor) * length(listed.line) / 10
                WHEN regexp_matches(listed.line, effect.pattern) THEN ln(effect.factor)
                ELSE 0
            END)) AS factor
        FROM (SELECT unnest($lines) AS line, unnest(range(len($lines))) AS place) AS listed
        CROSS JOIN truth.subject_effect AS effect
        GROUP BY listed.place
        ORDER BY listed.place"""
    found: pl.DataFrame = connection.sql(sql, params={"lines": test["line"].to_list()}).pl()
    return found["factor"].to_numpy()


def _terms(columns: _Columns, model: Rates) -> pl.DataFrame:
    words = len(columns.words.words)
    weights = model.weights.tolist()
    others = pl.DataFrame(
        {
            "class": _OPENED,
            "term": [_LENGTH, *(f"(type) {kind}" for kind in columns.types)],
            "weight": weights[words:],
        }
    )
    rows = term_rows(columns.words, _OPENED, model.constant, weights[:words])
    return pl.concat([rows, others], how="diagonal")


def _rank(figures: dict[str, dict[str, float]], subset: str) -> str:
    found = figures[subset].get("rank_correlation")
    return "not known" if found is None else f"{found:.3f}"


def _card(
    parts: Lines, columns: _Columns, terms: pl.DataFrame, figures: dict[str, dict[str, float]]
) -> dict[str, list[str]]:
    test, simple = figures["test"], figures["baseline"]
    of_kind = (
        f"the mean of the kind of campaign has {_rank(figures, 'baseline')}"
        if "rank_correlation" in simple
        else "their kind tells nothing of them"
    )
    quality = [
        (
            f"Tested on {test['rows']:,.0f} campaigns sent from {parts.tested_from:%Y-%m-%d} on, later than all that it learnt from: their open rates and those "
            f"foretold have a rank correlation of {_rank(figures, 'test')}; {of_kind}."
        ),
        f"The mean error of an open rate is {100 * test['mae']:.1f} points, with the mean of its kind {100 * simple['mae']:.1f}.",
    ]
    if "truth" in figures:
        quality.append(
            f"What it says of the line alone, whatever the kind, has a rank correlation of {_rank(figures, 'truth')} with the planted effects of lines (truth.subject_effect)."
        )
    refusal = (
        ["On the test it is no better than the mean of the kind of campaign: its words teach nothing here."]
        if test.get("rank_correlation", 0) <= simple.get("rank_correlation", 0)
        else []
    )
    return {
        "What it says": [
            "How many of those who get a mail with this subject line will open it? predict/line tells it of any line, by kind of campaign."
        ],
        "How good it is": quality,
        "What drives it": _drivers(columns, terms),
        "When not to use it": [
            *refusal,
            "Words stand for the campaigns that had them: only versions of one mailing, sent to parts of an audience at random, say what a word does. email/subject_lines compares those.",
        ],
        "How it was made": [
            (
                f"Learnt from {parts.training.height:,} campaigns and {parts.training['delivered'].sum():,.0f} mails until {parts.training['sent_at'][-1]:%Y-%m-%d}; how much to hold back was chosen on {parts.validation.height:,} "
                f"sent after them. A logistic regression over {len(columns.words.words)} words by TF-IDF, the length and {len(columns.types)} kind{'' if len(columns.types) == 1 else 's'} of campaign; its weights are rows of model.term, and nothing else is kept."
            )
        ],
    }


def _drivers(columns: _Columns, terms: pl.DataFrame) -> list[str]:
    found = []
    for words, least in (("More", False), ("Fewer", True)):
        if leaders := leaning(terms, _OPENED, least=least):
            found.append(f"{words} open with: {leaders}.")
    if columns.has_lengths:
        length = terms.filter(term=_LENGTH)["weight"].item()
        more = "more" if length > 0 else "fewer"
        found.append(f"Ten characters more go with {more} opens: the odds times {np.exp(length):.3f}.")
    return found or ["Nothing of a line tells how many open it."]
