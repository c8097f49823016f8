"""An export of Google Analytics 4, ingested: the packs of the web and of journeys say of it what the export itself says."""

import json
from collections import defaultdict
from decimal import Decimal
from random import Random

import pytest

import martlet

START = 1709287200000000
SECOND = 1_000_000
WORDS = ["page_view", "view_item", "add_to_cart", "begin_checkout", "purchase"]


def event(visitor, session, name, moment, page, **more):
    return {
        "event_timestamp": moment,
        "event_name": name,
        "user_pseudo_id": visitor,
        "event_params": [
            {"key": "ga_session_id", "value": {"int_value": session}},
            {"key": "page_location", "value": {"string_value": f"https://shop.example.com{page}"}},
        ],
        "device": {"category": "mobile", "operating_system": "iOS", "web_info": {"browser": "Safari"}},
        "geo": {"country": "Portugal", "region": "Lisbon", "city": "Lisbon"},
        "items": [],
        **more,
    }


def export():
    """Return the events of some visitors who visit, leave for an hour or more, and come back."""
    draw, rows = Random(3), []  # noqa: S311 - the same visits each time
    for visitor in range(40):
        moment = START + draw.randrange(86_400) * SECOND
        for session in range(draw.choice([1, 1, 2, 3])):
            depth = draw.choice([1, 1, 2, 3, 4, 5])
            own = [
                ("session_start", "/"),
                *zip(WORDS[:depth], ["/", "/p/fern", "/p/fern", "/checkout", "/thanks"], strict=False),
            ]
            for name, page in own:
                sale = {
                    "ecommerce": {
                        "transaction_id": f"T{visitor}-{session}",
                        "purchase_revenue": 10.5 + visitor,
                    }
                }
                rows.append(
                    event(
                        f"v{visitor}",
                        visitor * 100 + session,
                        name,
                        moment,
                        page,
                        **(sale if name == "purchase" else {}),
                    )
                )
                # The first two of a visit are of one moment.
                moment += 0 if name == "session_start" else draw.randrange(1, 20) * SECOND
            moment += draw.randrange(3600, 90_000) * SECOND
    return rows


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The events of the export, and the warehouse into which it was loaded."""
    folder, rows = tmp_path_factory.mktemp("ga4"), export()
    file, path = folder / "events_20240301.json", folder / "ga4.duckdb"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    martlet.ingest("ga4_bigquery", file, warehouse=path)
    with martlet.open(path) as opened:
        yield rows, opened


def asked(warehouse, path, **params):
    answer = warehouse.query(path, **params)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows()]


def sessions_of(rows):
    found = defaultdict(list)
    for row in rows:
        found[row["user_pseudo_id"], row["event_params"][0]["value"]["int_value"]].append(row)
    return found


def test_visits_and_money_are_those_of_the_export(exported):
    rows, warehouse = exported
    sessions = sessions_of(rows)
    sales = [row["ecommerce"]["purchase_revenue"] for row in rows if row["event_name"] == "purchase"]
    weeks = asked(warehouse, "web/traffic")
    assert sum(row["sessions"] for row in weeks) == len(sessions)
    assert sum(row["conversions"] for row in weeks) == len(sales)
    assert sum(row["revenue"] for row in weeks) == sum(map(Decimal, map(str, sales)))
    pages = [sum(one["event_name"] in {"page_view", "view_item"} for one in own) for own in sessions.values()]
    assert sum(row["page_views"] for row in weeks) == sum(pages)
    names = {row["event"]: row["sessions"] for row in asked(warehouse, "web/events")}
    for word, name in zip(WORDS, ["page_view", "product_view", *WORDS[2:]], strict=True):
        assert names[name] == sum(any(one["event_name"] == word for one in own) for own in sessions.values())


def test_sessions_from_raw_events_are_those_of_the_export(exported):
    rows, warehouse = exported
    found = asked(warehouse, "web/sessionize", page_events=["page_view"])
    sessions = sessions_of(rows)
    assert len(found) == len(sessions)
    lengths = sorted(
        (own[-1]["event_timestamp"] - own[0]["event_timestamp"]) // SECOND for own in sessions.values()
    )
    assert sorted(row["duration_seconds"] for row in found) == lengths
    engaged = [
        own[-1]["event_timestamp"] - own[0]["event_timestamp"] >= 10 * SECOND
        or any(one["event_name"] == "purchase" for one in own)
        for own in sessions.values()
    ]
    assert sum(row["is_engaged"] for row in found) == sum(engaged)
    assert all(row["is_bounce"] != row["is_engaged"] for row in found)


def test_every_journey_begins_with_the_session_start(exported):
    rows, warehouse = exported
    paths = asked(warehouse, "journey/paths", of="event", max_steps=10, limit_to=100)
    assert sum(row["journeys"] for row in paths) == len(sessions_of(rows))
    assert all(row["path"].startswith("session_start") for row in paths)
    ways = {row["path"]: row["journeys"] for row in paths}
    bought = sum(any(one["event_name"] == "purchase" for one in own) for own in sessions_of(rows).values())
    assert (
        ways["session_start > page_view > product_view > add_to_cart > begin_checkout > purchase"] == bought
    )
