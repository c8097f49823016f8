"""The Python face of a warehouse."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import martlet
from martlet.engine import packs
from martlet.engine.errors import ParameterError, QueryError, UnknownNameError, WarehouseError
from martlet.engine.query import load


def test_result_comes_as_arrow_polars_and_rows(warehouse):
    result = warehouse.query("attribution/channels", model="linear")
    assert isinstance(result.arrow(), pa.Table)
    assert isinstance(result.pl(), pl.DataFrame)
    assert result.pl().columns == result.columns
    assert result.rows() == result.pl().rows()
    assert len(result) == len(result.rows())
    assert repr(result).startswith("<Result: 10 rows of 11 columns>")


def test_the_sql_of_a_result_gives_it_again(warehouse):
    result = warehouse.query(
        "attribution/channels", model="position", first_weight=0.3, exclude_channels=["Direct"]
    )
    again = warehouse.sql(result.sql).pl()
    assert again.equals(result.pl())


@pytest.mark.parametrize("name", ["exclude_channels", "include_channels"])
def test_a_channel_that_there_is_not_is_told(warehouse, name):
    with pytest.raises(
        QueryError, match="^queries/.*: exclude_.* must be names of channels: .*Email"
    ) as told:
        warehouse.query("attribution/channels", **{name: "Emial"})
    assert told.value.exit_code == 2


def test_packs_and_descriptions(warehouse):
    assert {"segmentation", "funnel", "attribution", "email"} <= warehouse.packs().keys()
    described = warehouse.describe("attribution/channels")
    assert described.question.endswith("?")
    assert set(described.parameters["model"].default) <= set(described.parameters["model"].of)


@pytest.mark.parametrize(
    ("path", "params", "error", "message"),
    [
        ("attribution/chanels", {}, UnknownNameError, "Did you mean 'attribution/channels'"),
        ("attribution/channels", {"modle": "linear"}, ParameterError, "Did you mean 'model'"),
        ("attribution/channels", {"model": "liner"}, ParameterError, "Did you mean 'linear'"),
        ("attribution/channels", {"lookback_days": -1}, ParameterError, "lookback_days is -1, but must be"),
    ],
)
def test_mistakes_are_answered_before_any_sql_runs(warehouse, path, params, error, message):
    with pytest.raises(error, match=message):
        warehouse.query(path, **params)


def test_sql_takes_parameters_and_only_one_select(warehouse):
    assert warehouse.sql("SELECT $a + 1 AS b", {"a": 1}).rows() == [(2,)]
    assert warehouse.sql("SELECT ? + 1 AS b", [1]).rows() == [(2,)]
    for statement in ("SELECT 1; SELECT 2", "CREATE TABLE t (a INTEGER)", "", "DELETE FROM star.fact_order"):
        with pytest.raises(QueryError, match="exactly one SELECT"):
            warehouse.sql(statement)
    with pytest.raises(QueryError, match="nowhere"):
        warehouse.sql("FROM nowhere")


def test_nothing_can_be_written(warehouse):
    with pytest.raises(QueryError):
        warehouse.sql("WITH gone AS (DELETE FROM star.fact_order RETURNING *) SELECT * FROM gone")
    assert warehouse.sql("SELECT count(*) > 0 FROM star.fact_order").rows() == [(True,)]


def test_ctrl_c_ends_a_question_and_no_more(warehouse):
    threading.Timer(0.3, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        warehouse.sql(
            "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE a.range * b.range % 7 = 3"
        )
    assert warehouse.sql("SELECT 1").rows() == [(1,)]


def test_several_threads_ask_at_once(warehouse):
    asked = [next(path for path in packs.queries() if path.startswith(f"{pack}/")) for pack in packs.packs()]
    expected = {path: warehouse.query(path).pl() for path in asked}

    def ask(path):
        return path, warehouse.query(path).pl()

    with ThreadPoolExecutor(8) as pool:
        for path, answer in pool.map(ask, asked * 8):
            assert answer.equals(expected[path])


def test_a_closed_warehouse_says_so(warehouse_path):
    with martlet.open(warehouse_path) as warehouse:
        pass
    warehouse.close()
    with pytest.raises(WarehouseError, match="is closed"):
        warehouse.sql("SELECT 1")


def test_files_that_are_no_warehouse_are_refused(tmp_path):
    with pytest.raises(WarehouseError, match="there is no warehouse .* martlet build"):
        martlet.open(tmp_path / "none.duckdb")
    with pytest.raises(WarehouseError, match="is a directory"):
        martlet.open(tmp_path)
    garbage = tmp_path / "garbage.duckdb"
    garbage.write_bytes(b"\x00\xff" * 5000)
    with pytest.raises(WarehouseError, match="is no DuckDB file"):
        martlet.open(garbage)
    foreign = tmp_path / "foreign.duckdb"
    duckdb.connect(str(foreign)).close()
    with pytest.raises(WarehouseError, match="was not made by Martlet"):
        martlet.open(foreign)


def test_a_failing_query_names_the_line_of_its_template(warehouse, monkeypatch):
    text = """/*
question = "Why?"
doc      = "Fails."
grain    = ["a"]

[params]
kind = { type = "choice", of = ["x", "y"], default = "y", doc = "Which." }

[columns]
a = "The a."
*/
{% if kind == "x" %}
SELECT 1 AS a
{% else %}
SELECT
    missing AS a
FROM star.fact_order
{% endif %}
ORDER BY a
"""
    broken = load("queries/pack/broken.sql", text)
    monkeypatch.setattr(warehouse._packs, "get", lambda _: broken)
    with pytest.raises(QueryError, match=r"^queries/pack/broken\.sql:16: .*missing"):
        warehouse.query("pack/broken")
