"""Every query of every pack, on arrival: header, rendering, columns, grain, views, macros, cases and README."""

import duckdb
import pytest
import sqlglot
from sqlglot import exp

import martlet
from martlet.engine import packs, rewriting, writing
from martlet.engine.connection import named_in
from martlet.engine.errors import MartletError

from ..cases import CASES

QUERIES = sorted(packs.queries())
# A generated company has touches of its own, and no paths that somebody else has counted; 300 customers are too few for a fit, and for products that meet in baskets.
EMPTY_ON_GENERATED_DATA = {
    "attribution/given_paths",
    "features/answer_outcome",
    "features/answers",
    "mix/backtest",
    "mix/budget",
    "mix/contributions",
    "mix/marginal",
    "mix/response",
    "mix/scorecard",
    "mix/weekly",
    "predict/calibration",
    "predict/card",
    "predict/compare",
    "predict/confusion",
    "predict/drift",
    "predict/groups",
    "predict/importance",
    "predict/lift",
    "predict/line",
    "predict/models",
    "predict/scores",
    "predict/words",
    "product/cross_sell",
    "recommend/also_bought",
    "recommend/upsell",
    "segmentation/cluster_personas",
    "segmentation/cluster_profile",
    "segmentation/cluster_quality",
    "segmentation/cluster_scorecard",
    "uplift/deciles",
    "uplift/qini",
    "uplift/scorecard",
    "uplift/whom",
    "value/clv_holdout",
    "value/scorecard",
    "web/site_speed",
}


@pytest.fixture(params=QUERIES)
def query(request):
    return packs.get(request.param)


class Answers:
    """What the generated company answers: each statement runs once, and leaves two numbers and a digest."""

    def __init__(self, path):
        self.warehouse = martlet.open(path)
        self._known = {}
        columns = self.warehouse.sql(
            "SELECT schema_name || '/' || table_name, column_name, data_type FROM duckdb_columns()"
        ).rows()
        self.kinds = {path: {} for path in QUERIES}
        for query, name, kind in columns:
            if query in self.kinds:
                self.kinds[query][name] = kind

    def of(self, query, statement, bound=None):
        """Return the rows of a statement, how many members of the grain they are, and a digest of them in any order.

        Of a float it sees six digits: the last ones depend on the order in which a sum is added up.
        """
        key = statement, repr(bound)
        if key not in self._known:
            values = ", ".join(
                f'round("{name}", 6) + 0.0' if kind == "DOUBLE" else f'"{name}"'
                for name, kind in self.kinds[query.path].items()
            )
            grain = ", ".join(f'"{name}"' for name in query.grain)
            self._known[key] = self.warehouse.sql(
                f"SELECT count(*), count(DISTINCT row({grain})), sum(hash({values})) FROM ({statement}\n) AS answer",
                bound,
            ).rows()[0]
        return self._known[key]

    def of_query(self, query, **params):
        """Return the same of a query of a pack, its values bound."""
        values = query.values(params)
        sql = query.render(values).sql
        return self.of(query, sql, named_in(self.warehouse._file.connection, sql, values))


@pytest.fixture(scope="module")
def answers(warehouse_path):
    found = Answers(warehouse_path)
    yield found
    found.warehouse.close()


def test_every_branch_is_one_select_of_the_documented_columns(query):
    for choices in query.branches():
        statement = writing.statement(query, {**query.values({}), **choices})
        assert isinstance(statement, exp.Query)
        assert statement.named_selects == list(query.columns), choices


def test_grain_is_unique_on_generated_data(query, answers):
    for choices in query.branches():
        rows, members, _ = answers.of_query(query, **choices)
        assert rows > 0 or query.path in EMPTY_ON_GENERATED_DATA, choices
        assert rows == members, choices


def test_order_is_total_over_the_grain(query):
    ordered = writing.statement(query, query.values({})).args.get("order")
    assert ordered is not None, "the outermost SELECT has no ORDER BY"


def test_view_and_literals_answer_as_the_query_does(query, answers):
    expected = answers.of_query(query)
    assert answers.of(query, f"FROM {query.pack}.{query.name}") == expected
    assert answers.of(query, writing.literal(query, query.values({})).sql("duckdb")) == expected


