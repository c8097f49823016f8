"""funnel/conversion and those that stand on it against brute force: every way to pass the steps is tried, on random small histories."""

from datetime import datetime, timedelta
from decimal import Decimal
from statistics import mean, median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .funnel_by_hand import STAGES, Company, attempts_of, fits, unit_of

ORIGIN = datetime(2024, 1, 1)
MINUTE = timedelta(minutes=1)
COMPANY = Company(
    sessions={
        1: {"channel": "Direct", "device": "mobile"},
        2: {"channel": "Organic Search", "device": "desktop"},
        3: {"channel": "Direct", "device": "desktop"},
    },
    pages={1: ("/", "home"), 2: ("/cart", "cart"), 3: ("/blog/one", "blog"), 4: ("/blog/two", "blog")},
    products={
        1: {"product_id": "SKU-1", "name": "Lamp", "category": "Home"},
        2: {"product_id": "SKU-2", "name": "Rug", "category": "Home"},
    },
    customer_of_visitor={1: 1, 2: 1, 3: 0},
)
PLAIN_STEPS = STAGES[:3]
OTHER_STEPS = [
    "event:search", "event:swipe", "page:cart", "page:/blog/*", "category:Home", "product:SKU-1", "value>=20",
    "Add to Cart & value<20", "event:page_view & page:/", "event:page_view",
]  # fmt: skip
PLAIN = {
    "step_order": "ordered",
    "min_gap_minutes": 0,
    "max_gap_minutes": None,
    "exclusions": [],
    "hold_constant": "none",
    "count": "uniques",
    "breakdown_at": "first",
}

events = st.lists(
    st.fixed_dictionaries(
        {
            "session_id": st.sampled_from([None, 1, 2, 3, 4]),
            "visitor_id": st.sampled_from([None, 1, 1, 2, 3]),
            "customer_key": st.sampled_from([0, 0, 1, 2]),
            "occurred_at": st.integers(0, 12).map(lambda minutes: ORIGIN + minutes * MINUTE),
            "funnel_stage": st.sampled_from([*STAGES[:3], *STAGES[:3], "Checkout", None]),
            "event_name": st.sampled_from(["page_view", "search", "other"]),
            "source_event": st.sampled_from([None, "swipe"]),
            "page_key": st.integers(0, 4),
            "product_key": st.integers(0, 2),
            "value": st.sampled_from([None, Decimal("10.00"), Decimal("20.00")]),
        }
    ),
    max_size=20,
)
parameters = {
    "unit": st.sampled_from(["session", "visitor", "customer"]),
    "window_hours": st.sampled_from([1 / 60, 3 / 60, 5 / 60, 24.0]),
    "breakdown": st.sampled_from(["none", "channel", "device"]),
    "breakdown_at": st.sampled_from(["first", "last", "2"]),
    "start": st.sampled_from([None, None, ORIGIN + 2 * MINUTE]),
    "until": st.sampled_from([None, None, ORIGIN + 8 * MINUTE]),
    "as_of": st.sampled_from([None, ORIGIN + 9 * MINUTE, datetime(2024, 2, 1)]),
}
steps_of_any_kind = st.lists(
    st.one_of(st.sampled_from(PLAIN_STEPS), st.sampled_from(OTHER_STEPS)), min_size=2, max_size=4
)
held = st.sampled_from(["none", "none", "session", "channel", "device", "product", "category"])
plain_questions = st.fixed_dictionaries(
    {**parameters, "steps": st.lists(st.sampled_from(PLAIN_STEPS), min_size=2, max_size=4)}
).map(lambda p: {**PLAIN, **p})
ordered_questions = st.fixed_dictionaries(
    {
        **parameters,
        "steps": st.lists(st.sampled_from([*PLAIN_STEPS, "category:Home"]), min_size=3, max_size=4),
        "exclusions": st.sampled_from(
            [
                [],
                ["event:search"],
                ["event:search between 1 and 2"],
                ["event:search between 2 and 3"],
                ["event:swipe between 2 and 3", "page:cart between 1 and 3"],
            ]
        ),
        "min_gap_minutes": st.sampled_from([0, 0, 2]),
        "max_gap_minutes": st.sampled_from([None, None, 2, 4]),
        "hold_constant": held,
        "count": st.sampled_from(["uniques", "totals"]),
    }
).map(lambda p: {**PLAIN, **p})
strict_questions = st.fixed_dictionaries(
    {
        **parameters,
        "steps": st.lists(
            st.sampled_from(["Homepage", "Product Page", "event:page_view"]), min_size=2, max_size=3
        ),
        "min_gap_minutes": st.sampled_from([0, 1]),
        "max_gap_minutes": st.sampled_from([None, 1]),
        "hold_constant": held,
        "count": st.sampled_from(["uniques", "totals"]),
    }
).map(lambda p: {**PLAIN, **p, "step_order": "strict"})
unordered_questions = st.fixed_dictionaries(
    {
        **parameters,
        "steps": st.lists(
            st.sampled_from([*PLAIN_STEPS, "event:page_view", "category:Home"]), min_size=2, max_size=3
        ),
        "exclusions": st.sampled_from([[], ["event:search"], ["event:swipe", "page:cart"]]),
        "hold_constant": held,
    }
).map(lambda p: {**PLAIN, **p, "step_order": "unordered"})


