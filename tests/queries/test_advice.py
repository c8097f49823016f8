"""Advice is given only where it holds, and is worth what plain Python says: on answers that are drawn, and on those of the company."""

from math import sqrt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine import packs
from martlet.engine.advice import COMPANY

ADVISING = sorted(path for path in packs.queries() if packs.get(path).advice)
COUNT = st.integers(0, 4000)
MONEY = st.integers(-4000, 4000).map(lambda n: n / 4)
ROOMY = st.integers(1, 4000).map(lambda n: n / 4)


def around(rows, name, low, high):
    """Order a value and its ends, as the intervals of answers are."""
    for row in rows:
        row[low], row[name], row[high] = sorted((row[low], row[name], row[high]))


def budget(rows, _company):
    whole = next((row for row in rows if row["campaign_type"] == "(all)"), None)
    kinds = [row for row in rows if row["campaign_type"] != "(all)"]
    more, less = ([row for row in kinds if sign * row["change"] > 0] for sign in (1, -1))
    if whole is None or not more or not less:
        return None
    return whole["expected_change"], whole["change_low"], whole["change_high"]


def roi(rows, _company):
    choices = []
    for row in rows:
        held, compared = row["holdout_recipients"], row["compared_recipients"]
        gain, low, high = (row[f"incremental_revenue{end}"] for end in ("", "_low", "_high"))
        # 2.7 standard errors, of which an interval is 3.92 wide.
        if held < 100 or compared < 100 or abs(gain) <= 0.7 * (high - low):
            continue
        share = held / compared
        choices.append((gain * share, low * share, high * share) if gain > 0 else (-gain, -high, -low))
    return max(choices, key=lambda choice: choice[0], default=None)


def business_impact(rows, _company):
    tested = sum(row["p_value"] is not None for row in rows)
    good = [
        row
        for row in rows
        if row["people"] >= 100
        and row["worth_a_year"] > 0
        and row["p_value"] is not None
        and row["p_value"] < 0.05 / tested
    ]
    best = max(good, key=lambda row: row["worth_low"], default=None)
    return best and (best["worth_a_year"], best["worth_low"], best["worth_high"])


def drop_off(rows, company):
    devices = [row for row in rows if row["property"] == "device" and row["reached"] >= 30]
    most = min(devices, key=lambda row: (-row["lost"], row["value"]), default=None)
    return most and tuple(
        most[name] / 4 * company["order_value"] for name in ("lost", "lost_low", "lost_high")
    )


def performance(rows, company):
    share = company["margin_share"] if company["margin_share"] is not None else 1.0
    found = []
    for row in rows:
        error = share * sqrt(
            (row["conversions"] + 1) * (company["order_value"] ** 2 + company["order_spread"] ** 2)
        )
        loss = row["spend"] - share * row["revenue"]
        if row["spend"] > 0 and loss > 2.8 * error:
            found.append(
                (loss, loss - 1.96 * error, row["spend"] - max(share * row["revenue"] - 1.96 * error, 0))
            )
    return max(found, default=None)


def search_terms(rows, company):
    found = [row for row in rows if row["found_nothing_rate"] == 0 and row["term"] != "(other)"]
    n = sum(row["sessions"] for row in found)
    missed = [
        row
        for row in rows
        if row["found_nothing_rate"] == 1
        and row["conversions"] == 0
        and row["searches"] >= 20
        and row["term"] != "(other)"
    ]
    if n < 100 or not missed:
        return None
    p = sum(row["conversions"] for row in found) / n
    most = min(missed, key=lambda row: (-row["sessions"], row["term"]))
    middle, half = p + 1.96**2 / (2 * n), 1.96 * sqrt(p * (1 - p) / n + 1.96**2 / (4 * n * n))
    ends = [(middle + sign * half) / (1 + 1.96**2 / n) for sign in (-1, 1)]
    return tuple(most["sessions"] * share * company["order_value"] for share in (p, *ends))


