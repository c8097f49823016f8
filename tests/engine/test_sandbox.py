"""SQL of a stranger reads the warehouse and nothing else, within its time and memory."""

import time

import pyarrow as pa
import pytest

from martlet.engine import sandbox
from martlet.engine.errors import ParameterError, QueryError, WarehouseError


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) AS n FROM star.fact_order",
        "FROM segmentation.rfm",
        "FROM attribution.channels(model := 'last')",
        "SELECT main.ratio(1, 2) AS half",
        "VALUES (1, 'a')",
        "DESCRIBE star.fact_order",
        "PIVOT (SELECT is_first_order, net_revenue FROM star.fact_order) ON is_first_order USING sum(net_revenue)",
    ],
)
def test_ordinary_selects_work(warehouse_path, sql):
    answer = sandbox.run(warehouse_path, sql)
    assert isinstance(answer, pa.Table)
    assert answer.num_rows > 0


def test_the_answer_is_that_of_an_open_connection(warehouse_path, warehouse):
    sql = "SELECT * FROM star.fact_order ORDER BY order_id"
    assert sandbox.run(warehouse_path, sql).equals(warehouse.sql(sql).arrow())


def test_max_rows_are_the_first(warehouse_path):
    assert sandbox.run(warehouse_path, "FROM range(50000)", max_rows=3).column(0).to_pylist() == [0, 1, 2]
    assert sandbox.run(warehouse_path, "FROM range(5)", max_rows=0).num_rows == 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_parquet('https://example.com/a.parquet')",
        "SELECT * FROM duckdb_secrets()",
        "COPY star.fact_order TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/out.duckdb' AS other",
        "INSTALL httpfs",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "DELETE FROM star.fact_order",
        "WITH gone AS (DELETE FROM star.fact_order RETURNING *) SELECT * FROM gone",
        "CREATE TABLE star.mine AS SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT * FROM enable_logging()",
        "",
        "nonsense",
    ],
)
def test_whatever_else_is_refused(warehouse_path, tmp_path, sql):
    before = warehouse_path.read_bytes()
    with pytest.raises(QueryError):
        sandbox.run(warehouse_path, sql.format(folder=tmp_path))
    assert warehouse_path.read_bytes() == before
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT max(a.range * b.range) FROM range(100000000) AS a, range(100000000) AS b",
        "SELECT levenshtein(repeat('ab', 400000), repeat('ba', 400000))",
    ],
)
def test_what_takes_too_long_is_stopped(warehouse_path, sql):
    started = time.monotonic()
    with pytest.raises(QueryError, match=r"took longer than 0\.5 s"):
        sandbox.run(warehouse_path, sql, timeout=0.5)
    assert time.monotonic() - started < 6


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT array_agg(range) FROM range(100000000)",
        "SELECT length(repeat('x', 3000000000))",
    ],
)
def test_what_takes_too_much_memory_is_stopped(warehouse_path, sql):
    with pytest.raises(QueryError, match="needed more than 200MB of memory"):
        sandbox.run(warehouse_path, sql, memory="200MB")


def test_an_endless_answer_does_not_fill_our_memory(warehouse_path):
    with pytest.raises(QueryError, match="larger than 100MB"):
        sandbox.run(warehouse_path, "SELECT repeat('x', 1000) FROM range(1000000)", memory="100MB")


def test_an_error_keeps_the_words_of_duckdb(warehouse_path):
    with pytest.raises(QueryError, match=r"fact_ordr does not exist[\s\S]*fact_order"):
        sandbox.run(warehouse_path, "SELECT * FROM star.fact_ordr")


def test_only_warehouses_are_opened(tmp_path):
    with pytest.raises(WarehouseError, match="there is no warehouse"):
        sandbox.run(tmp_path / "none.duckdb", "SELECT 1")
    (tmp_path / "text.duckdb").write_text("no database")
    with pytest.raises(WarehouseError, match="is no DuckDB file"):
        sandbox.run(tmp_path / "text.duckdb", "SELECT 1")


@pytest.mark.parametrize(
    "wrong", [{"timeout": 0}, {"timeout": float("nan")}, {"memory": "much"}, {"max_rows": -1}]
)
def test_impossible_limits_are_refused(warehouse_path, wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        sandbox.run(warehouse_path, "SELECT 1", **wrong)
