"""Every relation of sql/ is well formed, documented and created after what it reads."""

import duckdb
import pytest
import sqlglot

from martlet.engine import key_declarations, keys
from martlet.engine.errors import UnitError
from martlet.engine.relation import FOLDERS, in_order
from martlet.engine.relations import relations
from martlet.engine.units import read_folder

RELATIONS = {f"{relation.unit.folder}/{relation.name}": relation for relation in relations()}
DOCUMENTED = sorted(
    path for path, relation in RELATIONS.items() if relation.kind in ("table", "view", "stored")
)


def test_every_file_is_a_relation():
    assert len(RELATIONS) == len(list(read_folder("sql")))


def test_each_relation_comes_after_all_that_it_reads():
    ordered = in_order(relations())
    places = {relation.qualified: place for place, relation in enumerate(ordered)}
    for place, relation in enumerate(ordered):
        assert all(places.get(name, -1) <= place for name in relation.reads), relation.qualified


def test_a_call_of_a_table_macro_is_read_as_its_query_is():
    assert "value.clv" in RELATIONS["marts/customer_profile"].reads


def test_a_circle_is_refused():
    first, second = list(RELATIONS.values())[:2]
    circle = [
        type(first)(first.unit, "x", "a", "view", (), (), frozenset({"x.b"})),
        type(first)(second.unit, "x", "b", "view", (), (), frozenset({"x.a"})),
    ]
    with pytest.raises(UnitError, match="in a circle: x.a, x.b"):
        in_order(circle)


@pytest.mark.parametrize("path", DOCUMENTED)
def test_header_documents_exactly_the_columns(path, warehouse):
    relation = RELATIONS[path]
    columns = warehouse.sql(f"SELECT * FROM {relation.qualified} LIMIT 0").columns
    assert columns == list(relation.unit.columns)
    assert set(relation.unit.header["grain"]) <= set(columns)


@pytest.mark.parametrize("path", DOCUMENTED)
def test_grain_is_unique(path, warehouse):
    relation = RELATIONS[path]
    grain = ", ".join(relation.unit.header["grain"])
    if not grain:
        pytest.skip("the relation has no grain")
    repeated = warehouse.sql(
        f"SELECT {grain} FROM {relation.qualified} GROUP BY ALL HAVING count(*) > 1"
    ).rows()
    assert repeated == []


@pytest.mark.parametrize("path", [path for path in DOCUMENTED if RELATIONS[path].kind == "table"])
def test_grain_is_the_primary_key(path):
    relation = RELATIONS[path]
    primary = [key for key in relation.keys if key.kind == "primary"]
    if relation.unit.header["grain"]:
        assert [key.columns for key in primary] == [tuple(relation.unit.header["grain"])]


def test_keys_are_taken_out_of_facts_and_kept_in_dimensions(warehouse):
    rows = warehouse.sql(
        "SELECT table_name FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')"
    ).rows()
    tables = {row[0] for row in rows}
    assert {
        relation.name for relation in relations() if FOLDERS[relation.unit.folder].physical_keys
    } == tables


def test_every_table_view_and_column_has_a_comment(warehouse):
    bare = warehouse.sql(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE comment IS NULL "
        "UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL "
        "UNION ALL SELECT schema_name || '.' || table_name || '.' || column_name FROM duckdb_columns() "
        "WHERE NOT internal AND comment IS NULL"
    ).rows()
    assert bare == []


def test_key_exceptions_find_repeats_nulls_and_orphans():
    create = sqlglot.parse_one(
        "CREATE TABLE s.child (a INTEGER PRIMARY KEY, b INTEGER REFERENCES s.parent (k))", read="duckdb"
    )
    primary, foreign = key_declarations.declared(create, "s.child")
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE SCHEMA s; CREATE TABLE s.parent (k INTEGER); INSERT INTO s.parent VALUES (1)"
        )
        connection.execute(key_declarations.without_keys(create).sql("duckdb").replace(" NOT NULL", ""))
        connection.execute("INSERT INTO s.child VALUES (1, 1), (2, NULL), (2, 1), (NULL, 9)")
        assert sorted(row[0] or 0 for row in connection.execute(keys.exceptions_sql(primary)).fetchall()) == [
            0,
            2,
        ]
        assert connection.execute(keys.exceptions_sql(foreign)).fetchall() == [(9, "not in s.parent")]
