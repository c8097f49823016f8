"""Default answers that are stored: made anew by each refresh, and in the place of a view that an earlier version made."""

import shutil

import duckdb
import pytest

from martlet.engine import packs
from martlet.loaders.warehouse import star

STORED = [query.path.replace("/", ".") for query in packs.queries().values() if query.stored]


@pytest.fixture
def connection(warehouse_path, tmp_path):
    shutil.copy(warehouse_path, tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as connection:
        yield connection


@pytest.mark.parametrize("name", STORED)
def test_a_load_makes_a_stored_answer_anew(name, connection):
    expected = connection.execute(f"FROM {name}").fetchall()
    connection.execute(f"DELETE FROM {name}")
    star.refresh(connection)
    assert expected
    assert connection.execute(f"FROM {name}").fetchall() == expected


def test_tables_and_views_of_an_earlier_version_give_way_to_the_other_kind(connection):
    for name, before, instead in [
        ("attribution.compare", "TABLE", "VIEW"),
        ("attribution.channels", "VIEW", "TABLE"),
    ]:
        connection.execute(f"DROP {before} {name}")
        connection.execute(f"CREATE {instead} {name} AS SELECT 1 AS x")
    connection.execute("DELETE FROM meta.setting WHERE name = 'definitions_digest'")
    star.refresh(connection)
    assert connection.execute("SELECT count(model) > 0 FROM attribution.compare").fetchall() == [(True,)]
    assert connection.execute("SELECT count(model) > 0 FROM attribution.channels").fetchall() == [(True,)]
