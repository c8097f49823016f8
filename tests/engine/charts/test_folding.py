"""Pictures of several columns of values, and of few whole numbers."""

import pyarrow as pa

from martlet.engine import charts
from martlet.engine.telling import Chart


def test_a_category_may_be_called_as_values_usually_are():
    table = pa.table({"value": ["a", "b"], "mix": [1.5, 2.0], "measure": [3.0, 4.5]})
    spec = charts.spec(table, Chart("bar", "value", ("mix", "measure")), title="t")
    made = {
        name for transform in spec["transform"] for name in [transform.get("as")] if isinstance(name, str)
    }
    made |= {name for transform in spec["transform"] if "fold" in transform for name in transform["as"]}
    assert not made & set(table.column_names)
    assert spec["encoding"]["y"]["field"] == "value"
    assert spec["encoding"]["y"]["sort"] == ["a", "b"]
    # A category is as high as its bars, not each of its bars as high as all.
    assert spec["height"] == {"step": 28, "for": "position"}


def test_series_stand_beside_each_other_only_where_a_category_has_several():
    columns = {"y": [1.0, 2.0], "low": [0.0, 1.0], "high": [2.0, 3.0], "kind": ["one", "other"]}
    chart = Chart("interval", "x", ("y",), series="kind", low="low", high="high")
    for names, is_shared in ((["a", "b"], False), (["a", "a"], True)):
        spec = charts.spec(pa.table({"x": names, **columns}), chart, title="t")
        assert any("yOffset" in layer["encoding"] for layer in spec["layer"]) == is_shared


def test_whole_numbers_have_no_marks_between():
    spec = charts.spec(pa.table({"x": ["a"], "n": [3]}), Chart("bar", "x", ("n",)), title="t")
    assert spec["encoding"]["x"]["axis"]["tickMinStep"] == 1
