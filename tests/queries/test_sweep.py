"""Every query of every pack, on arrival: header, rendering, columns, grain, views, macros, cases and README."""

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from martlet.engine import packs, rewriting, writing

from ..cases import cases

QUERIES = sorted(packs.queries())


@pytest.fixture(params=QUERIES)
def query(request):
    return packs.get(request.param)


def same_rows(first, second):
    """Whether two answers hold the same rows, to the last digit that a different order of adding up leaves."""
    with duckdb.connect() as connection:
        connection.register("a", first.arrow())
        connection.register("b", second.arrow())
        columns = [
            f'round("{name}", 6)' if kind == "DOUBLE" else f'"{name}"'
            for name, kind, *_ in connection.sql("DESCRIBE a").fetchall()
        ]
        picked = ", ".join(columns)
        sides = f"SELECT {picked} FROM a", f"SELECT {picked} FROM b"
        gone = connection.sql(f"({sides[0]}) EXCEPT ALL ({sides[1]})").fetchall()
        new = connection.sql(f"({sides[1]}) EXCEPT ALL ({sides[0]})").fetchall()
    return gone == [] and new == [] and len(first) == len(second)


def test_every_branch_is_one_select_with_the_documented_columns(query, warehouse):
    for choices in query.branches():
        statement = writing.statement(query, {**query.values({}), **choices})
        assert isinstance(statement, exp.Query)
        assert warehouse.query(query.path, **choices).columns == list(query.columns)


def test_grain_is_unique_on_generated_data(query, warehouse):
    for choices in query.branches():
        answer = warehouse.query(query.path, **choices).pl()
        # A generated company has touches of its own, and no paths that somebody else has counted.
        assert answer.height > 0 or query.path == "attribution/given_paths"
        assert answer.select(query.grain).is_duplicated().sum() == 0, choices


def test_order_is_total_over_the_grain(query):
    ordered = writing.statement(query, query.values({})).args.get("order")
    assert ordered is not None, "the outermost SELECT has no ORDER BY"


def test_view_and_macro_answer_as_the_query_does(query, warehouse):
    answer = warehouse.query(query.path)
    name = f"{query.pack}.{query.name}"
    assert same_rows(warehouse.sql(f"FROM {name}"), answer)
    assert same_rows(warehouse.sql(f"FROM {name}()"), answer)
    assert same_rows(warehouse.sql(answer.sql), answer)


def test_macro_takes_every_branch(query, warehouse):
    for choices in query.branches():
        given = ", ".join(f"{name} := '{word}'" for name, word in choices.items())
        macro = warehouse.sql(f"FROM {query.pack}.{query.name}({given})")
        assert same_rows(macro, warehouse.query(query.path, **choices)), choices


def test_view_and_macro_and_columns_have_comments(query, warehouse):
    comments = dict(
        warehouse.sql(
            "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = $pack AND table_name = $name",
            {"pack": query.pack, "name": query.name},
        ).rows()
    )
    assert comments == query.columns


def test_published_columns_are_of_types_that_clients_show(query, warehouse):
    rows = warehouse.sql(f"SELECT column_name, column_type FROM (DESCRIBE {query.pack}.{query.name})").rows()
    for name, kind in rows:
        assert not kind.startswith(
            ("HUGEINT", "INTERVAL", "STRUCT", "MAP", "UNION", "BIT", "TIME")
        ) or kind == ("TIMESTAMP"), name
        assert not kind.endswith("[]"), name


def test_parameters_never_take_a_column_name_in_the_macro(query):
    for choices in query.branches():
        for column in writing.statement(query, {**query.values({}), **choices}).find_all(exp.Column):
            assert column.table or column.name not in query.parameters


def test_a_case_exists(query):
    assert any(case.query == query.path for case in cases())


def test_optional_parameters_change_nothing_when_null(query, warehouse):
    optional = {name: None for name, parameter in query.parameters.items() if parameter.default is None}
    assert same_rows(warehouse.query(query.path, **optional), warehouse.query(query.path))


def test_literals_parse_back_to_themselves(query):
    for parameter in query.parameters.values():
        text = rewriting.literal(parameter, parameter.default).sql("duckdb")
        assert sqlglot.parse_one(text, read="duckdb").sql("duckdb") == text
