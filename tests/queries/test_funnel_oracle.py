"""funnel/stages against brute force: every way to pass the steps is tried, on random small sets of events."""

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import mean, median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

ORIGIN = datetime(2024, 1, 1)
STAGES = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"]
CHANNEL_OF_SESSION = {1: "Direct", 2: "Organic Search", 3: "Direct", 4: "(unknown)"}
CUSTOMER_OF_VISITOR = {1: 1, 2: 1, 3: 0}
MINUTE = timedelta(minutes=1)


events = st.lists(
    st.fixed_dictionaries(
        {
            "session_id": st.sampled_from([None, 1, 2, 3, 4]),
            "visitor_id": st.sampled_from([None, 1, 2, 3]),
            "customer_key": st.sampled_from([0, 0, 1, 2]),
            "occurred_at": st.integers(0, 12).map(lambda minutes: ORIGIN + minutes * MINUTE),
            "funnel_stage": st.sampled_from([*STAGES[:3], *STAGES[:3], "Checkout", None]),
        }
    ),
    max_size=24,
)
parameters = st.fixed_dictionaries(
    {
        "steps": st.lists(st.sampled_from(STAGES[:3]), min_size=2, max_size=4),
        "unit": st.sampled_from(["session", "visitor", "customer"]),
        "window_hours": st.sampled_from([1 / 60, 3 / 60, 5 / 60, 24.0]),
        "breakdown": st.sampled_from(["none", "channel"]),
        "start": st.sampled_from([None, ORIGIN + 2 * MINUTE]),
        "until": st.sampled_from([None, ORIGIN + 8 * MINUTE]),
        "as_of": st.sampled_from([None, ORIGIN + 9 * MINUTE, datetime(2024, 2, 1)]),
    }
)


def unit_of(event, unit):
    if unit == "session":
        return event["session_id"]
    if unit == "visitor":
        return event["visitor_id"]
    return (event["customer_key"] or CUSTOMER_OF_VISITOR.get(event["visitor_id"], 0)) or None


def ways(moments_of, steps, path, end):
    """Yield every sequence of strictly later moments that passes the steps from `path` on, and each part of one."""
    yield path
    if len(path) < len(steps):
        for when in moments_of[steps[len(path)]]:
            if path[-1] < when <= end:
                yield from ways(moments_of, steps, [*path, when], end)


def attempt_of(own, p, window):
    """Return the one attempt that counts, as the moments of its steps."""
    moments_of = defaultdict(set)
    for event in own:
        moments_of[event["funnel_stage"]].add(event["occurred_at"])
    attempts = []
    for entry in moments_of[p["steps"][0]]:
        if (not p["start"] or entry >= p["start"]) and (not p["until"] or entry < p["until"]):
            found = list(ways(moments_of, p["steps"], [entry], entry + window))
            furthest = max(map(len, found))
            # Each step at its first chance: the earliest sequence, step by step.
            attempts.append(min(path for path in found if len(path) == furthest))
    complete = [path for path in attempts if len(path) == len(p["steps"])]
    if complete:
        return min(complete, key=lambda path: (path[-1], -path[0].timestamp()))
    return max(attempts, key=lambda path: (len(path), path[0]), default=None)


def recompute(events, p):
    window = timedelta(hours=p["window_hours"])
    today = p["as_of"] or max((event["occurred_at"] for event in events), default=ORIGIN)
    units = defaultdict(list)
    for event in events:
        unit = unit_of(event, p["unit"])
        if unit is not None and event["occurred_at"] <= today:
            units[unit].append(event)
    outcomes = defaultdict(list)
    for own in units.values():
        path = attempt_of(own, p, window)
        if path:
            sessions = [
                (event["event_id"], event["session_id"])
                for event in own
                if event["occurred_at"] == path[0]
                and event["funnel_stage"] == p["steps"][0]
                and event["session_id"] is not None
            ]
            session = min(sessions, default=(0, None))[1]
            value = "(all)" if p["breakdown"] == "none" else CHANNEL_OF_SESSION.get(session, "(unknown)")
            outcomes[value].append((path, path[0] + window <= today))
    return outcomes


@given(events=events, p=parameters)
def test_steps_are_those_of_brute_force(star, events, p):
    events = [{"event_id": number, **event} for number, event in enumerate(events, 1)]
    star.fill(
        bridge_visitor=[
            {"visitor_id": visitor, "customer_key": key} for visitor, key in CUSTOMER_OF_VISITOR.items()
        ],
        fact_session=[
            {"session_id": session, "started_at": ORIGIN, "channel_key": key}
            for session, key in {1: 1, 2: 2, 3: 1}.items()
        ],
        fact_event=events,
    )
    rows = star.ask("funnel/stages", **p)
    expected = recompute(events, p)
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
        assert row["conversion_from_first"] == len(entered) / len(attempts)
        taken = [(path[step - 1] - path[step - 2]).total_seconds() for path in entered] if step > 1 else []
        p90 = (
            None
            if not taken
            else taken[0]
            if len(taken) == 1
            else quantiles(taken, n=10, method="inclusive")[8]
        )
        assert row["mean_seconds"] == (pytest.approx(mean(taken)) if taken else None)
        assert row["median_seconds"] == (pytest.approx(median(taken)) if taken else None)
        assert row["p90_seconds"] == (pytest.approx(p90) if taken else None)
