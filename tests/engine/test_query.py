"""The engine: strict templates, and one statement that is asked in four ways."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from martlet.engine import rewriting, writing
from martlet.engine.errors import UnitError
from martlet.engine.query import load

TEXT = """/*
question = "How many?"
doc      = "A count."
grain    = ["word"]

[params]
kind  = { type = "choice", of = ["small", "large"], default = "small", doc = "Which half." }
limit_at = { type = "int", min = 0, max = 9, default = 5, doc = "Where the halves part." }
since = { type = "timestamp", doc = "Lower bound." }
words = { type = "list[str]", default = ["a", "b"], doc = "Which words count." }
label = { type = "str", default = "x", doc = "A label." }

[columns]
word  = "The word."
label_given = "The label."
total = "How many."
*/
WITH given AS (
    SELECT * FROM (VALUES ('a', 1), ('a', 7), ('b', 8), ('c', 9)) AS v (word, size)
)

SELECT
    given.word,
    $label AS label_given,
    count(*) AS total
FROM given
{% if kind == "small" %}
WHERE given.size < $limit_at
{% else %}
WHERE given.size >= $limit_at
{% endif %}
    AND list_contains($words, given.word)
    AND ($since IS NULL OR $since < TIMESTAMP '2030-01-01')
GROUP BY given.word
ORDER BY given.word
"""
PATH = "queries/pack/words.sql"


def query(old="", new=""):
    assert old in TEXT
    found = load(PATH, TEXT.replace(old, new) if old else TEXT)
    found.check()
    return found


def bound_in(rendered, values):
    (statement,) = duckdb.extract_statements(rendered.sql)
    return {name: values[name] for name in statement.named_parameters}


def answers(**params):
    """Ask bound, as literals and as a macro."""
    asked = query()
    values = asked.values(params)
    rendered = asked.render(values)
    bound = bound_in(rendered, values)
    with duckdb.connect() as connection:
        signature = ", ".join(f"{name} := NULL" for name in asked.parameters)
        connection.execute(f"CREATE MACRO words({signature}) AS TABLE {writing.macro(asked)}")
        call = ", ".join(
            f"{name} := {rewriting.literal(parameter, values[name]).sql('duckdb')}"
            for name, parameter in asked.parameters.items()
        )
        return (
            connection.execute(rendered.sql, bound).fetchall(),
            connection.execute(writing.literal(asked, values).sql("duckdb")).fetchall(),
            connection.execute(f"FROM words({call}) ORDER BY word").fetchall(),
        )


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        ({}, [("a", "x", 1)]),
        ({"kind": "large"}, [("a", "x", 1), ("b", "x", 1)]),
        ({"kind": "large", "words": "c", "label": "it's"}, [("c", "it's", 1)]),
        ({"limit_at": "0"}, []),
        ({"since": "2031-01-01"}, []),
        ({"words": []}, []),
    ],
)
def test_bound_literal_and_macro_agree(params, rows):
    assert answers(**params) == (rows, rows, rows)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("limit_at := 10", "limit_at must be a whole number from 0 to 9"),
        ("limit_at := NULL", "limit_at must be a whole number from 0 to 9"),
        ("kind := 'smal'", "kind must be one of small, large"),
    ],
)
def test_macro_holds_its_arguments_to_their_bounds(call, message):
    asked = query()
    with duckdb.connect() as connection:
        connection.execute(f"CREATE MACRO words({writing.signature(asked)}) AS TABLE {writing.macro(asked)}")
        assert connection.execute("FROM words()").fetchall() == [("a", "x", 1)]
        with pytest.raises(duckdb.Error, match=message):
            connection.execute(f"FROM words({call})").fetchall()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "$limit_at\n{% else",
            "$limit\n{% else",
            r"words\.sql:28: parameter 'limit' is not declared.*'limit_at'",
        ),
        ("$label AS", "'x' AS", r"words\.sql:11: parameter 'label' is declared but not used"),
        (
            'kind == "small"',
            'limit_at == "small"',
            r"words\.sql:27: Jinja may only use choices; .* write \$limit_at",
        ),
        ('kind == "small"', 'kin == "small"', r"words\.sql:27: parameter 'kin' is not declared.*'kind'"),
        ("{% else %}", "{% els %}", r"words\.sql:29: .*els"),
        (
            'grain    = ["word"]',
            'grain    = ["wrd"]',
            r"words\.sql:4: the grain's 'wrd' is no column.*'word'",
        ),
        ("limit_at = {", "size = {", r"words\.sql:2\d: parameter 'limit_at' is not declared"),
    ],
)
def test_malformed_units_are_refused_with_file_and_line(old, new, message):
    with pytest.raises(UnitError, match=message):
        query(old, new)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("count(*) AS total", "count(* AS total", r"words\.sql:\d+: Expecting"),
        ("ORDER BY given.word", "ORDER BY given.word; SELECT 1", "exactly one SELECT"),
        ("WITH given AS (", "CREATE TABLE t AS WITH given AS (", "exactly one SELECT"),
    ],
)
def test_a_statement_that_is_no_select_is_refused(old, new, message):
    asked = query(old, new)
    with pytest.raises(UnitError, match=message):
        writing.statement(asked, asked.values({}))


COUNTED = ('words = { type = "list[str]",', 'words = { type = "list[str]", least = 1, most = 3,')
BY_LENGTH = (
    "    AND list_contains($words, given.word)",
    "    AND given.word IN ({% for n in range(1, words_length + 1) %}coalesce(list_extract($words, {{ n }}), ''), {% endfor %}'')",
)


def test_a_query_carries_as_much_as_its_list_is_long_and_a_macro_the_most():
    counted = load(PATH, TEXT.replace(*COUNTED).replace(*BY_LENGTH))
    counted.check()
    for words in (["a"], ["b", "c", "a"]):
        values = counted.values({"words": words, "kind": "large"})
        rendered = counted.render(values)
        assert rendered.sql.count("list_extract") == len(words)
        with duckdb.connect() as connection:
            connection.execute(
                f"CREATE MACRO words({writing.signature(counted)}) AS TABLE {writing.macro(counted)}"
            )
            expected = [(word, "x", 1) for word in sorted(words)]
            assert connection.execute(rendered.sql, bound_in(rendered, values)).fetchall() == expected
            asked = f"FROM words(kind := 'large', words := {words}) ORDER BY word"
            assert connection.execute(asked).fetchall() == expected
            with pytest.raises(duckdb.Error, match="words must be a list of 1 to 3"):
                connection.execute("FROM words(words := ['a', 'b', 'c', 'd'])").fetchall()


def test_the_length_of_a_list_without_a_bound_is_not_known():
    with pytest.raises(UnitError, match="parameter 'words_length' is not declared"):
        query(*BY_LENGTH)


def test_a_template_knows_whether_it_is_installed():
    asked = load(PATH, TEXT.replace("$label AS", "'{{ is_installed }}' || $label AS"))
    asked.check()
    assert "'False'" in asked.render(asked.values({})).sql
    assert "'True'" in writing.view(asked)
    assert "'True'" in writing.macro(asked)


def test_a_column_with_a_parameters_name_is_refused():
    asked = query("given.word,\n    $label AS label_given", "word,\n    $label AS label_given")
    assert writing.macro(asked)
    captured = load(PATH, TEXT.replace("label", "size").replace("given.size", "size"))
    with pytest.raises(UnitError, match="parameter 'size' has the name of a column"):
        writing.macro(captured)


def test_lines_of_the_rendered_text_lead_back_to_the_file():
    asked = query()
    rendered = asked.render({"kind": "large"})
    lines = rendered.sql.split("\n")
    number = next(number for number, line in enumerate(lines, 1) if "given.size >=" in line)
    assert (
        rendered.origin(number) == f"{PATH}:{TEXT.split(chr(10)).index('WHERE given.size >= $limit_at') + 1}"
    )
    assert "\ue000" not in rendered.sql


def shape(statement):
    """The statement with every literal blanked."""
    blank = statement.transform(
        lambda node: (
            exp.Literal.string("_") if isinstance(node, (exp.Literal, exp.Boolean, exp.Null)) else node
        )
    )
    return blank.sql("duckdb")


@given(
    label=st.text().filter(lambda text: "\0" not in text),
    words=st.lists(st.text(min_size=1), min_size=2, max_size=2),
)
def test_no_value_changes_the_shape_of_the_statement(label, words):
    asked = query()
    plain = writing.literal(asked, asked.values({}))
    words = [word.replace("\0", "") for word in words]
    values = asked.values({"label": label, "words": words})
    assert shape(writing.literal(asked, values)) == shape(plain)
    text = writing.literal(asked, values).sql("duckdb")
    rendered = asked.render(values)
    bound = bound_in(rendered, values)
    assert rendered == asked.render(asked.values({})), "a bound value changed the text"
    with duckdb.connect() as connection:
        assert len(connection.extract_statements(text)) == 1
        assert connection.execute(text).fetchall() == connection.execute(rendered.sql, bound).fetchall()
