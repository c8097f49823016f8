"""Every query of every pack, on arrival: header, rendering, columns, grain, views, macros, cases and README."""

from functools import cache

import pytest
import sqlglot
from sqlglot import exp

import martlet
from martlet.engine import packs, rewriting, writing

from ..cases import CASES

QUERIES = sorted(packs.queries())
# A generated company has touches of its own, and no paths that somebody else has counted.
EMPTY_ON_GENERATED_DATA = {"attribution/given_paths"}


@pytest.fixture(params=QUERIES)
def query(request):
    return packs.get(request.param)


class Asked:
    """The generated company; the answer to each statement is computed once, and kept as a digest."""

    def __init__(self, path):
        self.warehouse = martlet.open(path)
        self.digest = cache(self._digest)

    def kinds(self, statement):
        """Return the type of each column, in order; nothing runs."""
        return dict(self.warehouse.sql(f"SELECT column_name, column_type FROM (DESCRIBE {statement})").rows())

    def _digest(self, statement):
        """Return the rows, and a digest of them in any order, to the last digit that a different order of adding up leaves."""
        texts = ", ".join(
            f'CAST(round("{name}", 6) + 0.0 AS VARCHAR)' if kind == "DOUBLE" else f'CAST("{name}" AS VARCHAR)'
            for name, kind in self.kinds(statement).items()
        )
        return self.warehouse.sql(
            f"SELECT count(*) AS rows, sum(hash({texts})) AS digest FROM ({statement})"
        ).rows()[0]

    def of(self, query, **params):
        """Return the rows and the digest of what the query answers."""
        return self.digest(writing.literal(query, query.values(params)).sql("duckdb"))


@pytest.fixture(scope="module")
def asked(warehouse_path):
    found = Asked(warehouse_path)
    yield found
    found.warehouse.close()


def macro(query, choices):
    given = ", ".join(f"{name} := '{word}'" for name, word in choices.items())
    return f"FROM {query.pack}.{query.name}({given})"


def test_every_branch_is_one_select_with_the_documented_columns_and_grain(query, warehouse):
    for choices in query.branches():
        assert isinstance(writing.statement(query, {**query.values({}), **choices}), exp.Query)
        answer = warehouse.query(query.path, **choices)
        assert answer.columns == list(query.columns), choices
        assert len(answer) > 0 or query.path in EMPTY_ON_GENERATED_DATA
        assert answer.pl().select(query.grain).is_duplicated().sum() == 0, choices


def test_order_is_total_over_the_grain(query):
    ordered = writing.statement(query, query.values({})).args.get("order")
    assert ordered is not None, "the outermost SELECT has no ORDER BY"


def test_view_answers_as_the_query_does(query, asked):
    assert asked.digest(f"FROM {query.pack}.{query.name}") == asked.of(query)


def test_macro_answers_as_the_query_does_in_every_branch(query, asked):
    assert asked.digest(macro(query, {})) == asked.of(query)
    for choices in query.branches():
        assert asked.digest(macro(query, choices)) == asked.of(query, **choices), choices


def test_view_and_macro_and_columns_have_comments(query, warehouse):
    comments = dict(
        warehouse.sql(
            "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = $pack AND table_name = $name",
            {"pack": query.pack, "name": query.name},
        ).rows()
    )
    assert comments == query.columns


def test_published_columns_are_of_types_that_clients_show(query, asked):
    for name, kind in asked.kinds(f"FROM {query.pack}.{query.name}").items():
        assert not kind.startswith(
            ("HUGEINT", "INTERVAL", "STRUCT", "MAP", "UNION", "BIT", "TIME")
        ) or kind == ("TIMESTAMP"), name
        assert not kind.endswith("[]"), name


def test_parameters_never_take_a_column_name_in_the_macro(query):
    for choices in query.branches():
        for column in writing.statement(query, {**query.values({}), **choices}).find_all(exp.Column):
            assert column.table or column.name not in query.parameters


def test_a_case_exists(query):
    assert any(case.query == query.path for case in CASES)


def test_optional_parameters_change_nothing_when_null(query, asked):
    optional = {name: None for name, parameter in query.parameters.items() if parameter.default is None}
    assert asked.of(query, **optional) == asked.of(query)


def test_literals_parse_back_to_themselves(query):
    for parameter in query.parameters.values():
        text = rewriting.literal(parameter, parameter.default).sql("duckdb")
        assert sqlglot.parse_one(text, read="duckdb").sql("duckdb") == text
