"""A file that another version of Martlet made: what can't be done with it is told, with what to do."""

import shutil

import duckdb
import pytest

import martlet
from martlet.engine.errors import QueryError, WarehouseError
from martlet.loaders.warehouse import star


@pytest.fixture
def older(warehouse_path, tmp_path):
    """A function that makes a copy of the shared warehouse, changed by some SQL."""

    def make(sql):
        path = shutil.copy(warehouse_path, tmp_path / "older.duckdb")
        with duckdb.connect(path) as connection:
            connection.execute(sql)
        return path

    return make


def test_a_query_that_fails_for_the_file_s_age_says_so(older):
    path = older("DELETE FROM meta.setting WHERE name = 'definitions_digest'; DROP MACRO main.money")
    with (
        martlet.open(path) as warehouse,
        pytest.raises(QueryError, match="was made by another version of Martlet: build it anew") as told,
    ):
        warehouse.query("spend/pacing")
    assert told.value.exit_code == 2


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("DROP TABLE star.fact_review", "star.fact_review"),
        ("ALTER TABLE star.fact_review DROP COLUMN rating", "star.fact_review.rating"),
    ],
)
def test_a_file_without_a_table_or_column_is_not_loaded_into(older, sql, name):
    with (
        duckdb.connect(older(sql)) as connection,
        pytest.raises(WarehouseError, match=f"it lacks {name}; make it anew"),
    ):
        star.create(connection)
