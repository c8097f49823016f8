"""Pictures of characters: bars in proportion, nothing wider than it may be, and only where somebody looks at it."""

import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from martlet.engine.telling import Chart
from martlet.terminal import charts, output
from martlet.terminal.charts.funnel import bar

CHART = Chart(kind="funnel", x="step", y=("entered",), series="breakdown_value")


def answer(rows):
    names = ["breakdown_value", "step", "entered"]
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})


ONE = answer(
    [
        ("(all)", "Homepage", 1000),
        ("(all)", "Product Page", 500),
        ("(all)", "Purchase", 3),
        ("(all)", "event:none", 0),
    ]
)


def test_a_funnel_at_60_columns():
    assert charts.drawn(CHART, ONE, 60) == [
        "Homepage     " + 34 * "█" + " 1,000",
        "Product Page " + 17 * "█" + 17 * " " + "   500 50.0 %",
        "Purchase     ▏" + 33 * " " + "     3  0.6 %",
        "event:none    " + 33 * " " + "     0  0.0 %",
    ]


@pytest.mark.parametrize(("width", "longest"), [(60, 34), (80, 54), (120, 60)])
def test_bars_take_the_room_that_there_is(width, longest):
    lines = charts.drawn(CHART, ONE, width)
    assert lines[0].count("█") == longest
    assert max(map(cell_len, lines)) <= width


def test_each_value_of_the_breakdown_is_a_funnel_of_its_own():
    rows = [(f"channel {n}", step, count) for n in range(8) for step, count in (("a", 8), ("b", 4))]
    lines = charts.drawn(CHART, answer(rows), 40)
    assert lines[:4] == ["channel 0", *lines[1:3], ""]
    assert lines[1].startswith("a ██")
    assert lines[-2:] == ["", "and 2 more"]


def test_without_block_characters_bars_are_of_number_signs():
    assert charts.drawn(CHART, ONE, 60, ascii_only=True)[1].startswith("Product Page #################  ")


def test_what_cannot_be_drawn_is_not():
    assert charts.drawn(None, ONE, 80) == []
    assert charts.drawn(Chart(kind="heat", x="step", y=("entered",)), ONE, 80) == []
    assert charts.drawn(CHART, ONE.slice(0, 0), 80) == []


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0, ""),
        (1, "████"),
        (0.5, "██"),
        (1 / 32, "▏"),
        (1e-9, "▏"),
        (0.99, "████"),
        (0.97, "███▉"),
        (2, "████"),
    ],
)
def test_bars_are_right_to_an_eighth(share, expected):
    assert bar(share, 4) == expected


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["x", "\x1b[31m", None]),
            st.text(max_size=50),
            st.one_of(st.none(), st.integers(-5, 10**12)),
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(20, 130),
)
def test_no_line_is_wider_than_it_may_be_or_moves_the_cursor(rows, width):
    for line in charts.drawn(CHART, answer(rows), width):
        assert cell_len(line) <= width
        assert "\x1b" not in line


class Terminal(io.StringIO):
    def isatty(self):
        return True


def delivered(monkeypatch, file, **how):
    monkeypatch.setattr("sys.stdout", file)
    monkeypatch.setenv("COLUMNS", "80")
    output.deliver(ONE, name="table", output=None, limit=None, chart=CHART, **how)
    return file.getvalue()


@pytest.mark.parametrize(
    ("file", "has_chart", "is_drawn"),
    [(Terminal, None, True), (io.StringIO, None, False), (io.StringIO, True, True), (Terminal, False, False)],
)
def test_a_picture_stands_below_the_table_where_somebody_looks_at_it(monkeypatch, file, has_chart, is_drawn):
    assert ("50.0 %" in delivered(monkeypatch, file(), has_chart=has_chart)) == is_drawn


@pytest.mark.parametrize("name", ["csv", "json", "markdown"])
def test_no_other_format_has_a_picture(monkeypatch, name):
    file = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr("sys.stdout", file)
    output.deliver(ONE, name=name, output=None, limit=None, chart=CHART, has_chart=True)
    file.flush()
    assert "50.0 %" not in file.buffer.getvalue().decode()