def test_macro_answers_as_the_query_does_in_every_branch(query, answers):
    for choices in query.branches():
        given = ", ".join(f"{name} := '{word}'" for name, word in choices.items())
        macro = answers.of(query, f"FROM {query.pack}.{query.name}({given})")
        assert macro == answers.of_query(query, **choices), choices


SELECTIVE = [
    (path, parameter.name, word)
    for path in QUERIES
    for parameter in packs.get(path).selective
    for word in parameter.of
]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "name", "word"), SELECTIVE, ids=lambda value: value.replace("/", "."))
def test_a_query_with_the_parts_of_one_word_answers_as_the_macro_with_all_parts(path, name, word, answers):
    query = packs.get(path)
    call = f"FROM {query.pack}.{query.name}({name} := ['{word}'])"
    try:
        expected = answers.of_query(query, **{name: [word]})
    except MartletError:
        # What one word alone can't be asked of, neither form answers.
        with pytest.raises((MartletError, duckdb.Error)):
            answers.of(query, call)
        return
    assert answers.of(query, call) == expected


def test_view_and_macro_and_columns_have_comments(query, warehouse):
    comments = dict(
        warehouse.sql(
            "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = $pack AND table_name = $name ORDER BY column_index",
            {"pack": query.pack, "name": query.name},
        ).rows()
    )
    assert list(comments.items()) == list(query.columns.items())
    kinds = warehouse.sql(
        "SELECT 'table' FROM duckdb_tables() WHERE schema_name = $pack AND table_name = $name AND comment = $comment "
        "UNION ALL "
        "SELECT 'view' FROM duckdb_views() WHERE schema_name = $pack AND view_name = $name AND comment = $comment",
        {"pack": query.pack, "name": query.name, "comment": query.comment},
    ).rows()
    assert kinds == [("table" if query.stored else "view",)]


def test_published_columns_are_of_types_that_clients_show(query, answers):
    for name, kind in answers.kinds[query.path].items():
        assert not kind.startswith(
            ("HUGEINT", "INTERVAL", "STRUCT", "MAP", "UNION", "BIT", "TIME")
        ) or kind == ("TIMESTAMP"), name
        assert not kind.endswith("[]"), name


def test_parameters_never_take_a_column_name_in_the_macro(query):
    for choices in query.branches():
        for column in writing.statement(query, {**query.values({}), **choices}).find_all(exp.Column):
            assert column.table or column.name not in query.parameters


def test_what_is_installed_is_written_alike_each_time(warehouse):
    # DuckDB keeps the columns that a star leaves out, or replaces, in an order that differs from run to run.
    found = warehouse.sql("""
        WITH installed AS (
            SELECT schema_name AS pack, view_name AS name, sql AS body FROM duckdb_views() WHERE NOT internal
            UNION ALL
            SELECT schema_name, function_name, macro_definition FROM duckdb_functions() WHERE NOT internal
        )
        SELECT DISTINCT pack, name FROM installed
        WHERE regexp_matches(body, '(EXCLUDE|[*] REPLACE) [(][^()]*,') ORDER BY ALL""").rows()
    assert found == []


# Measures of different scales side by side: no axis fits them all. Sentences.
WITHOUT_A_PICTURE = {"email/summary", "predict/card"}


def test_every_query_says_how_its_answer_is_told(query):
    assert query.headline != tuple(query.columns) or len(query.columns) <= 8
    assert query.finding is not None
    assert (query.chart is None) == (query.path in WITHOUT_A_PICTURE)


def test_of_no_rows_nothing_is_said(query, answers):
    nothing = answers.warehouse.sql(f"FROM {query.pack}.{query.name} LIMIT 0").arrow()
    assert query.finding.of(nothing) is None


def test_a_case_exists(query):
    assert any(case.query == query.path for case in CASES)


def test_optional_parameters_change_nothing_when_null(query, answers):
    optional = {name: None for name, parameter in query.parameters.items() if parameter.default is None}
    assert answers.of_query(query, **optional) == answers.of_query(query)


def test_literals_parse_back_to_themselves(query):
    for parameter in query.parameters.values():
        text = rewriting.literal(parameter, parameter.default).sql("duckdb")
        assert sqlglot.parse_one(text, read="duckdb").sql("duckdb") == text
