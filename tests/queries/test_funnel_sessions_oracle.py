"""The queries of the pack that read sessions, and the comparison of two funnels, against plain Python and scipy."""

import math
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from .funnel_by_hand import STAGES

ORIGIN = datetime(2024, 1, 1)
HOUR = timedelta(hours=1)
CHANNELS = {1: "Direct", 2: "Organic Search", 3: "Paid Search"}
DEVICES = {11: "mobile", 12: "desktop"}
CUSTOMER_OF_VISITOR = {1: 1, 2: 1, 3: 0}
FIRST_SEEN = {1: ORIGIN + HOUR, 2: ORIGIN + 4 * HOUR, 3: None}
Z = stats.norm.ppf(0.975)

sessions = st.lists(
    st.fixed_dictionaries(
        {
            "visitor_id": st.sampled_from([None, 1, 2, 3]),
            "customer_key": st.sampled_from([0, 0, 1, 2]),
            "started_at": st.integers(0, 9).map(lambda hours: ORIGIN + hours * HOUR),
            "channel_key": st.sampled_from([*CHANNELS]),
            "device_key": st.sampled_from([*DEVICES]),
            "furthest_stage": st.sampled_from(STAGES),
        }
    ),
    min_size=1,
    max_size=40,
)
deeds = st.lists(
    st.fixed_dictionaries(
        {
            "session_id": st.one_of(st.none(), st.integers(1, 20)),
            "occurred_at": st.integers(0, 10).map(lambda minutes: ORIGIN + timedelta(minutes=minutes)),
            "event_name": st.sampled_from(["search", "click", "add_to_cart", "purchase"]),
            "value": st.sampled_from([None, Decimal("5.00"), Decimal("7.25")]),
        }
    ),
    max_size=30,
)


def fill(star, sessions, events=()):
    sessions = [{"session_id": number, **session} for number, session in enumerate(sessions, 1)]
    events = [
        {
            "event_id": number,
            **event,
            "funnel_stage": {"add_to_cart": "Add to Cart", "purchase": "Purchase"}.get(event["event_name"]),
        }
        for number, event in enumerate(events, 1)
        if event["session_id"] is None or event["session_id"] <= len(sessions)
    ]
    star.fill(
        dim_device=[
            {"device_key": key, "device_type": word, "os": "x", "browser": "y"}
            for key, word in DEVICES.items()
        ],
        bridge_visitor=[
            {"visitor_id": visitor, "customer_key": key, "first_seen_at": FIRST_SEEN[visitor]}
            for visitor, key in CUSTOMER_OF_VISITOR.items()
        ],
        fact_session=sessions,
        fact_event=events,
    )
    return sessions, events


def stage(session):
    return STAGES.index(session["furthest_stage"])


def person(session):
    return session["customer_key"] or CUSTOMER_OF_VISITOR.get(session["visitor_id"], 0)


def kind_of_visitor(session):
    seen = FIRST_SEEN.get(session["visitor_id"])
    return "(unknown)" if seen is None else "returning" if seen < session["started_at"] else "new"


def wilson(successes, trials):
    found = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    return found.low, found.high


def p_value(a, n, b, m):
    """The chi-square test of a table of four, without Yates' correction, is the z-test of two shares."""
    table = [[a, n - a], [b, m - b]]
    if 0 in (a + b, n + m - a - b):
        return None
    return stats.chi2_contingency(table, correction=False).pvalue


def close(value):
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12)


@given(
    sessions=sessions,
    p=st.fixed_dictionaries(
        {
            "unit": st.sampled_from(["session", "visitor", "customer"]),
            "breakdown": st.sampled_from(["none", "channel", "device"]),
            "until": st.sampled_from([None, ORIGIN + 6 * HOUR]),
            "steps": st.sampled_from([STAGES, STAGES[1:4], ["Homepage", "Purchase"]]),
        }
    ),
)
def test_stages_count_the_furthest(star, sessions, p):
    sessions, _ = fill(star, sessions)
    units = defaultdict(list)
    for session in sessions:
        names = {
            "session": session["session_id"],
            "visitor": session["visitor_id"],
            "customer": person(session),
        }
        if names[p["unit"]] and (p["until"] is None or session["started_at"] < p["until"]):
            units[names[p["unit"]]].append(session)
    expected = defaultdict(int)
    for own in units.values():
        # Of two sessions of one moment the one numbered first.
        first = min(own, key=lambda session: (session["started_at"], session["session_id"]))
        values = {
            "none": "(all)",
            "channel": CHANNELS[first["channel_key"]],
            "device": DEVICES[first["device_key"]],
        }
        for step in p["steps"]:
            expected[values[p["breakdown"]], step] += max(map(stage, own)) >= STAGES.index(step)
    rows = star.ask("funnel/stages", **p)
    shown = {value for (value, step), number in expected.items() if step == p["steps"][0] and number}
    assert {(row["breakdown_value"], row["step"]): row["entered"] for row in rows} == {
        key: number for key, number in expected.items() if key[0] in shown
    }


