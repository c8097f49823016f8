"""Headers of relations say only what can be."""

import pytest

from martlet.engine import relations
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
    ],
)
def test_wrong_headers_are_refused_with_their_line(path, text, wrong):
    with pytest.raises(UnitError, match=wrong):
        relations._relation(path, text)


def test_a_check_of_nothing_is_refused(monkeypatch):
    text = CHECK.format(severity="warn", more="").replace("fact_order", "fact_ordr")
    monkeypatch.setattr(relations, "read_folder", lambda _: [("sql/checks/c.sql", text)])
    with pytest.raises(UnitError, match="c.sql:3: there is no relation or schema 'star.fact_ordr' to check"):
        relations.relations.__wrapped__()
