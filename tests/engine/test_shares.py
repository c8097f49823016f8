"""What people read as percent: by name and values, and the ends of an interval by what they lie about."""

import pyarrow as pa
import pytest

from martlet.engine.shares import shares_of


@pytest.mark.parametrize("name", ["open_rate", "share_of_spend", "p_alive", "chance_to_win", "year_change"])
def test_a_word_of_the_name_says_so(name):
    assert shares_of(pa.table({name: [0.2, None, -0.9]})) == {name}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("revenue", [0.2]),
        ("rate_correlation", [0.2]),
        ("change_low", [0.2]),
        ("exchange_rate", [1.6]),
        ("share_count", [1, 0]),
        ("operating", [0.2]),
    ],
)
def test_other_numbers_are_none(name, values):
    assert shares_of(pa.table({name: values})) == frozenset()


def test_ends_of_an_interval_are_what_they_lie_about():
    names = ("open_rate", "rate_low", "rate_high", "factor", "factor_low", "low", "lost_share", "high")
    table = pa.table({name: [0.5] for name in names})
    assert shares_of(table) == {"open_rate", "rate_low", "rate_high", "lost_share", "high"}


def test_ends_may_go_beyond_what_a_share_can_be():
    table = pa.table({"sales_change": [0.5], "change_low": [-2.5], "change_high": [3.5]})
    assert shares_of(table) == set(table.column_names)
