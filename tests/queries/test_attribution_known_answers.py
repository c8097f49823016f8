"""attribution/channels against published examples: PostHog's test cases, and DP6's nine paths."""

import json
from datetime import timedelta
from fractions import Fraction

import pytest

from .in_memory import moment

CONVERSION = moment("2023-01-10T12:00")
MODELS = {
    "first_touch": "first",
    "last_touch": "last",
    "linear": "linear",
    "time_decay": "time_decay",
    "position_based": "position",
}


@pytest.fixture(scope="module")
def cases(shared):
    text = (shared / "known_answers/posthog/attribution_vectors.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)["cases"]}


def at(text):
    """Return a moment of the published cases: absolute, or days or hours before the conversion."""
    if text.startswith("-"):
        number, unit = text[1:].split()[0][:-1], text.split()[0][-1]
        return CONVERSION - timedelta(**{{"d": "days", "h": "hours"}[unit]: int(number)})
    return moment(text.removesuffix("Z"))


def fill(star, conversions, touches):
    """Fill with conversions (customer, moment, revenue) and touches (customer, moment, channel's name)."""
    names = sorted({name for _, _, name in touches})
    keys = {name: key for key, name in enumerate(names, 101)}
    star.fill(
        dim_channel=[{"channel_key": key, "channel": name} for name, key in keys.items()],
        fact_order=[
            {"order_id": number, "customer_key": customer, "ordered_at": when, "net_revenue": revenue}
            for number, (customer, when, revenue) in enumerate(conversions, 1)
        ],
        fact_touchpoint=[
            {"touchpoint_id": number, "customer_key": customer, "touched_at": when, "channel_key": keys[name]}
            for number, (customer, when, name) in enumerate(touches, 1)
        ],
    )


def answer(star, **params):
    return {row["channel"]: row for row in star.ask("attribution/channels", **params)}


def credited(star, **params):
    return {name: row["conversions"] for name, row in answer(star, **params).items() if row["conversions"]}


def approx(expected):
    return pytest.approx(
        {name: float(Fraction(str(share))) for name, share in expected.items() if share}, rel=1e-9
    )


@pytest.mark.parametrize("theirs", MODELS)
def test_three_touches(star, cases, theirs):
    case = cases["three_touches_all_models"]
    fill(
        star,
        [(1, at(case["conversion"]), case["revenue"])],
        [(1, at(t), name) for t, name in case["touches"]],
    )
    params = {"lookback_days": case["window_days"], "half_life_days": case["half_life_days"]}
    rows = answer(star, model=MODELS[theirs], **params)
    expected = {name: float(Fraction(str(share))) for name, share in case["expected"][theirs].items()}
    assert credited(star, model=MODELS[theirs], **params) == pytest.approx(expected, rel=1e-9)
    revenue = {name: rows[name]["revenue"] for name in expected}
    assert revenue == pytest.approx(
        {name: share * case["revenue"] for name, share in expected.items()}, rel=1e-9
    )


def test_excluded_direct_gives_its_credit_to_the_others(star, cases):
    case = cases["exclude_direct_redistributes"]
    fill(star, [(1, CONVERSION, 100)], [(1, at(t), name) for t, name in case["touches"]])
    assert credited(star) == approx(case["expected_linear"]["with_direct"])
    assert credited(star, exclude_channels=["Direct"]) == approx(case["expected_linear"]["exclude_direct"])


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("repeat_touch_sums", {}),
        ("session_grain", {}),
        ("outside_window", {"lookback_days": 4}),
        ("lookback_override_2d", {"lookback_days": 2}),
    ],
)
def test_linear(star, cases, name, params):
    # In "session_grain", three page views of one session are one visit, hence one touch.
    fill(star, [(1, CONVERSION, 100)], [(1, at(t), channel) for t, channel in cases[name]["touches"]])
    assert credited(star, **params) == approx(cases[name]["expected_linear"])


def test_conversions_without_touch_are_reported(star):
    fill(star, [(1, CONVERSION, 100), (2, CONVERSION, 100)], [(1, at("-1d"), "a")])
    assert credited(star) == {"a": 1, "(unattributed)": 1}


def test_conversions_of_the_same_second_are_kept_apart(star):
    fill(star, [(1, CONVERSION, 100), (1, CONVERSION, 100)], [(1, at("-1d"), "a")])
    row = answer(star)["a"]
    assert (row["influenced_conversions"], row["influenced_revenue"], row["touches"]) == (2, 200, 1)


def test_influenced_overlaps_and_credited_does_not(star):
    touches = [(customer, at(t), name) for customer in (1, 2) for t, name in (("-2d", "a"), ("-1d", "b"))]
    fill(star, [(1, CONVERSION, 100), (2, CONVERSION, 100)], touches)
    rows = answer(star)
    assert [rows[name]["influenced_conversions"] for name in ("a", "b", "(unattributed)")] == [2, 2, 0]
    assert sum(row["conversions"] for row in rows.values()) == 2


def test_all_conversions_or_each_customers_first(star):
    fill(star, [(1, CONVERSION + timedelta(hours=n), 100) for n in range(3)], [(1, at("-1d"), "a")])
    assert credited(star) == {"a": 3}
    assert credited(star, conversions_per_customer="first") == {"a": 1}


def test_touches_before_the_range_count_and_conversions_do_not(star):
    conversions = [(1, moment("2022-12-31"), 50), (1, moment("2023-01-02"), 100)]
    fill(star, conversions, [(1, moment("2022-12-30"), "a")])
    row = answer(star, start="2023-01-01")["a"]
    assert (row["conversions"], row["revenue"]) == (1, 100)


@pytest.mark.parametrize(
    ("model", "theirs"),
    [("first", "first"), ("last", "last"), ("linear", "linear"), ("position", "position_40_20_40")],
)
def test_nine_paths(star, shared, model, theirs):
    text = (shared / "known_answers/dp6_mam/algorithmic_worked_examples.json").read_text(encoding="utf-8")
    case = json.loads(text)["dp6_9path"]
    conversions, touches = [], []
    for customer, path in enumerate(case["paths"], 1):
        conversions.append((customer, CONVERSION, case["value_each"]))
        steps = path.split(" > ")
        touches += [
            (customer, CONVERSION - timedelta(days=len(steps) - n), name) for n, name in enumerate(steps)
        ]
    fill(star, conversions, touches)
    rows = answer(star, model=model)
    revenue = {name: row["revenue"] for name, row in rows.items()}
    assert revenue == pytest.approx({**case[theirs], "(unattributed)": 0}, rel=1e-9)
