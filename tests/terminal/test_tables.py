"""Answers as tables: numbers readable, nothing wider than it may be, nothing that could move a terminal's cursor."""

import io
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from martlet.terminal import tables
from martlet.terminal.cells import columns_of


def texts(values, kind=None, name="value"):
    return columns_of(pa.table({name: pa.array(values, kind)}))[0].texts


def drawn(table, width=200):
    file = io.StringIO()
    Console(file=file, width=width).print(tables.fitted(table, width)[0])
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1234567, None, -5], ["1,234,567", None, "-5"]),
        ([Decimal("1234.50"), Decimal("0.00")], ["1,234.50", "0.00"]),
        ([32.2, 0.00123], ["32.20", "0.00123"]),
        ([0.5, 0.0, 1e-7], ["0.5000", "0.0000", "1e-07"]),
        ([0.25, 0.123456], ["0.2500", "0.1235"]),
        ([0.25, 0.5], ["0.25", "0.50"]),
        ([1234.5678, 2.0], ["1,234.57", "2.00"]),
        ([3.0, 1200.0], ["3", "1,200"]),
        ([12.5, 7.5], ["12.5", "7.5"]),
        ([1e-7], ["1e-07"]),
        ([1e300, float("nan"), float("inf")], ["1e+300", "nan", "inf"]),
        ([True, None], ["true", None]),
        ([datetime(2025, 1, 31), datetime(2025, 2, 1)], ["2025-01-31", "2025-02-01"]),
        ([datetime(2025, 1, 31, 18, 30)], ["2025-01-31 18:30:00"]),
    ],
)
def test_values_are_written_for_people(values, expected):
    assert texts(values) == expected


@pytest.mark.parametrize("name", ["date_key", "order_id", "line_number", "year"])
def test_numbers_that_name_something_are_not_grouped(name):
    assert texts([20260131], name=name) == ["20260131"]


def test_numbers_stand_to_the_right_and_null_is_a_dash():
    table = pa.table({"channel": ["Email", None], "orders": [5, 1200], "roi": pa.array([None, 0.5])})
    assert drawn(table) == [
        "channel   orders   roi",
        "──────────────────────",
        "Email          5     -",
        "-          1,200   0.5",
    ]


def test_what_a_stranger_wrote_can_not_steer_the_terminal():
    lines = drawn(pa.table({"\x1b[2Jname": ["\x1b[31mred\x1b[0m", "[bold]not markup[/]", "two\nlines"]}))
    assert "\x1b" not in "".join(lines)
    assert "[bold]not markup[/]" in lines[3]
    assert lines[4] == "two lines"


@given(
    st.lists(st.lists(st.text(max_size=60), min_size=3, max_size=3), min_size=1, max_size=8),
    st.integers(min_value=20, max_value=120),
)
def test_tables_are_never_wider_than_they_may_be(rows, width):
    table = pa.table({f"a_long_header_of_column_{n}": [row[n] for row in rows] for n in range(3)})
    for line in drawn(table, width):
        assert cell_len(line) <= width


def test_columns_that_do_not_fit_are_named():
    table = pa.table({f"column{n}": ["x" * 30] * 20 for n in range(5)})
    _, missing = tables.fitted(table, 80)
    assert missing == ["column2", "column3", "column4"]


def test_few_rows_of_many_columns_lie_on_their_side():
    table = pa.table({"type": ["A", "B"], **{f"a_measure_{n}": [n, n * 1000] for n in range(12)}})
    lines = drawn(table, 60)
    assert tables.fitted(table, 60)[1] == []
    assert lines[0].split() == ["type", "A", "B"]
    assert lines[-1].split() == ["a_measure_11", "11", "11,000"]


def test_an_empty_answer_keeps_its_header():
    assert drawn(pa.table({"a": pa.array([], pa.int64()), "b": pa.array([], pa.string())}))[0] == "a   b"


def test_columns_of_one_name_are_all_shown():
    table = pa.table([pa.array([1]), pa.array(["x"]), pa.array(["y"])], names=["a", "b", "b"])
    assert drawn(table)[-1].split() == ["1", "x", "y"]


def test_markdown_is_a_table_whatever_it_holds():
    text = tables.markdown(pa.table({"a|b": ["x|y", None, "<br>"], "n": [1, 2000, 3]}))
    assert text == (
        "| a\\|b    |     n |\n"
        "| ------- | ----: |\n"
        "| x\\|y    |     1 |\n"
        "|         | 2,000 |\n"
        "| &lt;br> |     3 |\n"
    )
