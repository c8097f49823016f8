"""funnel/stages against PostHog's published cases of ordered funnels, their steps mapped onto the five stages.

The cases of other orders (strict, unordered) and of exclusions ask for what this query does not offer.
"""

import json

import pytest

from .in_memory import moment

STAGES = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"]
LATER = "2030-01-01"


@pytest.fixture(scope="module")
def cases(shared):
    text = (shared / "known_answers/posthog/funnel_vectors.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)["cases"]}


def funnel(star, case, *, hours):
    words = dict(zip(case["steps"], STAGES, strict=False))
    events = [
        (visitor, moment(when), words[event])
        for visitor, (_, person) in enumerate(case["events"].items(), 1)
        for when, event in person
    ]
    star.fill(
        fact_event=[
            {"event_id": number, "visitor_id": visitor, "occurred_at": when, "funnel_stage": stage}
            for number, (visitor, when, stage) in enumerate(events, 1)
        ]
    )
    steps = list(words.values())
    return star.ask("funnel/stages", steps=steps, unit="visitor", window_hours=hours, as_of=LATER)


def column(rows, name):
    return [row[name] for row in rows]


def test_conversion_times(star, cases):
    case = cases["ordered_conversion_times"]
    rows = funnel(star, case, hours=24 * case["window_days"])
    assert column(rows, "entered") == case["expected"]["counts"]
    assert column(rows, "mean_seconds") == case["expected"]["avg_seconds_from_prev"]
    assert column(rows, "median_seconds") == case["expected"]["median_seconds_from_prev"]


def test_first_completed_attempt_wins(star, cases):
    case = cases["ordered_first_completed_attempt_wins"]
    rows = funnel(star, case, hours=24 * case["window_days"])
    assert column(rows, "entered") == case["expected"]["counts"]
    assert column(rows, "mean_seconds") == case["expected"]["avg_seconds_from_prev"]


@pytest.mark.parametrize(("variant", "hours"), [(0, 14 * 24), (1, 5 / 60)])
def test_window_is_inclusive(star, cases, variant, hours):
    case = cases["window_14d_vs_5min"]
    expected = case["variants"][variant]["expected"]
    rows = funnel(star, case, hours=hours)
    assert column(rows, "entered") == expected["counts"]
    assert rows[1]["mean_seconds"] == expected["avg_seconds"]


def test_events_of_the_same_moment(star, cases):
    case = cases["same_event_same_timestamp"]
    assert column(funnel(star, case, hours=14 * 24), "entered") == case["expected"]["counts"]