def fill(star, events):
    star.fill(
        bridge_visitor=[
            {"visitor_id": visitor, "customer_key": key}
            for visitor, key in COMPANY.customer_of_visitor.items()
        ],
        dim_device=[
            {"device_key": 11, "device_type": "mobile", "os": "iOS", "browser": "Safari"},
            {"device_key": 12, "device_type": "desktop", "os": "Linux", "browser": "Firefox"},
            {"device_key": 13, "device_type": "desktop", "os": "macOS", "browser": "Safari"},
        ],
        dim_page=[
            {"page_key": key, "path": path, "page_type": kind} for key, (path, kind) in COMPANY.pages.items()
        ],
        dim_product=[{"product_key": key, **product} for key, product in COMPANY.products.items()],
        fact_session=[
            {"session_id": session, "started_at": ORIGIN, "channel_key": channel, "device_key": device}
            for session, channel, device in [(1, 1, 11), (2, 2, 12), (3, 1, 13)]
        ],
        fact_event=events,
    )


def numbered(events):
    return [{"event_id": number, **event} for number, event in enumerate(events, 1)]


def value_of(unit, attempt, events, p):
    """Return the value of the breakdown for an attempt."""
    if p["breakdown"] == "none":
        return "(all)"
    at = {"first": 1, "last": len(attempt.reached)}.get(p["breakdown_at"]) or int(p["breakdown_at"])
    if at > len(attempt.reached):
        return "(not reached)"
    if p["unit"] == "session":
        session = unit
    else:
        steps = p["steps"] if p["step_order"] == "unordered" else [p["steps"][at - 1]]
        candidates = [
            (event["event_id"], event["session_id"])
            for event in events[unit]
            if event["occurred_at"] == attempt.reached[at - 1]
            and event["session_id"] is not None
            and any(fits(event, step, COMPANY) for step in steps)
        ]
        session = min(candidates, default=(0, None))[1]
    return COMPANY.sessions.get(session, {}).get(p["breakdown"], "(unknown)")


def recompute(events, p):
    found, today = attempts_of(events, p, COMPANY)
    own = {unit: [event for event in events if unit_of(event, p["unit"], COMPANY) == unit] for unit in found}
    outcomes = {}
    for unit, attempts in found.items():
        for attempt in attempts:
            value = value_of(unit, attempt, own, p)
            mature = attempt.entered_at + timedelta(hours=p["window_hours"]) <= today
            outcomes.setdefault(value, []).append((attempt.reached, mature))
    return outcomes


def p90(values):
    return values[0] if len(values) == 1 else quantiles(values, n=10, method="inclusive")[8]