@given(sessions=sessions, from_stage=st.sampled_from(STAGES[:3]), to_stage=st.sampled_from(STAGES[3:]))
def test_what_is_lost_against_the_best(star, sessions, from_stage, to_stage):
    sessions, _ = fill(star, sessions)
    rows = star.ask(
        "funnel/drop_off", by=["device", "visitor"], min_sessions=2, from_stage=from_stage, to_stage=to_stage
    )
    counts = defaultdict(lambda: [0, 0])
    for session in sessions:
        if stage(session) >= STAGES.index(from_stage):
            for key in (("device", DEVICES[session["device_key"]]), ("visitor", kind_of_visitor(session))):
                counts[key][0] += 1
                counts[key][1] += stage(session) >= STAGES.index(to_stage)
    counts = {key: (n, a) for key, (n, a) in counts.items() if n >= 2}
    assert {(row["property"], row["value"]) for row in rows} == counts.keys()
    for row in rows:
        n, a = counts[row["property"], row["value"]]
        m, b = counts[row["property"], row["best_value"]]
        assert (row["sessions"], row["reached"]) == (n, a)
        assert (row["rate_low"], row["rate_high"]) == (close(wilson(a, n)[0]), close(wilson(a, n)[1]))
        others = [wilson(other[1], other[0])[0] for key, other in counts.items() if key[0] == row["property"]]
        assert wilson(b, m)[0] == pytest.approx(max(others))
        if row["best_value"] == row["value"]:
            assert (row["lost"], row["p_value"]) == (0, None)
        else:
            margin = Z * n * math.sqrt(a / n * (1 - a / n) / n + b / m * (1 - b / m) / m)
            assert row["lost"] == close(n * b / m - a)
            assert row["lost_high"] - row["lost_low"] == close(2 * margin)
            assert row["p_value"] == close(p_value(a, n, b, m))


@given(sessions=sessions, deeds=deeds, as_of=st.sampled_from([None, ORIGIN + 7 * HOUR]))
def test_carts_are_left_and_recovered(star, sessions, deeds, as_of):
    sessions, events = fill(star, sessions, deeds)
    rows = star.ask("funnel/abandonment", recover_days=3 / 24, as_of=as_of)
    today = as_of or max(session["started_at"] for session in sessions)
    known = [session for session in sessions if session["started_at"] <= today]
    values = defaultdict(lambda: None)
    for event in events:
        if event["event_name"] == "add_to_cart" and event["session_id"] and event["value"] is not None:
            values[event["session_id"]] = (values[event["session_id"]] or 0) + event["value"]

    def someone(session):
        return person(session) or (session["visitor_id"] and -session["visitor_id"])

    def recovered(left):
        return any(
            someone(left) and someone(left) == someone(other) and stage(other) == 4
            and left["started_at"] < other["started_at"] <= left["started_at"] + 3 * HOUR
            for other in known
        )  # fmt: skip

    for number, word in ((3, "Add to Cart"), (4, "Checkout")):
        reached = [session for session in known if stage(session) >= number - 1]
        row = next((row for row in rows if row["stage"] == word), None)
        assert (row is None) == (not reached)
        if row is None:
            continue
        left = [session for session in reached if stage(session) == number - 1]
        back = [session for session in left if recovered(session)]
        still_open = [
            session for session in left if session not in back and session["started_at"] + 3 * HOUR > today
        ]
        gone = [session for session in left if session not in back and session not in still_open]
        assert (row["reached"], row["abandoned"]) == (len(reached), len(left))
        assert (row["recovered"], row["open"]) == (len(back), len(still_open))
        assert row["with_value"] == sum(values[session["session_id"]] is not None for session in left)
        for name, own in (("value_at_stake", left), ("value_recovered", back), ("value_lost", gone)):
            worth = [value for session in own if (value := values[session["session_id"]]) is not None]
            # Of what no event tells the value is not 0.
            assert row[name] == (None if own and not worth else sum(worth))
        settled = len(left) - len(still_open)
        assert row["recovery_rate"] == (len(back) / settled if settled else None)


def sets_of(sessions, events):
    """Return which sessions have what: a property, or an event before they bought."""
    bought_at = {}
    for event in sorted(events, key=lambda event: event["occurred_at"]):
        if event["event_name"] == "purchase" and event["session_id"]:
            bought_at.setdefault(event["session_id"], event["occurred_at"])
    having = defaultdict(set)
    for session in sessions:
        having["device", DEVICES[session["device_key"]]].add(session["session_id"])
        having["visitor", kind_of_visitor(session)].add(session["session_id"])
    for event in events:
        before = event["session_id"] not in bought_at or event["occurred_at"] < bought_at[event["session_id"]]
        if event["event_name"] in ("search", "click") and event["session_id"] and before:
            having["event", event["event_name"]].add(event["session_id"])
    return having


