"""An answer of any type of the engine comes as Arrow, and as Polars and Python where these have the type."""

import datetime as dt

import duckdb
import polars as pl
import pytest

from martlet.engine.errors import QueryError
from martlet.engine.result import Result


def result(sql):
    with duckdb.connect() as connection:
        return Result(sql, connection.sql(sql).to_arrow_table())


def test_every_type_comes_or_is_told():
    answer = result("FROM test_all_types()").arrow()
    told = {"pl": set(), "rows": set()}
    for column in answer.column_names:
        one = Result("", answer.select([column]))
        for way, columns in told.items():
            try:
                assert len(getattr(one, way)()) == 3
            except QueryError:
                columns.add(column)
    assert told["pl"] == {"interval", "union"}
    assert {"date", "timestamp", "timestamp_tz", "date_array"} <= told["rows"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT [INTERVAL 1 DAY] AS a",
        "SELECT [MAP {'a': INTERVAL 1 DAY}] AS a",
        "SELECT {'a': 1::UNION(x INTEGER, y VARCHAR)} AS a",
    ],
)
def test_what_polars_lacks_within_a_type_is_told_before_it_panics(sql, capfd):
    with pytest.raises(
        QueryError, match=r"column a, of type .*: Polars has no type for .*; cast it in the SQL"
    ):
        result(sql).pl()
    assert "panicked" not in capfd.readouterr().err


def test_two_columns_of_one_name_are_told():
    twice = result("SELECT 1 AS a, 2 AS a")
    assert twice.rows() == [(1, 2)]
    with pytest.raises(QueryError, match="Polars can't hold the answer"):
        twice.pl()


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT 170141183460469231731687303715884105727::HUGEINT", 2**127 - 1),
        ("SELECT MAP {'a': 1}", [("a", 1)]),
        ("SELECT '\\x01'::BLOB", b"\x01"),
        # Python's own moments end with microseconds.
        ("SELECT TIMESTAMP_NS '2025-01-01 00:00:00.123456'", dt.datetime(2025, 1, 1, 0, 0, 0, 123456)),
        ("SELECT TIMETZ '12:00:00+02'", None),
        ("SELECT '0101'::BIT", None),
        ("SELECT 1::VARIANT", None),
    ],
)
def test_rare_types_come_in_all_ways(sql, value):
    answer = result(f"{sql} AS a")
    assert isinstance(answer.pl(), pl.DataFrame)
    ((given,),) = answer.rows()
    assert value is None or given == value
