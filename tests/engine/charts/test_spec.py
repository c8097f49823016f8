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
    bands, nodes, *_ = sankey(rows, "s", "t", "n", width=400, grey="grey")["layer"]
    data = sankey(rows, "s", "t", "n", width=400, grey="grey")["data"]["values"]
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


def test_a_curve_begins_where_nothing_has_happened():
    columns = {"days": [30, 60], "kept": [0.5, 0.2], "low": [0.4, 0.1], "high": [0.6, 0.3]}
    kept = drawn(columns, kind="survival", x="days", y=("kept",), low="low", high="high")
    assert kept["data"]["values"][0] == {"days": 0, "kept": 1, "low": 1, "high": 1}
    assert len(kept["data"]["values"]) == 3
    assert {layer["mark"]["interpolate"] for layer in kept["layer"]} == {"step-after"}
    best = drawn({"top": [0.5, 1.0], "sum": [0.8, 1.0]}, kind="lorenz", x="top", y=("sum",))
    assert [row["sum"] for row in best["data"]["values"]] == [0, 0.8, 1.0]
    even = best["layer"][1]["data"]["values"]
    assert [row["top"] for row in even] == [row["sum"] for row in even] == [0, 1]


def test_a_box_holds_the_middle_half_and_its_whiskers_the_ends():
    columns = {"c": ["a"], "mid": [5.0], "q1": [4.0], "q3": [6.0], "d1": [1.0], "d9": [9.0]}
    spec = drawn(columns, kind="box", x="c", y=("mid",), low="q1", high="q3", least="d1", most="d9")
    reach, whole, middle = (layer["encoding"] for layer in spec["layer"])
    assert (reach["x"]["field"], reach["x2"]["field"]) == ("d1", "d9")
    assert (whole["x"]["field"], whole["x2"]["field"]) == ("q1", "q3")
    assert middle["x"]["field"] == "mid"


def test_quadrants_part_at_the_medians_and_have_their_names():
    columns = {"a": [1, 2, 30, None], "b": [9.0, 5.0, 1.0, 7.0]}
    spec = drawn(columns, kind="scatter", x="a", y=("b",), quadrants=("one", "two", "three", "four"))
    *corners, _ = spec["layer"]
    places = [layer["encoding"] for layer in corners[:2]]
    assert (places[0]["x"]["datum"], places[1]["y"]["datum"]) == (2, 6.0)
    assert [layer["mark"]["text"] for layer in corners[2:]] == ["one", "two", "three", "four"]


@pytest.mark.parametrize(("reference", "lines"), [(1, [1]), (None, []), (0, [0])])
def test_the_line_where_nothing_happens_is_the_one_of_the_header(reference, lines):
    columns = {"x": ["a", "b"], "y": [2.0, 3.0], "l": [0.5, 2.0], "h": [3.0, 4.0]}
    for kind, channel in (("interval", "x"), ("response", "y")):
        spec = drawn(columns, kind=kind, x="x", y=("y",), low="l", high="h", reference=reference)
        found = [layer["encoding"][channel] for layer in spec["layer"] if layer["mark"].get("strokeDash")]
        assert [place["datum"] for place in found] == lines


def test_more_intervals_than_colours_have_their_whole_names():
    names = [f"test {n}" for n in range(9)]
    columns = {"s": names, "v": ["new"] * 9, "y": [1.0] * 9, "l": [0.0] * 9, "h": [2.0] * 9}
    spec = drawn(columns, kind="interval", x="v", y=("y",), series="s", low="l", high="h")
    for layer in spec["layer"]:
        assert layer["encoding"]["y"]["sort"] == [f"{name}: new" for name in names]
        assert "color" not in layer["encoding"]


def test_a_legend_is_no_wider_than_its_picture():
    columns = {"x": [1] * 8, "y": list(range(8)), "s": [f"a long name of a series {n}" for n in range(8)]}
    spec = drawn(columns, kind="line", x="x", y=("y",), series="s")
    legend = spec["config"]["legend"]
    assert legend["columns"] * (legend["labelLimit"] + 20) <= spec["width"]


def test_flows_of_several_months_between_the_same_ends_are_one_band():
    columns = {"s": ["a", "b", "a"], "t": ["b", "b", "b"], "n": [1, 5, 2], "month": [1, 1, 2]}
    spec = drawn(columns, kind="sankey", x="s", y=("n",), series="t")
    bands = {(point["source"], point["target"], point["size"]) for point in spec["data"]["values"]}
    assert bands == {("a", "b", 3), ("b", "b", 5)}
