"""Every door takes exactly one statement, and only one that reads; what it is, DuckDB's own parser says."""

import duckdb
import pytest

from martlet.engine import sandbox
from martlet.engine.errors import QueryError, UnitError
from martlet.engine.query import load
from martlet.engine.statements import reading

PIVOT = "PIVOT customers ON loyalty_tier USING count(*)"
READ = [
    "SELECT 1",
    "SELECT 1;",
    "; SELECT 1 ;;",
    "  \n\t SELECT 1",
    "-- copy\nSELECT 1",
    "/* DELETE /* nested */ */ SELECT 1",
    "SELECT 1 -- the end",
    "FROM customers",
    "FROM customers SELECT email",
    "FROM range(3)",
    "TABLE customers",
    "VALUES (1, 'a'), (2, 'b')",
    "(SELECT 1)",
    "((SELECT 1) UNION ALL (SELECT 2))",
    "SELECT 1 EXCEPT SELECT 2",
    "WITH a AS (SELECT 1 AS x) FROM a",
    "WITH a AS MATERIALIZED (SELECT 1 AS x), b AS (FROM a) SELECT * FROM b",
    "WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a WHERE x < 3) FROM a",
    'WITH copy AS (SELECT 1 AS "update") SELECT "update" FROM copy',
    "SELECT 'COPY t TO x; DELETE FROM t' AS words",
    "SELECT $$ INSERT INTO t $$ AS words",
    "SELECT * FROM query_table('customers')",
    "SELECT * FROM (SELECT 1) AS a, LATERAL (SELECT 2) AS b",
    "SELECT * FROM customers ASOF JOIN orders ON customers.birth_date >= orders.order_date",
    "DESCRIBE customers",
    "DESCRIBE SELECT 1",
    "SUMMARIZE customers",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "SHOW customers",
    "SELECT column_name FROM (DESCRIBE customers)",
    PIVOT,
    f"{PIVOT}; -- the end",
    f"/* copy */ {PIVOT}",
    f"FROM ({PIVOT})",
    f"SELECT * FROM ({PIVOT} ORDER BY 1 LIMIT 1)",
    f"WITH p AS ({PIVOT}) FROM p",
    f"DESCRIBE {PIVOT}",
    "PIVOT customers ON loyalty_tier IN ('Gold') USING count(*)",
    "SELECT * FROM customers PIVOT (count(*) FOR loyalty_tier IN ('Gold'))",
    'PIVOT (SELECT loyalty_tier, 1 AS "delete" FROM customers) ON loyalty_tier USING sum("delete")',
    "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b",
]  # fmt: skip
# COPY stands for all that writes a file: FILE is one that must not appear.
NOT_READ = [
    "",
    ";",
    "-- only a comment",
    "SELECT 1; SELECT 2",
    f"{PIVOT}; SELECT 1",
    "SELECT 1; COPY (SELECT 1) TO 'FILE'",
    "COPY customers TO 'FILE'",
    f"COPY ({PIVOT}) TO 'FILE'",
    "WITH g AS (COPY (SELECT 1) TO 'FILE') FROM g",
    "WITH g AS (COPY (SELECT 1) TO 'FILE') SELECT 1",
    "WITH a AS (SELECT 1), g AS (COPY (FROM a) TO 'FILE') FROM a",
    f"WITH g AS (COPY ({PIVOT}) TO 'FILE') FROM g",
    f"WITH g AS (COPY (SELECT 1) TO 'FILE') {PIVOT}",
    f"WITH g AS (/* */ copy (SELECT 1) TO 'FILE') {PIVOT}",
    f"WITH g AS (COPY (SELECT 1) TO 'FILE') SELECT * FROM ({PIVOT}), g",
    "SELECT (WITH g AS (COPY (SELECT 1) TO 'FILE') SELECT 1)",
    "FROM json_execute_serialized_sql(json_serialize_sql('WITH g AS (COPY (SELECT 1) TO ''FILE'') FROM g'))",
    "FROM query('FROM json_execute_serialized_sql(''x'')')",
    """FROM "QUERY"('SELECT 1')""",
    "SELECT * FROM main.query('SELECT 1')",
    f"SELECT * FROM ({PIVOT}), query('SELECT 1')",
    f"""SELECT * FROM ({PIVOT}), "query" ('SELECT 1')""",
    "FROM enable_logging('QueryLog', storage := 'file', storage_path := 'FILE')",
    "FROM enable_profiling()",
    "FROM checkpoint()",
    "SELECT write_log('x')",
    f"CREATE TEMP TABLE zz AS {PIVOT}",
    f"CREATE TABLE zz AS {PIVOT}",
    f"CREATE VIEW zz AS {PIVOT}",
    f"INSERT INTO star.fact_order {PIVOT}",
    f"EXPLAIN {PIVOT}",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO 'FILE'",
    "DELETE FROM star.fact_order",
    "UPDATE star.fact_order SET status = 'x'",
    "INSERT INTO star.fact_order SELECT * FROM star.fact_order",
    "MERGE INTO star.fact_order AS o USING (SELECT 1 AS order_id) AS n USING (order_id) WHEN MATCHED THEN DELETE",
    "TRUNCATE star.fact_order",
    "WITH gone AS (DELETE FROM star.fact_order RETURNING *) SELECT * FROM gone",
    "WITH gone AS (UPDATE star.fact_order SET status = 'x' RETURNING *) FROM gone",
    "WITH gone AS (INSERT INTO star.fact_order SELECT * FROM star.fact_order RETURNING *) FROM gone",
    f"WITH gone AS (DELETE FROM star.fact_order RETURNING 1 AS a) SELECT * FROM ({PIVOT}), gone",
    "CREATE TABLE t (a INTEGER)",
    "CREATE TEMP TABLE t (a INTEGER)",
    "CREATE MACRO f(a) AS a",
    "CREATE SECRET s (TYPE s3)",
    "DROP TABLE star.fact_order",
    "ALTER TABLE star.fact_order ADD COLUMN x INTEGER",
    "ATTACH 'FILE' AS other",
    "ATTACH ':memory:' AS other",
    "DETACH other",
    "USE main",
    "INSTALL httpfs",
    "LOAD httpfs",
    "UPDATE EXTENSIONS",
    "EXPORT DATABASE 'FILE'",
    "IMPORT DATABASE 'FILE'",
    "SET threads = 1",
    "SET VARIABLE a = 1",
    "RESET threads",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "BEGIN",
    "COMMIT",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "COMMENT ON TABLE star.fact_order IS 'x'",
    "SELECT * FROM (DELETE FROM star.fact_order RETURNING *)",
    "SELECT 1 /* never closed",
    "nonsense",
    "\ud800",
    "SELECT '\udfff'",
]  # fmt: skip


