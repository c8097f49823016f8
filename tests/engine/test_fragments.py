"""A statement cut up, compiled piece by piece and joined again is the statement."""

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine import fragments, lexing
from martlet.engine.fragments import NotOneSelect, compiled

NAMES = st.sampled_from(["orders", "touches", '"order by"', "_x1"])
# What could mislead who counts parentheses: in strings, names and comments they mean nothing.
VALUES = st.sampled_from(
    [
        "1",
        "'('",
        "')'",
        "'it''s ('",
        "$p",
        "$limit_at",
        "'$p'",
        "(1 + (2))",
        "$$)($$",
        "count(*)",
        '")"',
        "[1]",
    ]
)
BLANKS = st.sampled_from([" ", "\n", " -- a ) comment (\n", " /* ( $p */ ", "\n\n"])
BODIES = st.builds(
    "SELECT {0} AS a,{1}{2} AS b{3} FROM t WHERE {0} = {2}".format, VALUES, BLANKS, VALUES, BLANKS
)
EXPRESSIONS = st.builds(
    "{0}{1} AS{2}{3}({4})".format,
    NAMES,
    st.sampled_from(["", " (a, b)"]),
    st.sampled_from([" ", "\n"]),
    st.sampled_from(["", "MATERIALIZED ", "NOT MATERIALIZED "]),
    BODIES,
)
STATEMENTS = st.builds(
    "{0}WITH {1}{2}{0}{3}{4}".format,
    BLANKS,
    st.sampled_from(["", "RECURSIVE "]),
    st.lists(EXPRESSIONS, min_size=1, max_size=4, unique_by=lambda text: text.split()[0]).map(" , ".join),
    BODIES,
    st.sampled_from(["", " UNION ALL (SELECT 1, ')')", " ORDER BY a"]),
)


def meaning(sql):
    return sqlglot.parse_one(sql, read="duckdb").sql("duckdb", comments=False)


@given(STATEMENTS)
def test_pieces_joined_again_are_the_statement(sql):
    assert meaning(compiled(sql).filled(lambda hole: f"${hole.name}")) == meaning(sql)


@given(STATEMENTS)
def test_every_common_table_expression_is_a_piece(sql):
    is_recursive, expressions, rest = lexing.split_expressions(sql)
    parsed = sqlglot.parse_one(sql, read="duckdb")
    assert len(expressions) == len(parsed.ctes)
    assert is_recursive == bool(parsed.args["with_"].args.get("recursive"))
    assert rest.startswith("SELECT")


@given(STATEMENTS)
def test_parameters_are_found_as_the_parser_finds_them(sql):
    parsed = sqlglot.parse_one(sql, read="duckdb")
    placeholders = sorted(node.name for node in parsed.find_all(sqlglot.exp.Placeholder))
    assert sorted(name for name, _ in lexing.parameters(sql)) == placeholders


def test_a_parameter_is_found_with_its_line():
    assert list(lexing.parameters("SELECT $a,\n'$b', -- $c\n\n$d")) == [("a", 1), ("d", 4)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS a",
        "WITH a AS -- (\n (SELECT 1) SELECT * FROM a",
        "WITH a AS (SELECT 1) SELECT * FROM (WITH b AS (SELECT 2) SELECT * FROM b) UNION ALL SELECT 3",
        "WITH a AS (VALUES (1), ($p)) (SELECT * FROM a)",
    ],
)
def test_other_forms_are_compiled_too(sql):
    assert meaning(compiled(sql).filled(lambda hole: f"${hole.name}")) == meaning(sql)


def test_what_two_statements_share_is_compiled_once():
    shared = "WITH shared AS (SELECT order_id FROM star.fact_order WHERE $since IS NULL)"
    first, second = compiled(f"{shared} SELECT 1 FROM shared"), compiled(f"{shared} SELECT 2 FROM shared")
    assert first.fragments[0] is second.fragments[0]


def test_what_a_statement_reads_does_not_include_its_own_expressions():
    sql = "WITH a AS (SELECT * FROM star.fact_order), b AS (SELECT * FROM a) SELECT main.ratio(1, 2) FROM b, spine"
    assert compiled(sql).reads == {"star.fact_order", "main.ratio", "main.spine"}


def test_a_parameter_beside_aggregates_is_told_from_others():
    (fragment,) = compiled("SELECT $a, sum($b) FROM t WHERE $c GROUP BY ALL").fragments
    holes = {
        piece.name: piece.is_beside_aggregates for piece in fragment.pieces if not isinstance(piece, str)
    }
    assert holes == {"a": True, "b": False, "c": False}


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("WITH a AS (SELECT 1 SELECT 2", sqlglot.ParseError),
        ("WITH a AS (SELECT 1) DELETE FROM t", NotOneSelect),
        ("SELECT 1; SELECT 2", NotOneSelect),
    ],
)
def test_what_is_no_single_select_is_refused(sql, error):
    with pytest.raises(error):
        fragments.compiled(sql)
