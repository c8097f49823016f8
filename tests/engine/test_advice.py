"""What an answer advises: the header is held to the answer, and advice is given only where the whole interval of its worth lies above 0."""

import pyarrow as pa
import pytest

from martlet.engine.advice import COMPANY, Advised
from martlet.engine.errors import UnitError
from martlet.engine.query import load

TEXT = """/*
question = "Which channel?"
doc      = "Channels."
grain    = ["channel"]

[params]
by = { type = "choice", of = ["channel", "campaign"], default = "channel", doc = "What a row is." }

[advice]
text = "Spend more on {channel}, which has {orders:count} orders."
assumption = "The next orders cost what these did ({orders:count})."
unit = "net revenue"
period = "in {days:days}"
only = { by = "channel" }
sql = "SELECT channel, answer.orders, days, gain AS worth, low AS worth_low, gain * 2 AS worth_high FROM answer CROSS JOIN company ORDER BY gain DESC"

[columns]
channel = "Channel."
orders = "Orders."
gain = "Gain."
low = "Its lower end."
*/
SELECT 'a' AS channel, 3 AS orders, 0.5 AS gain, 0.2 AS low WHERE $by <> '' ORDER BY channel
"""
COMPANY_ROW = pa.table({name: [7.0] for name in COMPANY})


def query(old="", new=""):
    assert old in TEXT
    found = load("queries/pack/words.sql", TEXT.replace(old, new) if old else TEXT)
    found.check()
    return found


def advised(gain, low, **values):
    answer = pa.table(
        {
            "channel": ["b"],
            "orders": [3],
            "gain": pa.array([gain], pa.float64()),
            "low": pa.array([low], pa.float64()),
        }
    )
    return query().advice.of(answer, COMPANY_ROW, values or None)


def test_an_advice_has_its_numbers_its_time_and_its_assumption():
    assert advised(10.0, 4.0) == Advised(
        text="Spend more on b, which has 3 orders.",
        worth=10.0,
        low=4.0,
        high=20.0,
        unit="net revenue",
        period="in 7 days",
        assumption="The next orders cost what these did (3).",
    )


@pytest.mark.parametrize(
    ("gain", "low"), [(10.0, 0.0), (10.0, -1.0), (-2.0, -4.0), (None, 1.0), (10.0, None), (10.0, 11.0)]
)
def test_what_may_be_worth_nothing_is_not_advised(gain, low):
    assert advised(gain, low) is None


def test_an_advice_is_given_with_the_parameters_alone_for_which_it_makes_sense():
    assert advised(10.0, 4.0, by="channel") is not None
    assert advised(10.0, 4.0, by="campaign") is None


def test_of_no_rows_nothing_is_advised():
    empty = pa.table({"channel": ["b"], "orders": [3], "gain": [1.0], "low": [1.0]}).slice(0, 0)
    assert query().advice.of(empty, COMPANY_ROW) is None


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("low AS worth_low, ", "", "advice names 'worth_low', which is no column of its SQL"),
        (
            "{channel}",
            "{chanel}",
            "advice names 'chanel', which is no column of its SQL. Did you mean 'channel'",
        ),
        (
            "{orders:count} orders",
            "{orders:counts} orders",
            "advice names 'counts', which is no form of a value",
        ),
        ("gain AS worth", "gains AS worth", "advice names 'gains', which is no column"),
        ("FROM answer", "FROM star.fact_order", "may read answer and company alone"),
        ('unit = "net revenue"', 'unit = "revenue"', "advice.unit is 'revenue'"),
        ("only = { by", "only = { bye", "advice names 'bye', which is no parameter. Did you mean 'by'"),
        (
            'assumption = "The next orders cost what these did ({orders:count})."\n',
            "",
            "lacks advice.assumption",
        ),
        ('sql = "SELECT', 'sql = "DELETE', "is no SQL|must be one SELECT"),
    ],
)
def test_a_header_that_advises_what_it_cannot_know_is_refused(old, new, wrong):
    with pytest.raises(UnitError, match=wrong) as caught:
        query(old, new)
    assert str(caught.value).startswith("queries/pack/words.sql:9: ")