@pytest.fixture(scope="module")
def parser():
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("sql", READ)
def test_what_reads_is_taken(warehouse, sql):
    assert warehouse.sql(sql).columns


@pytest.mark.parametrize("sql", NOT_READ)
def test_what_does_not_only_read_is_refused_before_it_runs(parser, warehouse, tmp_path, sql):
    sql = sql.replace("FILE", str(tmp_path / "out"))
    with pytest.raises((QueryError, duckdb.ParserException)):
        reading(parser, sql)
    with pytest.raises(QueryError):
        warehouse.sql(sql)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("sql", ["(SELECT 1)", "SUMMARIZE customers", PIVOT, f"WITH p AS ({PIVOT}) FROM p"])
def test_the_sandbox_takes_what_reads(warehouse_path, sql):
    assert sandbox.run(warehouse_path, sql).num_columns > 0


@pytest.mark.slow
@pytest.mark.parametrize("sql", READ)
def test_the_sandbox_takes_all_that_reads(warehouse_path, sql):
    assert sandbox.run(warehouse_path, sql).num_columns > 0


@pytest.mark.slow
@pytest.mark.parametrize("sql", NOT_READ)
def test_the_sandbox_refuses_what_does_not_only_read(warehouse_path, tmp_path, sql):
    with pytest.raises(QueryError):
        sandbox.run(warehouse_path, sql.replace("FILE", str(tmp_path / "out")))
    assert not list(tmp_path.iterdir())


PACK = """/*
question = "What?"
doc      = "One."
grain    = ["a"]

[columns]
a = "A."
*/
"""


@pytest.mark.parametrize(
    "sql",
    [
        "WITH g AS (COPY (SELECT 1) TO 'FILE') SELECT 1 AS a FROM g",
        "FROM json_execute_serialized_sql(json_serialize_sql('WITH g AS (COPY (SELECT 1 AS a) TO ''FILE'') FROM g'))",
        "WITH gone AS (DELETE FROM star.fact_order RETURNING order_id) SELECT order_id AS a FROM gone",
        "DELETE FROM star.fact_order",
        "SELECT 1 AS a; SELECT 2 AS a",
    ],
)
def test_a_pack_only_reads(warehouse, monkeypatch, tmp_path, sql):
    asked = load("queries/pack/query.sql", PACK + sql.replace("FILE", str(tmp_path / "out")))
    monkeypatch.setattr(warehouse._packs, "get", lambda _: asked)
    with pytest.raises((QueryError, UnitError)):
        warehouse.query("pack/query")
    assert not list(tmp_path.iterdir())
    assert warehouse.sql("SELECT count(*) > 0 FROM star.fact_order").rows() == [(True,)]


def test_a_function_that_runs_text_is_named(warehouse):
    with pytest.raises(QueryError, match=r"exactly one SELECT statement, but calls query\(\)"):
        warehouse.sql("FROM query('SELECT 1')")
    with pytest.raises(QueryError, match="but has COPY"):
        warehouse.sql("WITH g AS (COPY (SELECT 1) TO 'x') FROM g")
    with pytest.raises(QueryError, match="but is DELETE"):
        warehouse.sql("DELETE FROM star.fact_order")
    with pytest.raises(QueryError, match="but is of type int"):
        warehouse.sql(1)
