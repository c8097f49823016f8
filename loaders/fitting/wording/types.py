"""Which kind of campaign a subject line is of: naive Bayes and logistic regression, the better one on the lines between."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.errors import FitError
from martlet.loaders.fitting._told import card_rows
from martlet.loaders.fitting.wording.lines import split
from martlet.loaders.fitting.wording.worded import Found, Worded, leaning, percent, term_rows
from martlet.models.wording.classes import (
    Classes,
    accuracy,
    confusion,
    logistic,
    macro_f1,
    naive_bayes,
)
from martlet.models.wording.vocabulary import Vocabulary, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from martlet.loaders.fitting.wording.lines import Lines

__all__ = ["fitted"]

_STRENGTHS: Final = {"logistic": (0.01, 0.1, 1.0, 10.0), "naive_bayes": (0.01, 0.1, 1.0)}
_RANDOM_TEST: Final = 0.25
_LEAST_CHANCE: Final = 1e-6


@dataclass(frozen=True)
class _Tried:
    kind: str
    strength: float
    words: Vocabulary
    classes: Classes
    loss: float

    def foretold(self, frame: pl.DataFrame) -> list[str]:
        return self.classes.foretold(self.words.matrix(frame["words"].to_list()))


def fitted(lines: pl.DataFrame, *, seed: int) -> Found:
    """Fit both models on lines whose kind of campaign is known.

    Raises
    ------
    FitError
        If there are too few lines, or all are of one kind, or scikit-learn is missing.
    """
    known = lines.filter(pl.col("campaign_type").is_not_null())
    parts = split(known, " and a kind")
    if parts.training["campaign_type"].n_unique() < 2:  # noqa: PLR2004 (to tell apart)
        raise FitError(
            f"all subject lines to learn from are of one kind of campaign, {parts.training['campaign_type'][0]}: there is nothing to tell apart"
        )
    tried = sorted((_best(kind, parts.training, parts.validation) for kind in _STRENGTHS), key=_loss)
    usual = Counter(parts.training["campaign_type"]).most_common(1)[0][0]
    shared = {
        "baseline": _figures(parts.test, [usual] * parts.test.height),
        "random_split": _random(known, tried[0], seed),
    }
    models = tuple(_worded(one, parts, shared if one is tried[0] else {}) for one in tried)
    best = models[0].figures
    told = (
        f"accuracy: test {best['test']['accuracy']:.3f}, {models[1].kind.replace('_', ' ')} {models[1].figures['test']['accuracy']:.3f}, always {usual} "
        f"{best['baseline']['accuracy']:.3f}, a random split would claim {best['random_split']['accuracy']:.3f}\nmacro F1: test {best['test']['macro_f1']:.3f}"
    )
    return Found(parts, models, card_rows(_card(parts, tried[0], models, usual)), told)


def _best(kind: str, training: pl.DataFrame, validation: pl.DataFrame) -> _Tried:
    return min((_fit(kind, strength, training, validation) for strength in _STRENGTHS[kind]), key=_loss)


def _fit(kind: str, strength: float, training: pl.DataFrame, validation: pl.DataFrame) -> _Tried:
    texts: Sequence[Sequence[str]] = training["words"].to_list()
    words = vocabulary(texts)
    if not words.words:
        raise FitError("no two subject lines have a word in common: there is nothing to learn from")
    labels = training["campaign_type"].to_list()
    classes = (
        logistic(words.matrix(texts), labels, strength=strength)
        if kind == "logistic"
        else naive_bayes(words.matrix(texts), labels, smoothing=strength)
    )
    chances = classes.probabilities(words.matrix(validation["words"].to_list()))
    places = {name: place for place, name in enumerate(classes.names)}
    right = [
        chances[row, places[name]] if name in places else 0.0
        for row, name in enumerate(validation["campaign_type"])
    ]
    return _Tried(kind, strength, words, classes, float(-np.log(np.maximum(right, _LEAST_CHANCE)).mean()))


def _loss(one: _Tried) -> float:
    return one.loss


def _figures(frame: pl.DataFrame, foretold: Sequence[str]) -> dict[str, float]:
    actual = frame["campaign_type"].to_list()
    return {
        "rows": float(frame.height),
        "accuracy": accuracy(actual, foretold),
        "macro_f1": macro_f1(actual, foretold),
    }


def _random(known: pl.DataFrame, chosen: _Tried, seed: int) -> dict[str, float]:
    """Return what the same model would claim on lines drawn at random: it has seen other versions of the same mailing."""
    order = np.random.default_rng(seed).permutation(known.height)
    cut = int(_RANDOM_TEST * known.height)
    test, rest = known[order[:cut]], known[order[cut:]]
    return _figures(test, _fit(chosen.kind, chosen.strength, rest, test).foretold(test))


def _worded(one: _Tried, parts: Lines, shared: dict[str, dict[str, float]]) -> Worded:
    sets = {"train": parts.training, "validation": parts.validation, "test": parts.test}
    terms = pl.concat(
        term_rows(one.words, name, constant, weights)
        for name, constant, weights in zip(
            one.classes.names, one.classes.constants.tolist(), one.classes.weights.tolist(), strict=True
        )
    )
    counts = confusion(parts.test["campaign_type"].to_list(), one.foretold(parts.test))
    return Worded(
        one.kind,
        terms,
        {name: _figures(frame, one.foretold(frame)) for name, frame in sets.items()} | shared,
        pl.DataFrame(
            [(actual, foretold, lines) for (actual, foretold), lines in counts.items()],
            schema=["actual", "foretold", "lines"],
            orient="row",
        ),
    )


def _card(parts: Lines, best: _Tried, models: tuple[Worded, ...], usual: str) -> dict[str, list[str]]:
    figures, other = models[0].figures, models[1]
    counts = models[0].confusion
    assert counts is not None  # noqa: S101 (of each model of kinds)
    wrong = counts.filter((pl.col("actual") != pl.col("foretold")) & (pl.col("lines") > 0)).sort(
        ["lines", "actual", "foretold"], descending=[True, False, False]
    )
    worst = [
        f"It takes {row['actual']} for {row['foretold']} most often: {row['lines']} lines of the test."
        for row in wrong.head(1).iter_rows(named=True)
    ]
    return {
        "What it says": [
            "Which kind of campaign does a subject line sound like? predict/line tells it of any line, predict/confusion what is taken for what."
        ],
        "How good it is": [
            (
                f"Tested on {figures['test']['rows']:,.0f} lines sent from {parts.tested_from:%Y-%m-%d} on, later than all that it learnt from: it takes {percent(figures['test']['accuracy'])} "
                f"for what they are; the mean of F1 over the kinds is {figures['test']['macro_f1']:.3f}."
            ),
            (
                f"To call each line {usual} would be right of {percent(figures['baseline']['accuracy'])}; {other.kind.replace('_', ' ')} is of {percent(other.figures['test']['accuracy'])}. Lines drawn at random, "
                f"where it has seen other versions of the same mailing, would have claimed {percent(figures['random_split']['accuracy'])}."
            ),
            *worst,
        ],
        "What drives it": [
            f"{name}: {words}." for name in best.classes.names if (words := leaning(models[0].terms, name))
        ],
        "When not to use it": [
            *(
                [f"On the test it is no better than to call each line {usual}: its words teach nothing here."]
                if figures["test"]["accuracy"] <= figures["baseline"]["accuracy"]
                else []
            ),
            "It knows the words of the lines that were sent, and of a line without one of them it can say nothing.",
        ],
        "How it was made": [
            (
                f"Learnt from {parts.training.height:,} lines until {parts.training['sent_at'][-1]:%Y-%m-%d}, chosen on {parts.validation.height:,} sent after them. It is {best.kind.replace('_', ' ')} over "
                f"{len(best.words.words)} words by TF-IDF; its weights are rows of model.term, and nothing else is kept."
            )
        ],
    }