def check(star, events, p):
    events = numbered(events)
    fill(star, events)
    rows = star.ask("funnel/conversion", **p)
    expected = recompute(events, p)
    if events and not expected and p["breakdown"] == "none":
        # Nobody entered, and that is said.
        expected = {"(all)": []}
    assert {row["breakdown_value"] for row in rows} == expected.keys()
    assert len(rows) == len(expected) * len(p["steps"])
    for row in rows:
        attempts, step = expected[row["breakdown_value"]], row["step_number"]
        entered = [path for path, _ in attempts if len(path) >= step]
        last = step == len(p["steps"])
        stopped = [] if last else [is_mature for path, is_mature in attempts if len(path) == step]
        assert row["step"] == p["steps"][step - 1]
        assert row["entered"] == len(entered)
        assert row["dropped"] == stopped.count(True)
        assert row["immature"] == stopped.count(False)
        assert row["entered"] == row["converted"] + row["dropped"] + row["immature"]
        before = sum(len(path) >= step - 1 for path, _ in attempts)
        assert row["conversion_from_previous"] == (len(entered) / before if step > 1 and before else None)
        assert row["conversion_from_first"] == (len(entered) / len(attempts) if attempts else None)
        taken = [(path[step - 1] - path[step - 2]).total_seconds() for path in entered] if step > 1 else []
        assert row["mean_seconds"] == (pytest.approx(mean(taken)) if taken else None)
        assert row["median_seconds"] == (pytest.approx(median(taken)) if taken else None)
        assert row["p90_seconds"] == (pytest.approx(p90(taken)) if taken else None)


@given(events=events, p=plain_questions)
def test_plain_funnels_are_those_of_brute_force(star, events, p):
    check(star, events, p)


@given(events=events, p=ordered_questions)
def test_gaps_exclusions_and_totals_are_those_of_brute_force(star, events, p):
    check(star, events, p)


@given(events=events, p=strict_questions)
def test_strict_funnels_are_those_of_brute_force(star, events, p):
    check(star, events, p)


@given(events=events, p=unordered_questions)
def test_unordered_funnels_are_those_of_brute_force(star, events, p):
    check(star, events, p)


@given(events=events, steps=steps_of_any_kind, p=plain_questions)
def test_steps_of_any_kind_are_those_of_brute_force(star, events, steps, p):
    check(star, events, {**p, "steps": steps})


@given(
    events=events,
    p=st.one_of(plain_questions, ordered_questions, strict_questions, unordered_questions),
    measured_from=st.sampled_from(["previous", "first"]),
)
def test_times_lie_in_their_spans(star, events, p, measured_from):
    events = numbered(events)
    fill(star, events)
    given = {name: value for name, value in p.items() if name not in ("breakdown", "breakdown_at")}
    bounds = [1, 3, 5]
    rows = star.ask("funnel/time_to_convert", **given, measured_from=measured_from, bounds_minutes=bounds)
    found, _ = attempts_of(events, p, COMPANY)
    paths = [attempt.reached for attempts in found.values() for attempt in attempts]
    expected = {}
    for step in range(2, len(p["steps"]) + 1):
        arrived = [path for path in paths if len(path) >= step]
        minutes = [
            (path[step - 1] - path[step - 2 if measured_from == "previous" else 0]) / MINUTE
            for path in arrived
        ]
        places = [sum(taken > bound for bound in bounds) for taken in minutes]
        if places:
            so_far = 0
            for place in range(max(places) + 1):
                so_far += places.count(place)
                key = (step, 60 * [0, *bounds][place], 60 * bounds[place] if place < len(bounds) else None)
                expected[key] = (places.count(place), so_far / len(places))
    assert {
        (row["step_number"], row["from_seconds"], row["until_seconds"]): (
            row["units"],
            row["cumulative_share"],
        )
        for row in rows
    } == expected


def in_days(events):
    """Return the events with days for minutes, so that there are periods."""
    return numbered(
        [{**event, "occurred_at": ORIGIN + 1440 * (event["occurred_at"] - ORIGIN)} for event in events]
    )


def reaches(events, p, begins, ends):
    """Return how far each unit came, and when it entered, where nothing is known but what a period allows: as if only it were asked about."""
    start = begins if p["start"] is None else max(begins, p["start"])
    until = ends if p["until"] is None else min(ends, p["until"])
    today = max(event["occurred_at"] for event in events)
    found, _ = attempts_of(
        events, {**p, "start": start, "until": until, "as_of": p["as_of"] or today}, COMPANY
    )
    return [(len(attempt.reached), attempt.entered_at) for attempts in found.values() for attempt in attempts]


