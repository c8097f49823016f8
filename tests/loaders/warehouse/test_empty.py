"""The prepared empty warehouse: nobody can see in a file whether it began as a copy of it."""

from datetime import date

import duckdb
import pytest

import martlet
from martlet.engine import cache
from martlet.loaders.warehouse import empty

ORDERS = "order_id,ordered_at,customer_email,order_total\n1,2025-01-01 10:00,a@x.org,10.00\n2,2025-01-02,b@x.org,5\n"
# What depends on the clock.
CLOCKS = {"meta.load": "* EXCLUDE (loaded_at, seconds)"}
# The maps of segments that come with Martlet.
OUR_RULES = {"meta.segment_rule", "meta.segment_condition"}
INSTALLED = {
    "macros": "SELECT schema_name, function_name, function_type, parameters, macro_definition, comment FROM "
    "duckdb_functions() WHERE NOT internal ORDER BY ALL",
    "views": "SELECT schema_name, view_name, sql, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
    "columns": "SELECT schema_name, table_name, column_name, column_index, data_type, is_nullable, column_default, "
    "comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL",
    "tables": "SELECT schema_name, table_name, comment FROM duckdb_tables() ORDER BY ALL",
    "constraints": "SELECT schema_name, table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL",
}


def content(path):
    """All that is in a file."""
    with duckdb.connect(str(path), read_only=True) as connection:
        found = {name: connection.execute(sql).fetchall() for name, sql in INSTALLED.items()}
        for schema, table, _ in found["tables"]:
            name = f"{schema}.{table}"
            chosen = CLOCKS.get(name, "*")
            found[name] = connection.execute(f"SELECT {chosen} FROM {name} ORDER BY ALL").fetchall()
    return found


def built(folder):
    martlet.build(folder / "built.duckdb", customers=15, days=40, seed=3, threads=1)
    (folder / "orders.csv").write_text(ORDERS)
    martlet.ingest(
        "orders", folder / "orders.csv", warehouse=folder / "loaded.duckdb", as_of=date(2025, 2, 1)
    )
    return content(folder / "built.duckdb"), content(folder / "loaded.duckdb")


@pytest.mark.slow
def test_content_is_the_same_without_with_a_cold_and_with_a_warm_cache(tmp_path, monkeypatch):
    found = []
    for folder, where in (("off", "off"), ("cold", tmp_path / "cache"), ("warm", tmp_path / "cache")):
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(cache.VARIABLE, str(where))
        found.append(built(tmp_path / folder))
    assert list((tmp_path / "cache").glob("empty-*"))
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_a_copy_holds_no_row_of_data(tmp_path, monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    empty.put(tmp_path / "copy.duckdb")
    found = content(tmp_path / "copy.duckdb")
    filled = {name for name in found.keys() - INSTALLED.keys() if found[name]}
    assert {name for name in filled if not name.startswith("star.dim_")} == {"meta.setting", *OUR_RULES}
    assert [name for name, _ in found["meta.setting"]] == ["definitions_digest"]
    assert all(len(found[name]) == 1 for name in filled - {"star.dim_channel", *OUR_RULES})


@pytest.mark.parametrize("where", ["off", ""])
def test_without_a_cache_there_is_no_copy(tmp_path, monkeypatch, where):
    monkeypatch.setenv(cache.VARIABLE, where)
    empty.put(tmp_path / "copy.duckdb")
    assert not (tmp_path / "copy.duckdb").exists()