def odds(a, n, b, m):
    """Return Woolf's odds ratio and its interval."""
    added = 0.5 if 0 in (a, n - a, b, m - b) else 0
    cells = [a + added, n - a + added, b + added, m - b + added]
    ratio = cells[0] * cells[3] / (cells[1] * cells[2])
    factor = math.exp(Z * math.sqrt(sum(1 / cell for cell in cells)))
    return ratio, ratio / factor, ratio * factor


def corrected(p_values, correction):
    """Return p-values corrected, by the p-value."""
    ordered = sorted(p_values)
    if correction == "bh":
        return dict(zip(ordered, stats.false_discovery_control(ordered), strict=True)) if ordered else {}
    if correction == "none":
        return dict(zip(ordered, ordered, strict=True))
    # Of p-values that are alike the first is multiplied most.
    return {
        p: min(1, max(ordered[j] * (len(ordered) - j) for j in range(ordered.index(p) + 1))) for p in ordered
    }


@given(sessions=sessions, deeds=deeds, correction=st.sampled_from(["holm", "bh", "none"]))
def test_odds_and_corrected_p_values(star, sessions, deeds, correction):
    sessions, events = fill(star, sessions, deeds)
    rows = star.ask(
        "funnel/correlates", by=["device", "visitor", "event"], min_support=2, correction=correction
    )
    bought = {session["session_id"] for session in sessions if stage(session) == 4}
    expected = {}
    for key, own in sets_of(sessions, events).items():
        n, m = len(own), len(sessions) - len(own)
        if min(n, m) >= 2:
            expected[key] = (len(own & bought), n, len(bought - own), m)
    assert {(row["property"], row["value"]) for row in rows} == expected.keys()
    p_values = {key: p_value(*counts) for key, counts in expected.items()}
    adjusted = corrected([round(p, 12) for p in p_values.values() if p is not None], correction)
    for row in rows:
        counts = expected[row["property"], row["value"]]
        p = p_values[row["property"], row["value"]]
        assert (row["reached"], row["sessions"], row["reached_without"], row["sessions_without"]) == counts
        assert (row["odds_ratio"], row["low"], row["high"]) == tuple(map(close, odds(*counts)))
        assert row["p_value"] == close(p)
        if p is None:
            assert row["p_adjusted"] is None
        else:
            assert row["p_adjusted"] == pytest.approx(adjusted[round(p, 12)], rel=1e-6)


@given(
    counts=st.tuples(*(st.lists(st.integers(0, 12), min_size=3, max_size=3) for _ in range(2))),
    rate=st.sampled_from(["first", "previous"]),
    split=st.sampled_from(["period", "breakdown"]),
)
def test_two_groups_are_compared_by_the_z_test(star, counts, rate, split):
    """Sessions that get as far as each of three steps, in two weeks or on two channels."""
    sessions, events = [], []
    for group, reaches in enumerate(counts):
        for last, number in enumerate(reaches, 1):
            for _ in range(number):
                at = ORIGIN + timedelta(days=7 * group if split == "period" else 0)
                sessions.append({"session_id": len(sessions) + 1, "started_at": at, "channel_key": group + 1})
                events += [
                    {
                        "event_id": len(events) + step + 1,
                        "session_id": len(sessions),
                        "occurred_at": at + step * HOUR,
                        "funnel_stage": STAGES[step],
                    }
                    for step in range(last)
                ]
    star.fill(fact_session=sessions, fact_event=events)
    given = {"until": ORIGIN + timedelta(days=14), "period_days": 7} if split == "period" else {}
    if split == "breakdown":
        given = {"breakdown": "channel", "first_value": CHANNELS[1], "second_value": CHANNELS[2]}
    rows = star.ask("funnel/compare", steps=STAGES[:3], rate=rate, split=split, as_of="2024-03-01", **given)
    reached = [[sum(reaches[step:]) for step in range(3)] for reaches in counts]
    expected = [step for step in (2, 3) if all(own[0 if rate == "first" else step - 2] for own in reached)]
    assert [row["step_number"] for row in rows] == expected
    for row in rows:
        step = row["step_number"]
        (n, a), (m, b) = ((own[0 if rate == "first" else step - 2], own[step - 1]) for own in reached)
        assert [
            row[name] for name in ("first_before", "first_entered", "second_before", "second_entered")
        ] == [n, a, m, b]
        assert row["difference"] == close(b / m - a / n)
        margin = Z * math.sqrt(a / n * (1 - a / n) / n + b / m * (1 - b / m) / m)
        assert (row["low"], row["high"]) == (close(b / m - a / n - margin), close(b / m - a / n + margin))
        assert row["p_value"] == close(p_value(a, n, b, m))
