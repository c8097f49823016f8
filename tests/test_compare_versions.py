"""What `.ci/compare_versions.py` calls one answer, and what it makes noise about."""

import importlib.util
import sys
from pathlib import Path

import duckdb
import pytest

CI = Path(__file__).parents[1] / ".ci"


@pytest.fixture(scope="module")
def compare_versions():
    spec = importlib.util.spec_from_file_location("compare_versions", CI / "compare_versions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "small.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE VIEW cents AS SELECT i AS item, i / 3 AS third, i * 0.01 AS price FROM range(3) AS t(i)"
        )
    return str(path)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (0.1 + 0.2, 0.3, True),
        (1.0, 1.0 + 1e-11, False),
        (1e9, 1e9 + 0.01, False),
        (0.0, 1.0 - 0.9 - 0.1, True),
        ("1.01", "1.02", False),
        (None, 0.0, False),
        (None, None, True),
    ],
)
def test_twelve_digits_of_a_floating_number_count_and_all_of_the_rest(compare_versions, one, other, same):
    assert compare_versions.alike(one, other) is same


@pytest.fixture
def newest(compare_versions, file, tmp_path):
    return compare_versions.asked(sys.executable, tmp_path / "newest", file)


def test_no_rows_an_error_and_a_cent_are_told(compare_versions, newest):
    expected = newest.found["main.cents"]
    assert (expected["columns"], expected["rows"]) == (["item", "third", "price"], 3)

    def verdict(**found):
        answers = compare_versions.Answers({"main.cents": {**expected, **found}}, newest.kept)
        return compare_versions.verdict("main.cents", answers, newest)

    assert verdict() == ("=", "")
    assert verdict(rows=0, digest=None) == ("NO ROWS", "no rows at all for 3")
    assert verdict(error="it does not bind")[0] == "ERROR"
    # Another digest, and rows that are the same to 12 digits.
    assert verdict(digest="1") == ("digits", "")


def test_the_first_row_and_column_that_differ_are_named(compare_versions, file, newest, tmp_path):
    with duckdb.connect(file) as connection:
        connection.execute(
            "CREATE OR REPLACE VIEW cents AS "
            "SELECT i AS item, i / 3 AS third, i * 0.01 + (i = 1)::INTEGER * 0.01 AS price FROM range(3) AS t(i)"
        )
    old = compare_versions.asked(sys.executable, tmp_path / "old", file)
    word, told = compare_versions.verdict("main.cents", old, newest)
    assert word == "DIFFERS"
    assert told == "1 of 3 rows, the first: row 2 (1 0.3333333333333333 0.01): price 0.02 for 0.01"
