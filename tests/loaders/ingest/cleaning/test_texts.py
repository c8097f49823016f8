"""Text of every type: identifiers, email addresses, telephone numbers, words, yes and no, and what surrounds them."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.loaders.ingest.cleaning.cells import tidied
from martlet.loaders.ingest.cleaning.spellings import BoolReader, WordReader
from martlet.loaders.ingest.cleaning.texts import EmailReader, IdReader, PhoneReader, TextReader
from martlet.loaders.ingest.cleaning.words import FALSE_WORDS, NULL_WORDS, TRUE_WORDS
from martlet.loaders.ingest.profile import Column

from .readings import through

PLAIN = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
SPACES = st.text(" \t\n\u00a0\u2003\u200b\ufeff", max_size=3)


def tidy(cells, **options):
    found = tidied(pl.Series("c", cells, dtype=pl.String), Column(key="c", **options), "C")
    return found.text.to_list(), {edit.rule: edit.rows.to_list() for edit in found.edits}


@given(st.lists(st.tuples(SPACES, PLAIN, SPACES), min_size=1, max_size=6))
def test_spaces_around_a_value_go_and_are_counted(cells):
    words = [word if word.lower() not in NULL_WORDS else "x" for _, word, _ in cells]
    written = [f"{a}{word}{b}" for (a, _, b), word in zip(cells, words, strict=True)]
    text, changed = tidy(written)
    assert text == words
    spaced = [place for place, (cell, word) in enumerate(zip(written, words, strict=True)) if cell != word]
    assert changed.get("spaces", []) == spaced


@given(st.lists(st.text(max_size=8), max_size=6))
def test_tidying_what_is_tidy_changes_nothing(cells):
    text, _ = tidy(cells)
    assert tidy(text) == (text, {})


def test_inner_spaces_become_single_but_lines_stay():
    assert tidy(["a  b", "a\u00a0b", "a \t b", "a\nb"])[0] == ["a b", "a b", "a b", "a\nb"]


@pytest.mark.parametrize("word", [word for word in NULL_WORDS if word])
def test_words_for_nothing_are_nothing_in_any_case(word):
    assert tidy([word, word.upper(), f" {word} "])[0] == [None] * 3


def test_a_profile_adds_words_for_nothing_words_and_a_default():
    text, changed = tidy(
        ["Bezahlt", "BEZAHLT", "offen", "?", "", "x"],
        null=("?",),
        words={"bezahlt": "paid", "offen": ""},
        default="new",
    )
    assert text == ["paid", "paid", "new", "new", "new", "x"]
    assert changed == {"empty_word": [3], "word": [0, 1, 2], "default": [2, 3, 4]}


def test_the_marks_of_spreadsheets_go_but_apostrophes_stay():
    text, changed = tidy(["'0049", '="0049"', "'t Hooft", "O'Neil"])
    assert text == ["0049", "0049", "'t Hooft", "O'Neil"]
    assert changed == {"spreadsheet_text": [0, 1]}


def test_identifiers_lose_their_decimals_only_if_all_have_them():
    assert through(IdReader(), ["17850.0", None, "3.0"], size=1).values == ["17850", None, "3"]
    assert through(IdReader(), ["17850.0", "A3"]).values == ["17850.0", "A3"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Ann@X.org", "ann@x.org"),
        ("Ann Lee <ann.lee+shop@x.co.uk>", "ann.lee+shop@x.co.uk"),
        ("mailto:ann@x.org", "ann@x.org"),
        ("jürgen@bücher.de", "jürgen@bücher.de"),
        ("ann@x", None),
        ("ann", None),
        ("@x.org", None),
        ("ann@@x.org", None),
        ("ann@x..org", None),
        ("ann@x.org, bob@x.org", None),
        ("ann@-x.org", None),
        ("a" * 250 + "@x.org", None),
    ],
)
def test_email_addresses(text, address):
    found = through(EmailReader(), [text])
    assert found.values == [address]
    assert found.problems == [None if address else "unreadable email address"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+49 (0)30 123-456", "+4930123456"),
        ("0049 30/123456", "+4930123456"),
        ("(555) 010-9999", "5550109999"),
        ("+351911222333", "+351911222333"),
        ("call me", None),
        ("123", None),
    ],
)
def test_telephone_numbers(text, number):
    assert through(PhoneReader(), [text]).values == [number]


def test_names_keep_their_letters_unless_the_profile_says_otherwise():
    assert through(TextReader(), ["ANN", "McNeil"]).values == ["ANN", "McNeil"]
    assert through(TextReader("title"), ["ANN LEE"]).values == ["Ann Lee"]


@pytest.mark.parametrize("word", sorted(TRUE_WORDS))
def test_yes_in_every_spelling(word):
    assert through(BoolReader(), [word, word.upper(), "no"]).values == [True, True, False]


@pytest.mark.parametrize("word", sorted(FALSE_WORDS))
def test_no_in_every_spelling(word):
    assert through(BoolReader(), [word, word.title(), "yes"]).values == [False, False, True]


def test_accents_do_not_matter_for_yes_and_no():
    assert through(BoolReader(), ["Sí", "não"]).values == [True, False]


def test_what_is_neither_yes_nor_no_is_unreadable():
    found = through(BoolReader(), ["maybe", None])
    assert (found.values, found.problems) == ([None, None], ["unreadable yes or no", None])


@pytest.mark.parametrize("size", [1, 3])
def test_where_only_boxes_are_ticked_an_empty_one_means_no(size):
    found = through(BoolReader(), ["x", None, "X"], size=size)
    assert found.values == [True, False, True]
    assert "empty cells were read as no" in found.notes[0]
    assert through(BoolReader(), ["x", None, "no"], size=size).values == [True, None, False]


def test_known_words_become_the_fields_own_whatever_their_spelling():
    words = {"completed": "completed", "paid": "completed", "partially refunded": "partially_refunded"}
    found = through(
        WordReader(words, is_open=False), ["Paid", "COMPLETED", "Partially-Refunded", "odd", "completed"]
    )
    assert found.values == ["completed", "completed", "partially_refunded", None, "completed"]
    assert found.problems[3] == "unreadable word: none of completed, partially_refunded"
    assert found.changed == {"word": [0, 1, 2]}


def test_a_field_may_have_a_word_for_all_others():
    assert through(WordReader({"desktop": "desktop"}, is_open=False, other="other"), ["fridge"]).values == [
        "other"
    ]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_open_words_take_the_commonest_spelling_of_the_file(size):
    found = through(
        WordReader({}), ["SPAIN", "Spain", "España", "spain", "Spain", "espana", "España"], size=size
    )
    assert found.values == ["Spain", "Spain", "España", "Spain", "Spain", "España", "España"]
    assert found.changed == {"spelling": [0, 3, 5]}


def test_of_equally_common_spellings_that_of_both_cases_counts():
    assert through(WordReader({}), ["LEEDS", "Leeds", "leeds"]).values == ["Leeds"] * 3


@given(st.lists(st.sampled_from(["New York", "NEW YORK", "new-york", "Porto", "PORTO"]), max_size=9))
def test_words_read_twice_are_as_read_once(words):
    once = through(WordReader({}), words).values
    assert through(WordReader({}), once).values == once