any_order = st.one_of(plain_questions, ordered_questions, strict_questions, unordered_questions)


@given(
    events=events.filter(bool),
    p=any_order,
    asked=st.tuples(
        st.sampled_from(["day", "week", "month"]),
        st.sampled_from([1, 3, 20]),
        st.sampled_from([(None, None), (ORIGIN + timedelta(days=2), ORIGIN + timedelta(days=9))]),
    ),
)
def test_each_period_is_asked_about_by_itself(star, events, p, asked):
    period, days, cut = asked
    events = in_days(events)
    fill(star, events)
    given = {name: value for name, value in p.items() if name not in ("breakdown", "breakdown_at")}
    given |= {"window_hours": 24.0 * days, "start": cut[0], "until": cut[1], "as_of": None}
    given |= {"min_gap_minutes": 1440 * p["min_gap_minutes"]}
    given |= {"max_gap_minutes": p["max_gap_minutes"] and 1440 * p["max_gap_minutes"]}
    rows = star.ask("funnel/trend", **given, period=period)
    first, today = (choose(event["occurred_at"] for event in events) for choose in (min, max))
    periods = {}
    for number in range(13):
        day = ORIGIN.date() + timedelta(days=number)
        begins = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[
            period
        ]
        ends = begins + timedelta(days={"day": 1, "week": 7, "month": 31}[period])
        begins, ends = (datetime.combine(moment, datetime.min.time()) for moment in (begins, ends))
        if own := reaches(events, {**p, **given}, begins, ends):
            is_whole = first.date() <= begins.date() and (
                cut[0] is None or cut[0] <= begins <= ends <= cut[1]
            )
            periods[begins.date()] = own, is_whole and ends + timedelta(days=days) <= today
    assert {(row["period_start"], row["step_number"]) for row in rows} == {
        (begins, step) for begins in periods for step in range(1, len(p["steps"]) + 1)
    }
    for row in rows:
        (attempts, is_complete), step = periods[row["period_start"]], row["step_number"]
        assert row["entered"] == sum(reached >= step for reached, _ in attempts)
        assert row["immature"] == sum(
            reached == step < len(p["steps"]) and at + timedelta(days=days) > today
            for reached, at in attempts
        )
        assert row["conversion_from_first"] == row["entered"] / len(attempts)
        assert row["complete"] == is_complete


@given(events=events.filter(bool), p=any_order, rate=st.sampled_from(["first", "previous"]))
def test_two_periods_are_each_asked_about_by_itself(star, events, p, rate):
    events = in_days(events)
    # Who was there before is there from the first day on.
    events[0]["occurred_at"] = ORIGIN
    fill(star, events)
    given = {name: value for name, value in p.items() if name not in ("breakdown", "breakdown_at")}
    until = ORIGIN + timedelta(days=10)
    given |= {"window_hours": 72.0, "start": None, "until": until, "as_of": until + timedelta(days=3)}
    given |= {"min_gap_minutes": 1440 * p["min_gap_minutes"]}
    given |= {"max_gap_minutes": p["max_gap_minutes"] and 1440 * p["max_gap_minutes"]}
    rows = star.ask("funnel/compare", **given, split="period", period_days=5, rate=rate)
    groups = [
        [reached for reached, _ in reaches(events, {**p, **given}, begins, begins + timedelta(days=5))]
        for begins in (ORIGIN, ORIGIN + timedelta(days=5))
    ]
    expected = {}
    for step in range(2, len(p["steps"]) + 1):
        before = [
            sum(reached >= (1 if rate == "first" else step - 1) for reached in group) for group in groups
        ]
        entered = [sum(reached >= step for reached in group) for group in groups]
        if all(before):
            expected[step] = [before[0], entered[0], before[1], entered[1]]
    names = ("first_before", "first_entered", "second_before", "second_entered")
    assert {row["step_number"]: [row[name] for name in names] for row in rows} == expected
