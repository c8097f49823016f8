"""Texts by their words, held against scikit-learn, and against what was put into simulated ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.naive_bayes import MultinomialNB

from martlet.models.wording import classes
from martlet.models.wording.rates import rates
from martlet.models.wording.vocabulary import vocabulary

WORDS = ["sale", "hurry", "new", "welcome", "guide", "kids"]
TEXTS = st.lists(st.lists(st.sampled_from([*WORDS, "rare"]), max_size=6), min_size=2, max_size=12)


def simulated(lines=400, seed=3):
    """Return texts of three kinds, each with a word of its own in two of three texts, and their kinds."""
    draw = np.random.default_rng(seed)
    kinds = draw.choice(["a", "b", "c"], lines, p=[0.6, 0.3, 0.1])
    own = {"a": "sale", "b": "guide", "c": "welcome"}
    return [
        [*draw.choice(["kids", "new", "hurry"], 3), *([own[kind]] if draw.random() < 2 / 3 else [])]
        for kind in kinds
    ], kinds.tolist()


@given(TEXTS, TEXTS)
def test_words_weigh_as_scikit_learn_has_it(training, others):
    words = vocabulary(training)
    counter = TfidfVectorizer(analyzer=lambda text: text, min_df=2)
    try:
        expected = counter.fit(training).transform(others).toarray()
    except ValueError:
        assert words.matrix(others).shape == (len(others), 0)
        return
    assert words.matrix(others) == pytest.approx(expected, abs=1e-12)
    lengths = np.sqrt((words.matrix(others) ** 2).sum(axis=1))
    assert ((np.abs(lengths - 1) < 1e-9) | (lengths == 0)).all()


@pytest.mark.parametrize("kinds", [3, 2])
def test_chances_are_those_of_scikit_learn(kinds):
    texts, labels = simulated()
    labels = labels if kinds == 3 else ["b" if one == "c" else one for one in labels]
    words = vocabulary(texts)
    matrix = words.matrix(texts)
    for ours, theirs in (
        (classes.logistic(matrix, labels, strength=0.5), LogisticRegression(C=2, max_iter=500)),
        (classes.naive_bayes(matrix, labels, smoothing=0.1), MultinomialNB(alpha=0.1)),
    ):
        expected = theirs.fit(matrix, labels)
        assert list(ours.names) == expected.classes_.tolist()
        assert ours.probabilities(matrix) == pytest.approx(expected.predict_proba(matrix), abs=1e-9)
        assert ours.weights.mean(axis=0) == pytest.approx(0, abs=1e-12)
        # What a kind alone has speaks most for it.
        assert words.words[ours.weights[ours.names.index("a")].argmax()] == "sale"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1, max_size=40))
def test_accuracy_and_f1_are_those_of_scikit_learn(pairs):
    actual, foretold = zip(*pairs, strict=True)
    assert classes.accuracy(actual, foretold) == pytest.approx(accuracy_score(actual, foretold))
    assert classes.macro_f1(actual, foretold) == pytest.approx(f1_score(actual, foretold, average="macro"))
    assert sum(classes.confusion(actual, foretold).values()) == len(pairs)


def test_the_effect_of_a_column_on_answers_is_found():
    draw = np.random.default_rng(8)
    matrix = draw.integers(0, 2, (300, 2)).astype(float)
    of = draw.integers(50, 500, 300).astype(float)
    planted = 1 / (1 + np.exp(-(-1.5 + matrix @ [0.4, -0.3])))
    answers = draw.binomial(of.astype(int), planted).astype(float)
    found = rates(matrix, answers, of, strength=0.01)
    assert found.constant == pytest.approx(-1.5, abs=0.05)
    assert found.weights == pytest.approx([0.4, -0.3], abs=0.05)
    # A row that stands for many is as many rows.
    mails = [(row, 1) for row, n in enumerate(answers[:40]) for _ in range(int(n))]
    mails += [(row, 0) for row, n in enumerate((of - answers)[:40]) for _ in range(int(n))]
    one_by_one = LogisticRegression(C=1, max_iter=1000).fit(
        [matrix[row] for row, _ in mails], [label for _, label in mails]
    )
    assert rates(matrix[:40], answers[:40], of[:40], strength=1).weights == pytest.approx(
        one_by_one.coef_[0], abs=1e-3
    )
    assert found.loss(matrix, answers, of) < rates(matrix * 0, answers, of, strength=1).loss(
        matrix * 0, answers, of
    )
