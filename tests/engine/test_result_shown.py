"""An answer at home in notebooks and data frames: shown with its sentence and its picture, read by whoever speaks Arrow."""

import polars as pl
import pyarrow as pa
import pytest

import martlet
from martlet.engine.errors import QueryError


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
