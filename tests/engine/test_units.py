"""The header of a SQL file is read strictly, and its errors name file and line."""

import pytest

from martlet.engine.errors import UnitError
from martlet.engine.units import parse_unit

GOOD = """/*
doc = "A row."
grain = ["a"]

[columns]
a = "The a."
*/
SELECT 1 AS a
"""
KEYS = {"doc": str, "grain": list, "columns": dict}


def parse(text):
    return parse_unit("sql/marts/x.sql", text, keys=KEYS, required=frozenset({"doc", "grain"}))


def test_header_and_statement_are_split():
    unit = parse(GOOD)
    assert unit.name == "x"
    assert unit.folder == "marts"
    assert unit.columns == {"a": "The a."}
    assert unit.body.strip() == "SELECT 1 AS a"


def test_lines_of_the_body_are_those_of_the_file():
    body = parse(GOOD).body.split("\n")
    assert body[GOOD.split("\n").index("SELECT 1 AS a")] == "SELECT 1 AS a"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("doc =", "dok =", r"x\.sql:2: unknown key 'dok'.* Did you mean 'doc'"),
        ("[columns]", "[colums]", r"x\.sql:5: unknown key 'colums'.* Did you mean 'columns'"),
        ('grain = ["a"]', 'grain = "a"', r"x\.sql:3: 'grain' must be a list"),
        ('grain = ["a"]', "", r"x\.sql:1: the header lacks 'grain'"),
        ('"The a."', '"The a.', r"x\.sql:6: the header is no TOML"),
        ("SELECT 1 AS a", "", r"x\.sql:7: there is no statement"),
        ("/*", "--", r"x\.sql:1: the file must begin with a comment"),
    ],
)
def test_malformed_files_are_refused_with_file_and_line(old, new, message):
    with pytest.raises(UnitError, match=message):
        parse(GOOD.replace(old, new))