NAMES = st.sampled_from(["(all)", "Newsletter", "Promotional", "Welcome", "Loyalty"])
# Of each query: what it is worth, the columns that decide it, what tells a row, and the values that stand in order.
ORACLES = {
    "email/budget": (
        budget,
        {"campaign_type": NAMES, "change": st.integers(-9, 9), "expected_change": MONEY, "change_low": MONEY, "change_high": MONEY},
        "campaign_type",
        ("expected_change", "change_low", "change_high"),
    ),
    "email/roi": (
        roi,
        {"campaign_type": NAMES, "band": st.just("(all)"), "holdout_recipients": COUNT, "compared_recipients": COUNT, "incremental_revenue": MONEY, "incremental_revenue_low": MONEY, "incremental_revenue_high": MONEY},
        "campaign_type",
        ("incremental_revenue", "incremental_revenue_low", "incremental_revenue_high"),
    ),
    "experiment/business_impact": (
        business_impact,
        {"experiment_id": st.sampled_from("ABCDEF"), "experiment": st.just("x"), "variant": st.just("v"), "people": COUNT, "worth_a_year": MONEY, "worth_low": MONEY, "worth_high": MONEY, "p_value": st.sampled_from([None, 0.0001, 0.01, 0.02, 0.4])},
        "experiment_id",
        ("worth_a_year", "worth_low", "worth_high"),
    ),
    "funnel/drop_off": (
        drop_off,
        {"property": st.sampled_from(["device", "channel"]), "value": st.sampled_from(["mobile", "tablet", "desktop"]), "best_value": st.just("desktop"), "conversion_rate": st.just(0.1), "best_rate": st.just(0.2), "reached": COUNT, "lost": MONEY, "lost_low": MONEY, "lost_high": MONEY},
        "value",
        ("lost", "lost_low", "lost_high"),
    ),
    "spend/performance": (
        performance,
        {"model": st.just("linear"), "channel": NAMES, "spend": MONEY.map(lambda n: 40 * abs(n)), "revenue": ROOMY, "conversions": st.integers(0, 40)},
        "channel",
        None,
    ),
    "web/search_terms": (
        search_terms,
        {"term": st.sampled_from(["(other)", "umbrella", "mouse", "drone", "lamp"]), "searches": COUNT, "sessions": COUNT, "found_nothing_rate": st.sampled_from([0.0, 0.0, 0.5, 1.0, None]), "conversions": st.sampled_from([0, 0, 3])},
        "term",
        None,
    ),
}  # fmt: skip
COMPANIES = st.fixed_dictionaries(
    dict.fromkeys(COMPANY, ROOMY) | {"margin_share": st.sampled_from([None, 0.25, 0.5, 1.0])}
)


def table_of(rows):
    kinds = {float: pa.float64(), int: pa.int64(), str: pa.string()}
    found = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        known = next((value for value in values if value is not None), 0.0)
        found[name] = pa.array(values, kinds[type(known)])
    return pa.table(found)


def expected(oracle, rows, company):
    """Return the worth and its ends, None where they do not lie above 0 in order."""
    worth = oracle(rows, company)
    return worth if worth is not None and 0 < worth[1] <= worth[0] <= worth[2] else None


def test_every_advice_has_an_oracle():
    assert sorted(ORACLES) == ADVISING


@pytest.mark.parametrize("path", ADVISING)
@given(st.data())
def test_the_worth_is_that_of_plain_python_or_nothing_is_advised(path, data):
    oracle, columns, unique, interval = ORACLES[path]
    rows = data.draw(
        st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=6, unique_by=lambda row: row[unique])
    )
    for row in rows:
        if "sessions" in row:
            row["conversions"] = min(row["conversions"], row["sessions"])
    if interval:
        around(rows, *interval)
    company = data.draw(COMPANIES)
    advised = packs.get(path).advice.of(table_of(rows), table_of([company]))
    worth = expected(oracle, rows, company)
    assert (advised is None) == (worth is None)
    if advised is not None:
        # Constants of Wilson's interval are written with two digits in the SQL.
        assert (advised.worth, advised.low, advised.high) == pytest.approx(worth, rel=2e-3)
        assert 0 < advised.low <= advised.worth <= advised.high


@pytest.mark.parametrize("path", ADVISING)
def test_the_advice_of_a_company_holds_or_is_not_given(path, warehouse):
    oracle = ORACLES[path][0]
    company = dict.fromkeys(COMPANY, 50.0) | {"margin_share": None}
    result = warehouse.query(path)
    advised = packs.get(path).advice.of(result.arrow(), table_of([company]))
    rows = [
        {name: float(value) if hasattr(value, "as_tuple") else value for name, value in row.items()}
        for row in result.arrow().to_pylist()
    ]
    if path == "funnel/drop_off":
        rows = [row for row in rows if row["value"] not in ("(unknown)", "(other)")]
    known = [row for row in rows if all(row[name] is not None for name in ORACLES[path][3] or ())]
    worth = expected(oracle, known, company) if known else None
    assert (advised is None) == (worth is None)
    if advised is not None:
        assert advised.worth == pytest.approx(worth[0], rel=2e-3)
        assert "{" not in advised.text + advised.period + advised.assumption
