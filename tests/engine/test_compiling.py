"""A query written for another engine: macros opened up, values written in, doubts said."""

import sqlite3

import pytest
import sqlglot

from martlet.engine import compiling, packs
from martlet.engine.errors import ParameterError
from martlet.engine.query import load

QUERY = """/*
question = "How much per day?"
doc = "A test."
grain = ["name"]
[params]
least = { type = "int", default = 3, doc = "A bound." }
[columns]
name = "Name."
per_day = "Amount per day."
*/
SELECT name, main.ratio(sum(amount - 1), main.elapsed_days(min(began_at), max(ended_at)) - $least) AS per_day
FROM sales
GROUP BY name
ORDER BY name
"""


@pytest.fixture
def query():
    return load("queries/test/sales.sql", QUERY)


# Every third: macros are opened up alike wherever they are called.
@pytest.mark.parametrize("path", list(packs.queries())[::3])
def test_duckdb_text_gives_the_same_answer(warehouse, path):
    text, warnings = compiling.compile(packs.get(path), {})
    assert warnings == []
    assert "main." not in text
    assert warehouse.sql(text).rows() == warehouse.query(path).rows()


DIALECTS = ["bigquery", "databricks", "postgres", "redshift", "snowflake", "spark", "trino"]
# Each query in one dialect in turn.
WRITTEN = [(path, DIALECTS[number % len(DIALECTS)]) for number, path in enumerate(packs.queries())]


@pytest.mark.parametrize(("path", "dialect"), WRITTEN)
def test_other_dialects_parse_in_their_own_dialect_unless_a_warning_says_why(path, dialect):
    text, warnings = compiling.compile(packs.get(path), {}, dialect)
    assert "epoch_us" not in text.lower()
    assert warnings or len(sqlglot.parse(text, read=dialect)) == 1


@pytest.mark.parametrize(
    ("dialect", "clock"),
    [("spark", "FROM_UTC_TIMESTAMP(CAST(TO_UTC_TIMESTAMP("), ("snowflake", "CONVERT_TIMEZONE(")],
)
def test_clocks_of_places_and_refusals_have_the_names_of_the_dialect(dialect, clock):
    text, doubts = compiling.compile(packs.get("web/hours"), {}, dialect)
    assert clock in text.upper().replace("\n", "").replace("  ", "")
    assert not any("timezone" in doubt for doubt in doubts)
    text, doubts = compiling.compile(packs.get("journey/paths"), {}, dialect)
    assert ("RAISE_ERROR(" in text) == (dialect == "spark")
    assert any("error" in doubt for doubt in doubts) == (dialect != "spark")


def test_values_are_written_in(query):
    assert "- 5" in compiling.compile(query, {"least": 5})[0]
    with pytest.raises(ParameterError, match="least"):
        compiling.compile(query, {"least": "many"})


def test_macros_keep_the_order_of_operations(query):
    """Run by SQLite, which shares no code with DuckDB."""
    text, _ = compiling.compile(query, {}, "sqlite")
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE sales (name, amount, began_at, ended_at)")
        connection.execute("INSERT INTO sales VALUES ('a', 11, '2025-01-01 00:00:00', '2025-01-06 12:00:00')")
        assert connection.execute(text).fetchall() == [("a", pytest.approx(10 / 2.5))]
    connection.close()


def test_what_is_not_known_is_said():
    odd = QUERY.replace("sum(amount - 1)", "sum(frobnicate(amount))")
    _, warnings = compiling.compile(load("queries/test/sales.sql", odd), {}, "postgres")
    assert any("frobnicate" in warning and "postgres" in warning for warning in warnings)


def test_unknown_dialects_name_the_nearest(query):
    with pytest.raises(ParameterError, match="Did you mean 'snowflake'"):
        compiling.compile(query, {}, "snowflak")
