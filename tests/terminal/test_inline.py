"""Pictures in the lines of a table: bars to both sides of one zero, intervals of one scale, lines over time."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine.telling import Chart
from martlet.terminal import charts
from martlet.terminal.charts import inline
from martlet.terminal.charts.sparkline import sparkline

VALUES = st.lists(st.one_of(st.none(), st.integers(-1000, 1000)), min_size=1, max_size=12)


def test_bars_are_in_proportion_and_null_has_none():
    assert inline.bars([4, 2, 0, None, 1], 8) == ["████████", "████", "", "", "██"]


def test_bars_stand_on_both_sides_of_zero():
    assert inline.bars([3, -1, None, 0], 8) == ["  ██████", "██", "", "  "]
    assert inline.bars([-4, -2], 4) == ["████", "  ██"]
    assert inline.bars([3, -1], 8, ascii_only=True) == ["  ######", "##"]


@given(VALUES, st.integers(10, 24))
def test_bars_keep_to_their_room_and_begin_at_one_zero(values, width):
    found = inline.bars(values, width)
    zero = max([len(text) for text, value in zip(found, values, strict=True) if (value or 0) < 0], default=0)
    for text, value in zip(found, values, strict=True):
        assert len(text) <= width
        if value is None or value == 0:
            assert text.strip() == ""
        elif value < 0:
            assert len(text) == zero
            assert text.strip() == "█" * len(text.strip()) != ""
        else:
            assert text[:zero].strip() == ""
            assert text[zero:].strip() != ""


def test_intervals_share_a_scale_and_mark_zero():
    assert inline.intervals([2, None, -1], [1, None, -2], [4, None, 1], 13) == [
        "    │ ├─●───┤",
        "    │",
        "├─●─│─┤",
    ]


def test_an_interval_that_knows_nothing_does_not_flatten_the_others():
    low, high = [-1, -1, -1, -1, -500], [1, 1, 1, 1, 500]
    found = inline.intervals([0.5] * 5, low, high, 21)
    assert found[0][0] == "├"
    assert found[-1][0] == "◂"
    assert found[-1][-1] == "▸"
    assert inline.intervals([0.5] * 5, low, high, 21, ascii_only=True)[-1][0] == "<"


@pytest.mark.parametrize(
    ("chart", "columns"),
    [
        (None, {"a": ["x", "y"], "b": [1, 2]}),
        (Chart("heat", "a", ("b",)), {"a": ["x", "y"], "b": [1, 2]}),
        (Chart("bar", "a", ("b",)), {"a": ["x"], "b": [1]}),
        (Chart("bar", "a", ("b",)), {"a": ["x", "y"], "b": [0, None]}),
        (Chart("bar", "a", ("b",)), {"a": ["x", "y"], "b": ["1", "two"]}),
        (Chart("bar", "a", ("b",)), {"a": ["x", "y"], "c": [1, 2]}),
    ],
)
def test_what_has_nothing_to_compare_has_no_picture(chart, columns):
    assert charts.beside(chart, pa.table(columns)) is None


def test_the_column_of_the_headline_is_drawn():
    answer = pa.table({"a": ["x", "y"], "plan": [9, 9], "spent": [2, 4]})
    column = charts.beside(Chart("dumbbell", "a", ("plan", "spent")), answer, ("a", "spent"))(8)
    assert (column.name, column.texts) == ("spent", ["████", "████████"])


def test_a_line_over_time_is_a_row_of_small_bars_for_each_series():
    months = [f"2025-{month:02}" for month in range(1, 9)]
    answer = pa.table(
        {
            "month": months * 2,
            "channel": ["Email"] * 8 + ["Direct"] * 8,
            "spend": [*range(1, 9), None, *[4] * 7],
        }
    )
    chart = Chart("line", "month", ("spend",), "channel")
    assert charts.drawn(chart, answer, 60) == ["Email   ▁▂▃▄▅▆▇█  1 to 8", "Direct  ▄▄▄▄▄▄▄  4 to 4"]
    assert charts.drawn(chart, answer, 60, ascii_only=True)[0] == "Email   __.-=*##  1 to 8"
    assert charts.drawn(chart, answer.slice(0, 2), 60) == []
    assert charts.drawn(chart, answer.select(["month", "spend"]), 60) == []


def test_more_values_than_room_are_drawn_by_their_means():
    assert sparkline([0, 0, 8, 8, 4, 4], 3, (0, 8)) == "▁█▅"
    assert sparkline([5, 5], 3, (5, 5)) == "▁▁"
