"""Headers of relations say only what can be."""

import pytest

from martlet.engine import relation_files
from martlet.engine.errors import UnitError

CHECK = '/*\ndoc = "x"\nrelation = "star.fact_order"\nseverity = "{severity}"\n{more}\n*/\nSELECT 1 AS reason'
TABLE = '/*\ndoc = "x"\ngrain = ["a"]\n{more}\n[columns]\na = "x"\n*/\nCREATE TABLE star.t (a INTEGER PRIMARY KEY)'


@pytest.mark.parametrize(
    ("path", "text", "wrong"),
    [
        ("sql/checks/c.sql", CHECK.format(severity="fatal", more=""), "sql/checks/c.sql:4: severity must be"),
        (
            "sql/checks/c.sql",
            CHECK.format(severity="warn", more='generated = "no"'),
            "c.sql:5: generated must be",
        ),
        ("sql/checks/c.sql", CHECK.format(severity="warn", more="watched = []"), "unknown key 'watched'"),
        (
            "sql/checks/c.sql",
            CHECK.format(severity="warn", more="").replace('relation = "star.fact_order"\n', ""),
            "lacks 'relation'",
        ),
        (
            "sql/facts/t.sql",
            TABLE.format(more='watched = ["b"]'),
            "t.sql:4: watched names 'b', which is no column",
        ),
        (
            "sql/facts/t.sql",
            TABLE.format(more='personal = ["b"]'),
            "t.sql:4: personal names 'b', which is no column",
        ),
        ("sql/facts/t.sql", TABLE.format(more='natural = ["a"]'), "unknown key 'natural'"),
        ("sql/dims/t.sql", TABLE.format(more='at = "a"'), "unknown key 'at'"),
        ("sql/facts/t.sql", TABLE.format(more='at = "b"'), "t.sql:4: at names 'b', which is no column"),
        ("sql/facts/t.sql", TABLE.format(more='open = ["b"]'), "t.sql:4: open names 'b', which is no column"),
        (
            "sql/facts/t.sql",
            TABLE.format(more='open_where = "a > 1"'),
            "t.sql:4: open_where means nothing without 'open'",
        ),
        (
            "sql/facts/t.sql",
            TABLE.format(more='open = ["a"]\nopen_where = "aa > 1"'),
            "t.sql:5: open_where names 'aa', which is no column. Did you mean 'a'",
        ),
        ("sql/dims/t.sql", TABLE.format(more="unknown = 1"), "t.sql:4: 'unknown' must be a bool"),
        ("sql/dims/t.sql", TABLE.format(more='natural = ["b"]'), "t.sql:4: natural names 'b'"),
        (
            "sql/dims/t.sql",
            TABLE.format(more='alias = "a"'),
            "t.sql:4: alias means nothing without 'natural'",
        ),
        (
            "sql/dims/t.sql",
            TABLE.format(more='natural = ["a"]\nalias = "lower(b)"'),
            "t.sql:5: alias names 'b', which is no column",
        ),
        (
            "sql/dims/t.sql",
            TABLE.format(more='natural = ["a"]\nalias = "lower("'),
            "t.sql:5: alias is no SQL",
        ),
        (
            "sql/dims/t.sql",
            TABLE.format(more='natural = ["a"]\nalias = "1"'),
            "t.sql:5: alias must be SQL over one column",
        ),
        (
            "sql/dims/t.sql",
            TABLE.format(more='natural = ["a"]\nplaceholder = { a = 1 }'),
            "t.sql:5: placeholder.a must be SQL in quotes, not 1",
        ),
        (
            "sql/dims/t.sql",
            TABLE.format(more='natural = ["a"]\nplaceholder = { a = "b" }'),
            "t.sql:5: placeholder names 'b', which is no natural column",
        ),
    ],
)
def test_wrong_headers_are_refused_with_their_line(path, text, wrong):
    with pytest.raises(UnitError, match=wrong):
        relation_files._relation(path, text)


def test_a_check_of_nothing_is_refused(monkeypatch):
    text = CHECK.format(severity="warn", more="").replace("fact_order", "fact_ordr")
    monkeypatch.setattr(relation_files, "read_folder", lambda _: [("sql/checks/c.sql", text)])
    with pytest.raises(UnitError, match="c.sql:3: there is no relation or schema 'star.fact_ordr' to check"):
        relation_files.read()


HISTORY = '/*\ndoc = "x"\ngrain = ["k"]\n[columns]\n{columns}\n*/\nCREATE TABLE star.t_history (k INTEGER PRIMARY KEY, {key})'
TRACKED = TABLE.format(more='natural = ["a"]\ntracked = ["a"]\npersonal = ["a"]')
VERSIONS = ("k", "a", "valid_from", "valid_until", "is_current")
REFERENCE = "a INTEGER REFERENCES star.t (a)"


@pytest.mark.parametrize(
    ("columns", "key", "wrong"),
    [
        (None, "", r"t.sql:5: tracked needs a table star.t_history"),
        (VERSIONS[:-1], REFERENCE, r"t_history.sql:1: the history of star.t lacks is_current"),
        (VERSIONS, "a INTEGER", r"lacks key that references star.t"),
        (VERSIONS, REFERENCE, r"a is personal in star.t, so it must be here"),
    ],
)
def test_tracked_columns_without_a_place_for_their_versions_are_refused(monkeypatch, columns, key, wrong):
    files = [("sql/dims/t.sql", TRACKED)]
    if columns:
        docs = "\n".join(f'{name} = "x"' for name in columns)
        files.append(("sql/dims/t_history.sql", HISTORY.format(columns=docs, key=key)))
    monkeypatch.setattr(relation_files, "read_folder", lambda _: files)
    with pytest.raises(UnitError, match=wrong):
        relation_files.read()
