"""funnel/conversion against PostHog's published cases, its events mapped onto the words of events."""

import ast
import json
from pathlib import Path

import pytest

import martlet
from martlet.engine.errors import MartletError
from martlet.loaders.ingest.cleaning.words import fold
from martlet.loaders.ingest.entity import entity

from .in_memory import moment

LATER = "2030-01-01"


@pytest.fixture(scope="module")
def cases(shared):
    text = (shared / "known_answers/posthog/funnel_vectors.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)["cases"]}


def fill(star, case):
    """Fill in the events of a case; an event is what its source calls it, a person a browser."""
    day = case.get("day", "")
    if "ordered_events" in case:
        events = [
            (person, moment(f"2021-05-01 {hour:02}:00"), event)
            for person, own in case["ordered_events"].items()
            for hour, event in enumerate(own)
        ]
    else:
        events = [
            (person, moment(f"{day} {when}".strip()), event)
            for person, own in case["events"].items()
            for when, event in own
        ]
    people = {person: number for number, person in enumerate(dict.fromkeys(event[0] for event in events), 1)}
    star.fill(
        fact_event=[
            {
                "event_id": number,
                "visitor_id": people[person],
                "occurred_at": at,
                "event_name": "other",
                "source_event": event,
            }
            for number, (person, at, event) in enumerate(events, 1)
        ]
    )


def ask(star, case, *, hours=14 * 24, exclusions=()):
    """Return the rows of a case, asked with the exclusions given."""
    written = [
        f"event:{exclusion['event']}"
        if (exclusion["from_step"], exclusion["to_step"]) == (0, len(case["steps"]) - 1)
        else f"event:{exclusion['event']} between {exclusion['from_step'] + 1} and {exclusion['to_step'] + 1}"
        for exclusion in exclusions
    ]
    return star.ask(
        "funnel/conversion",
        steps=[f"event:{step}" for step in case["steps"]],
        step_order=case["order"],
        unit="visitor",
        window_hours=hours,
        exclusions=written,
        as_of=LATER,
    )


def column(rows, name):
    return [row[name] for row in rows]


@pytest.mark.parametrize(
    "name",
    [
        "ordered_conversion_times",
        "ordered_first_completed_attempt_wins",
        "unordered_conversion_times",
        "strict_intervening_event_breaks",
        "strict_basic_7users_event_order_only",
        "same_event_same_timestamp",
    ],
)
def test_counts_and_times(star, cases, name):
    case = cases[name]
    expected = case["expected"]
    fill(star, case)
    rows = ask(star, case, hours=24 * case.get("window_days", 14))
    counts = expected.get("counts") or [len(expected[f"step{n}"]) for n in range(1, len(case["steps"]) + 1)]
    assert column(rows, "entered") == counts
    for measure, ours in (("avg", "mean_seconds"), ("median", "median_seconds")):
        if f"{measure}_seconds_from_prev" in expected:
            assert column(rows, ours) == expected[f"{measure}_seconds_from_prev"]


@pytest.mark.parametrize(("variant", "hours"), [(0, 14 * 24), (1, 5 / 60)])
def test_window_is_inclusive(star, cases, variant, hours):
    case = cases["window_14d_vs_5min"]
    expected = case["variants"][variant]["expected"]
    fill(star, case)
    rows = ask(star, case, hours=hours)
    assert column(rows, "entered") == expected["counts"]
    assert rows[1]["mean_seconds"] == expected["avg_seconds"]


@pytest.mark.parametrize(
    "name",
    ["exclusion_full_window", "unordered_exclusion_full_window", "unordered_exclusion_after_completion"],
)
def test_exclusions_from_the_first_step_to_the_last(star, cases, name):
    case = cases[name]
    if "same_events_as" in case:
        case = {**case, "events": cases[case["same_events_as"]]["events"]}
    fill(star, case)
    assert column(ask(star, case, exclusions=case["exclusions"]), "entered") == case["expected"]["counts"]


@pytest.mark.parametrize("name", ["exclusion_between_steps", "multiple_exclusions"])
def test_exclusions_between_steps(star, cases, name):
    case = cases[name]
    fill(star, case)
    for variant in case["variants"]:
        entered = column(ask(star, case, exclusions=variant["exclusions"]), "entered") or [0] * len(
            case["steps"]
        )
        expected = variant["expected"]
        assert entered[0] == len(expected["step1"]), variant
        assert entered[-1] == expected.get("counts_all_steps", expected.get("last_step_count")), variant


def test_an_exclusion_counts_within_the_window_and_without_a_later_step(star):
    case = {
        "order": "ordered",
        "steps": ["user signed up", "paid"],
        "events": {
            "goes on": [["2021-05-01 01:00", "user signed up"], ["2021-05-01 02:00", "paid"]],
            "excluded": [["2021-05-01 03:00", "user signed up"], ["2021-05-01 03:30", "x"]],
            "too late": [["2021-05-01 03:00", "user signed up"], ["2021-05-02 03:01", "x"]],
        },
    }
    fill(star, case)
    rows = ask(star, case, hours=24, exclusions=[{"event": "x", "from_step": 0, "to_step": 1}])
    assert column(rows, "entered") == [2, 1]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"window_hours": 0}, "window_hours is 0"),
        ({"steps": ["Homepage"]}, "steps is .*list of 2 to 8"),
        ({"steps": ["Homepage", "Prodct Page"]}, "no step is written like 'Prodct Page'"),
        ({"steps": ["Homepage", "stage:Cart"]}, "no step is written like 'stage:Cart'"),
        ({"steps": ["Homepage", "event:a & event:b"]}, "a step names event twice"),
        ({"exclusions": ["event:x between 2 and 2"]}, "an exclusion lies between a step and a later one"),
        ({"exclusions": ["event:x between 1 and 9"]}, "an exclusion lies between a step and a later one"),
        ({"exclusions": ["event:x between 1 and 2"], "step_order": "unordered"}, "leave out its between"),
        ({"exclusions": ["event:x"], "step_order": "strict"}, "exclusions are for the orders"),
        ({"steps": ["Homepage between 1 and 2", "Purchase"]}, "between tells where an exclusion holds"),
        ({"min_gap_minutes": 9, "max_gap_minutes": 5}, "max_gap_minutes is below min_gap_minutes"),
        ({"start": "2024-02-01", "until": "2024-01-01"}, "until does not lie after start"),
        ({"breakdown": "device", "breakdown_at": "7"}, "breakdown_at is step 7, but there are 5 steps"),
        ({"count": "totals", "step_order": "unordered"}, "totals are counted in the orders"),
        ({"min_gap_minutes": 1, "step_order": "unordered"}, "gaps lie between steps"),
    ],
)
def test_what_cannot_be_asked_is_refused(warehouse, params, message):
    with pytest.raises(MartletError, match=message):
        warehouse.query("funnel/conversion", **params)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"period_days": 2000}, "two periods of 2000 days before .* begin before the data or start"),
        ({"until": "2090-01-01"}, "until is 2090-01-01 .*, after the last day that is known"),
        ({"first_value": "mobile", "second_value": "desktop"}, "ask for split = breakdown"),
        ({"split": "breakdown", "breakdown": "none"}, "needs a breakdown other than none"),
        ({"split": "breakdown", "first_value": "mobile"}, "belong together"),
        ({"split": "breakdown", "first_value": "mobile", "second_value": "mobile"}, "must differ"),
        (
            {"split": "breakdown", "first_value": "mobile", "second_value": "fridge"},
            "nobody .* device 'fridge'; there are ",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(warehouse, params, message):
    with pytest.raises(MartletError, match=message):
        warehouse.query("funnel/compare", **params)


def test_steps_understand_the_words_that_a_load_understands():
    written = (Path(martlet.__file__).parent / "queries/funnel/_steps.sql").read_text(encoding="utf-8")
    table = ast.literal_eval(written.partition("{% set other_words = ")[2].partition(" %}")[0])
    meant = {fold(word): kind for kind, words in table.items() for word in (kind, *words)}
    assert meant == {fold(word): kind for word, kind in entity("events").fields["event_name"].words.items()}
