"""Specifications of pictures: every row that is drawn is the answer's, and what is left out is said."""

import json
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine import charts, packs
from martlet.engine.charts._flows import sankey
from martlet.engine.telling import Chart


def drawn(columns, title="What it says.", **chart):
    return charts.spec(pa.table(columns), Chart(**chart), title=title, subtitle="What is shown.")


def test_rows_are_those_of_the_answer_as_json_has_them():
    columns = {"day": [date(2025, 1, 1)], "a": [Decimal("1.50")], "b": [float("nan")]}
    spec = drawn(columns, kind="line", x="day", y=("a", "b"))
    assert json.loads(json.dumps(spec))["data"]["values"] == [{"day": "2025-01-01", "a": 1.5, "b": None}]


def test_the_title_is_broken_to_fit_and_told_to_those_who_cannot_see():
    title = "Champions are a tenth of the customers and bring a quarter of the revenue of the whole company in two years."
    spec = drawn({"x": ["a"], "y": [1]}, title=title, kind="bar", x="x", y=("y",))
    assert len(spec["title"]["text"]) > 1
    assert " ".join(spec["title"]["text"]) == title
    assert spec["description"] == f"{title} What is shown."


@pytest.mark.parametrize("kind", ["bar", "interval", "dumbbell"])
def test_what_is_beyond_a_picture_is_left_out_and_said(kind):
    columns = {"x": [f"row {n}" for n in range(100)], "y": list(range(100)), "z": list(range(100))}
    spec = drawn(columns, kind=kind, x="x", y=("y", "z") if kind == "dumbbell" else ("y",))
    most = charts.DRAWN_ROWS[kind]
    assert [row["x"] for row in spec["data"]["values"]] == columns["x"][:most]
    assert f"(the first {most} of 100 rows)" in " ".join(spec["title"]["subtitle"])


def test_series_beyond_those_that_colours_tell_apart_are_left_out_and_said():
    columns = {"x": [1] * 12, "y": list(range(12)), "s": [f"s{n:02}" for n in range(12)]}
    spec = drawn(columns, kind="line", x="x", y=("y",), series="s")
    assert {row["s"] for row in spec["data"]["values"]} == {f"s{n:02}" for n in range(8)}
    assert "(the first 8 of 12 series)" in " ".join(spec["title"]["subtitle"])


def test_a_funnel_tells_counts_and_shares_of_the_first_step():
    spec = drawn({"step": ["Visit", "Cart"], "entered": [200, 50]}, kind="funnel", x="step", y=("entered",))
    assert [row["told"] for row in spec["data"]["values"]] == ["200 (100%)", "50 (25%)"]
    assert [row["half"] - row["minus"] for row in spec["data"]["values"]] == [200, 50]


def test_a_heat_map_of_the_same_words_has_them_in_the_same_order():
    columns = {"before": ["b", "a"], "after": ["a", "b"], "n": [1, 2]}
    spec = drawn(columns, kind="heat", x="after", y=("before",), series="n")
    assert spec["encoding"]["x"]["sort"] == spec["encoding"]["y"]["sort"] == ["b", "a"]


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from("abc"), st.sampled_from("abcd"), st.integers(1, 50)),
        min_size=1,
        max_size=12,
        unique_by=lambda link: link[:3],
    )
)
def test_bands_of_a_sankey_are_as_wide_as_their_flows_and_fill_their_nodes(links):
    rows = [{"step_number": step, "s": one, "t": other, "n": size} for step, one, other, size in links]
    bands, nodes, *_ = sankey(rows, "s", "t", "n", grey="grey")["layer"]
    data = sankey(rows, "s", "t", "n", grey="grey")["data"]["values"]
    assert bands["mark"]["type"] == "area"
    unit = {(point["high"] - point["low"]) / point["size"] for point in data}
    assert max(unit) == pytest.approx(min(unit))
    first = min(link[0] for link in links)
    for node in nodes["data"]["values"]:
        column = round((node["x"] + node["x2"]) / 2)
        out = sum(size for step, one, _, size in links if (step - first, one) == (column, node["name"]))
        into = sum(
            size for step, _, other, size in links if (step - first + 1, other) == (column, node["name"])
        )
        assert (node["high"] - node["low"]) / max(unit) == pytest.approx(max(out, into))


def test_an_answer_of_nothing_but_null_is_not_drawn():
    chart = Chart(kind="bar", x="x", y=("y",))
    assert not charts.is_drawable(pa.table({"x": ["a"], "y": pa.array([None], pa.int64())}), chart)
    assert not charts.is_drawable(
        pa.table({"x": pa.array([], pa.string()), "y": pa.array([], pa.int64())}), chart
    )
    assert charts.is_drawable(pa.table({"x": ["a", "b"], "y": [None, 1]}), chart)


def test_every_kind_of_a_header_can_be_drawn():
    kinds = {query.chart.kind for query in map(packs.get, packs.queries()) if query.chart}
    assert kinds <= charts.DRAWN_ROWS.keys()
