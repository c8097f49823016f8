"""An answer at home in notebooks and data frames: shown with its sentence and its picture, read by whoever speaks Arrow."""

import sys
from base64 import b64decode
from importlib.util import find_spec

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import martlet
from martlet.engine.charts import image
from martlet.engine.errors import ParameterError, QueryError


@pytest.fixture(scope="module")
def opened(warehouse_path):
    with martlet.open(warehouse_path) as warehouse:
        yield warehouse


def test_a_notebook_gets_the_picture_the_sentence_and_the_rows(opened):
    answer = opened.query("segmentation/rfm_segments")
    shown = answer._repr_mimebundle_()
    assert list(shown) == ["text/plain", "text/html", "application/vnd.vegalite.v5+json"]
    assert answer.finding in shown["text/html"].replace("&#x27;", "'")
    assert shown["text/html"].count("<tr>") == len(answer) + 1
    assert len(shown["application/vnd.vegalite.v5+json"]["data"]["values"]) == len(answer)


def test_what_is_missing_is_said_there_too(opened):
    assert "<p>" not in opened.sql("SELECT 1 AS a")._repr_html_()
    assert "application/vnd.vegalite.v5+json" not in opened.sql("SELECT 1 AS a")._repr_mimebundle_()


def test_texts_of_the_data_are_no_markup(opened):
    shown = opened.sql("SELECT '<b onclick=x>' AS name, 1.5 AS value")._repr_html_()
    assert "&lt;b onclick=x&gt;" in shown
    assert "<b " not in shown


def test_rows_beyond_the_first_are_said(opened):
    shown = opened.sql("SELECT range AS n FROM range(300)")._repr_html_()
    assert "250 more rows are left out" in shown
    assert shown.count("<td") == 50


def test_an_answer_is_read_as_it_is_by_whoever_speaks_arrow(opened):
    answer = opened.sql("SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y' ORDER BY a")
    assert pl.DataFrame(answer).to_dicts() == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert pa.table(answer).num_rows == 2
    assert list(answer) == [(1, "x"), (2, "y")]


def test_sql_of_ones_own_has_no_picture(opened):
    with pytest.raises(QueryError, match="SQL of your own has no picture"):
        opened.sql("SELECT 1 AS a").chart()


def test_the_picture_stands_between_the_sentence_and_the_rows(opened):
    shown = opened.query("segmentation/rfm_segments")._repr_html_()
    assert shown.index("<p>") < shown.index("<img ") < shown.index("<table>")
    drawn = shown.split('src="data:image/svg+xml;base64,')[1].split('"')[0]
    assert b64decode(drawn).startswith(b"<svg")
    assert 'alt="' in shown


def test_a_name_with_a_character_that_xml_has_not_is_drawn_in_a_notebook_too(opened):
    spec = opened.query("segmentation/rfm_segments").chart()
    for row in spec["data"]["values"]:
        row["segment"] = f"{row['segment']}\x01"
    drawn = b64decode(image.image(spec).split('src="data:image/svg+xml;base64,')[1].split('"')[0])
    assert drawn.startswith(b"<svg")
    assert b"\x01" not in drawn


def test_without_what_draws_there_are_the_rows_alone(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert image.image({"description": "x"}) == ""
    assert "<img" not in opened.query("segmentation/rfm_segments")._repr_html_()


def test_an_interpreter_shows_the_sentence_and_the_first_rows(opened, monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    answer = opened.query("attribution/roi")
    lines = repr(answer).splitlines()
    assert lines[0] == f"<Result: {len(answer)} rows of 12 columns>"
    assert " ".join(lines[1:3]).startswith(answer.finding[:60])
    assert max(map(len, lines)) <= 70
    assert lines[-1] == f"({len(answer) - 10} more rows)"
    assert repr(opened.sql("SELECT 1 AS a WHERE false")).startswith("<Result: 0 rows of 1 column>")


def test_it_is_printed_as_wide_and_as_long_as_is_asked(opened, capsys):
    opened.query("attribution/channels").show(rows=3, width=50)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 50
    assert any(line.startswith("Direct") for line in lines)
    assert lines[-1] == "(7 more rows)"


def test_a_workbook_is_written_once(opened, tmp_path):
    target = tmp_path / "answer.xlsx"
    answer = opened.sql("SELECT 'Email' AS channel, 12.50 AS revenue, '=1+1' AS text")
    assert answer.to_excel(target) == target
    assert pl.read_excel(target).rows() == [("Email", 12.5, "=1+1")]
    with pytest.raises(ParameterError, match="is there already; give overwrite=True"):
        answer.to_excel(target)
    opened.sql("SELECT 2 AS a").to_excel(str(target), overwrite=True)
    assert pl.read_excel(target).rows() == [(2,)]


def test_duckdb_reads_it_by_its_name(opened):
    answer = opened.query("attribution/channels")
    assert len(answer) == 10
    assert duckdb.sql("SELECT count(*) FROM answer").fetchall() == [(10,)]


def test_pandas_gets_floats_or_is_asked_for(opened):
    answer = opened.sql("SELECT 12.50 AS revenue")
    if find_spec("pandas"):
        assert answer.df()["revenue"].dtype == float
    else:
        with pytest.raises(QueryError, match="pip install pandas"):
            answer.df()


def test_a_warehouse_says_what_it_holds_and_can_be_asked(opened, warehouse_path):
    shown = opened._repr_html_()
    assert "300 customers" in shown
    assert shown.count("<tr>") == len(opened.packs()) + 1
    with martlet.open(warehouse_path) as closed:
        pass
    assert "(closed)" in closed._repr_html_()


def test_reports_are_shown_as_their_words(warehouse_path):
    checked = martlet.check(warehouse_path, store=False)
    assert repr(checked) == f"<CheckReport {str(checked).splitlines()[0]}>"
    assert checked._repr_html_() == f"<pre>{checked}</pre>".replace("'", "&#x27;")
    forgotten = martlet.forget("CU0000002", warehouse=warehouse_path, dry_run=True)
    assert str(forgotten).startswith("CU0000002 would be forgotten")
    planted = martlet.truth(warehouse_path, "channels")
    assert repr(planted) == f"<Section {planted.title}>"


def test_a_row_has_the_names_of_the_columns_and_is_the_same_tuple(warehouse):
    answer = warehouse.sql("SELECT 'Email' AS channel, 3 AS orders, 1 AS \"per cent\"")
    assert list(answer) == answer.rows()
    (row,) = answer
    assert (row.channel, row.orders) == ("Email", 3)


def test_pandas_has_names_floats_and_moments(warehouse):
    pd = pytest.importorskip("pandas")
    answer = warehouse.sql("SELECT 12.50 AS revenue, DATE '2025-01-01' AS day")
    assert list(pd.DataFrame(answer).columns) == ["revenue", "day"]
    frame = answer.df()
    assert frame["revenue"].sum() == 12.5
    assert frame["day"].dt.year.tolist() == [2025]
