"""Answers as tables: numbers readable, nothing wider than it may be, nothing that could move a terminal's cursor."""

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from martlet.engine.tables import drawing
from martlet.engine.tables.cells import Column, columns_of
from martlet.engine.tables.layout import laid_out


def texts(values, kind=None, name="value"):
    return columns_of(pa.table({name: pa.array(values, kind)}))[0].texts


def drawn(table, width=200, headline=(), **options):
    return drawing.lines(table, width, headline, **options)


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


# Ten columns of numbers and a text, of which some are the answer.
MANY = pa.table(
    {
        "name": [f"the campaign number {n} of spring" for n in range(60)],
        **{f"figure_{n}": [1000 * n + row for row in range(60)] for n in range(10)},
        "model": ["linear"] * 60,
    }
)
HEADLINE = ("model", "figure_9", "name", "figure_2")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_headline_comes_first_and_is_never_left_out(width):
    layout = laid_out(MANY, width, HEADLINE)
    names = [one.column.name.replace("\n", "") for one in layout.blocks[0]]
    said = [name for name, _ in layout.said]
    assert [*said, *names][: len(HEADLINE)] == list(HEADLINE)
    assert {*said, *names, *layout.missing} == set(MANY.column_names)
    assert not set(layout.missing) & set(HEADLINE)


def test_columns_without_room_are_named_and_those_of_one_value_said():
    layout = laid_out(MANY, 60, HEADLINE)
    assert layout.said == (("model", "linear"),)
    assert layout.missing[-1] == "figure_8"
    assert drawing.said(layout, 60) == ["model = linear"]
    assert laid_out(MANY, 500, HEADLINE).said == layout.said[1:]


@given(st.integers(20, 160), st.integers(0, 60), st.sampled_from([HEADLINE, (), ("name",)]))
def test_the_limit_changes_nothing_but_the_rows(width, limit, headline):
    whole, part = laid_out(MANY, width, headline), laid_out(MANY, width, headline, limit=min(limit, 50))
    assert (part.is_lying, part.missing, part.said) == (whole.is_lying, whole.missing, whole.said)
    assert part.rows == min(limit, 50)
    if not part.is_lying:
        assert [one.width for one in part.blocks[0]] == [one.width for one in whole.blocks[0]]


def test_texts_are_wrapped_and_nothing_of_them_is_lost():
    text = "Remind them: what is new, what is popular, and averyveryverylongwordwithoutspaces."
    lines = drawn(pa.table({"action": [text] * 2}), 28)
    assert max(map(len, lines)) <= 28
    assert "".join("".join(lines[2:]).split()) == 2 * "".join(text.split())


def test_rows_that_do_not_fit_stand_beside_each_other():
    table = pa.table({"type": ["A", "B"], **{f"a_measure_{n}": [n, n * 1000] for n in range(12)}})
    lines = drawn(table, 60)
    assert lines[0].split() == ["type", "A", "B"]
    assert lines[-1].split() == ["a_measure_11", "11", "11,000"]
    assert laid_out(table, 60).missing == ()


def test_rows_of_one_name_are_numbered_on_their_side():
    table = pa.table(
        {"month": ["May", "May", "June"], **{f"a_measure_{n}": [n, n * 10, 1] for n in range(12)}}
    )
    lines = drawn(table, 60)
    assert lines[0].split() == ["1", "2", "3"]
    assert lines[2].split() == ["month", "May", "May", "June"]


def test_rows_on_their_side_that_need_more_room_go_on_below():
    table = pa.table({"type": list("ABCDEF"), **{f"a_measure_{n}": [10**9 + n] * 6 for n in range(12)}})
    blocks = drawing.blocks(laid_out(table, 60))
    assert [block.heads[0].split() for block in blocks] == [["type", *"ABC"], ["type", *"DEF"]]


def test_one_row_alone_is_shown_whole():
    table = MANY.slice(0, 1)
    layout = laid_out(table, 60, HEADLINE)
    assert layout.is_lying
    assert layout.missing == layout.said == ()


def test_what_stands_beside_takes_the_room_that_is_left():
    def beside(room):
        return Column("n", ["#" * room, "#"], is_number=False)

    table = pa.table({"channel": ["Email", "Display"], "n": [2, 1]})
    assert drawn(table, 40, beside=beside)[2:] == [
        "Email     2   " + 24 * "#",
        "Display   1   #",
    ]
    assert drawn(table, 24, beside=beside)[2:] == ["Email     2   " + 10 * "#", "Display   1   #"]
    assert drawn(table, 20, beside=beside)[2:] == ["Email     2", "Display   1"]


def test_an_empty_answer_keeps_its_header():
    assert drawn(pa.table({"a": pa.array([], pa.int64()), "b": pa.array([], pa.string())}))[0] == "a   b"


def test_columns_of_one_name_are_all_shown():
    table = pa.table([pa.array([1]), pa.array(["x"]), pa.array(["y"])], names=["a", "b", "b"])
    assert drawn(table)[-1].split() == ["1", "x", "y"]


def test_markdown_is_a_table_whatever_it_holds():
    text = drawing.markdown(pa.table({"a|b": ["x|y", None, "<br>"], "n": [1, 2000, 3]}))
    assert text == (
        "| a\\|b    |     n |\n"
        "| ------- | ----: |\n"
        "| x\\|y    |     1 |\n"
        "|         | 2,000 |\n"
        "| &lt;br> |     3 |\n"
    )
