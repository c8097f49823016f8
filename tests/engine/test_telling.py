"""How an answer is told: the header is held to the answer's columns, and a sentence is said only where it is true."""

from dataclasses import replace

import pyarrow as pa
import pytest

from martlet.engine.errors import UnitError
from martlet.engine.query import load

TEXT = """/*
question = "Which channel?"
doc      = "Channels."
grain    = ["channel"]
headline = ["channel", "share"]

[chart]
kind = "bar"
x = "channel"
y = "share"

[finding]
text = "{channel} brings {share:percent} in {days:days}, {revenue:money} of {orders:count} orders."
sql = "SELECT * EXCLUDE (other) FROM answer"

[columns]
channel = "Channel."
share = "Share."
*/
SELECT 'a' AS channel, 0.5 AS share ORDER BY channel
"""
SQL = "SELECT channel, share, share AS days, share AS revenue, share AS orders FROM answer WHERE share > 0.4 ORDER BY share DESC"


def query(old="", new=""):
    text = TEXT.replace("SELECT * EXCLUDE (other) FROM answer", SQL)
    assert old in text
    found = load("queries/pack/words.sql", text.replace(old, new) if old else text)
    found.check()
    return found


def test_a_query_says_what_its_header_says():
    told = query()
    assert told.headline == ("channel", "share")
    assert (told.chart.kind, told.chart.x, told.chart.y) == ("bar", "channel", ("share",))


def test_without_a_headline_all_columns_are_the_answer():
    assert query('headline = ["channel", "share"]\n').headline == ("channel", "share")
    assert query('headline = ["channel", "share"]', 'headline = ["share"]').headline == ("share",)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        (
            'headline = ["channel"',
            'headline = ["chanel"',
            "sql:5: headline names 'chanel', which is no column. Did",
        ),
        ('x = "channel"', 'x = "canal"', "sql:7: chart names 'canal'"),
        ('y = "share"', 'y = ["share", "shares"]', "chart names 'shares'"),
        ('kind = "bar"', 'kind = "pie"', "chart.kind is 'pie'"),
        ('x = "channel"\n', "", "chart lacks chart.x|lacks chart.x"),
        ("{channel}", "{chanel}", "finding names 'chanel', which is no column of its SQL"),
        ("{share:percent}", "{share:per_cent}", "finding names 'per_cent', which is no form"),
        ("FROM answer", "FROM star.fact_order", "reads star.fact_order; it may read answer alone"),
        ("SELECT channel, share,", "SELECT channel, shares AS share,", "finding names 'shares'"),
        (SQL, "DELETE FROM answer", "must be one SELECT"),
        (SQL, "SELECT FROM (", "is no SQL"),
    ],
)
def test_a_header_that_tells_of_what_is_not_there_is_refused(old, new, wrong):
    with pytest.raises(UnitError, match=wrong):
        query(old, new)


def test_a_sentence_is_said_only_where_its_sql_finds_a_row():
    finding = query().finding
    assert finding.of(pa.table({"channel": ["a", "b"], "share": [0.1, 0.2]})) is None
    assert finding.of(pa.table({"channel": ["a", "b"], "share": [0.75, 0.2]})) == (
        "a brings 75.0 % in 0.8 days, 0.75 of 1 orders."
    )


def test_numbers_are_written_as_people_write_them():
    finding = query(
        "share AS days, share AS revenue, share AS orders", "1 AS days, 1234.5 AS revenue, 98765 AS orders"
    )
    assert finding.finding.of(pa.table({"channel": ["a"], "share": [1.0]})) == (
        "a brings 100.0 % in 1 day, 1,234.50 of 98,765 orders."
    )


def test_a_small_number_keeps_two_digits():
    finding = query("{orders:count}", "{orders:number}").finding
    assert finding.of(pa.table({"channel": ["a"], "share": [0.5]})).endswith("of 0.50 orders.")
    small = query("{orders:count}", "{orders:number}").finding
    small = replace(small, sql=small.sql.replace("share > 0.4", "share > 0"))
    assert small.of(pa.table({"channel": ["a"], "share": [0.000412]})).endswith("of 0.00041 orders.")


def test_a_value_that_is_not_known_makes_no_sentence():
    finding = query("share AS days", "CAST(NULL AS INTEGER) AS days").finding
    assert finding.of(pa.table({"channel": ["a"], "share": [1.0]})) is None
