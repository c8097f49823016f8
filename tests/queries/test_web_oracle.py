"""The pack of the web against plain recomputation, on random small sites."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from statistics import median, quantiles
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine.errors import MartletError

from .retention_by_hand import next_start, ratio, start_of
from .visits_by_hand import (
    CAMPAIGNS,
    CHANNELS,
    DAY,
    DEVICES,
    ORIGIN,
    PAGES,
    PLACES,
    STAGES,
    dimensions,
    events,
    is_engaged,
    numbered,
    unit_of,
    visits,
    within,
)

ranges = st.fixed_dictionaries(
    {"start": st.sampled_from([None, ORIGIN + 2 * DAY]), "until": st.sampled_from([None, ORIGIN + 60 * DAY])}
)


def figures(rows, seconds=10):
    """Work out what all tables of visits publish."""
    count, minutes = len(rows), Decimal(sum(row["duration_seconds"] for row in rows)) / 60
    sales = [row["revenue"] for row in rows if row["is_converted"]]
    engaged, pages = (
        sum(is_engaged(row, seconds) for row in rows),
        sum(row["page_views"] for row in rows),
    )

    def of(value):
        return pytest.approx(float(value) / count) if count else None

    return {
        "sessions": count,
        "visitors": len({row["visitor_id"] for row in rows} - {None}),
        "bounce_rate": of(sum(row["is_bounce"] for row in rows)),
        "engaged_sessions": engaged,
        "engaged_rate": of(engaged),
        "page_views": pages,
        "pages_per_session": of(pages),
        "minutes_per_session": of(minutes),
        "conversions": len(sales),
        "conversion_rate": of(len(sales)),
        "revenue": sum(sales, Decimal(0)),
        "revenue_per_session": of(sum(sales)),
    }


def wilson(k, n):
    z = 1.959963984540054
    middle, width = k / n + z * z / 2 / n, z * sqrt((k / n * (1 - k / n) + z * z / 4 / n) / n)
    ends = [(middle + sign * width) / (1 + z * z / n) for sign in (-1, 1)]
    return [pytest.approx(max(ends[0], 0), abs=1e-9), pytest.approx(min(ends[1], 1), abs=1e-9)]


def expect_groups(answer, names, groups):
    """Hold an answer against the visits of each group, all of its figures, and their sums against all visits."""
    found = {tuple(row[name] for name in names): row for row in answer}
    assert found.keys() == groups.keys()
    whole = sum(map(len, groups.values()))
    for key, rows in groups.items():
        expected = figures(rows)
        assert {name: found[key][name] for name in expected} == expected
        assert found[key]["session_share"] == pytest.approx(len(rows) / whole)
        assert [found[key]["conversion_low"], found[key]["conversion_high"]] == wilson(
            expected["conversions"], len(rows)
        )
    every = [row for rows in groups.values() for row in rows]
    assert sum(row["sessions"] for row in answer) == len(every)
    assert sum((row["revenue"] for row in answer), Decimal(0)) == sum(
        (row["revenue"] for row in every), Decimal(0)
    )


def grouped(rows, key, limit=None):
    """Return the rows by a key, those beyond the limit (by number, then by name) under (other) in all parts."""
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    shown = sorted(groups, key=lambda name: (-len(groups[name]), name))[:limit]
    kept = defaultdict(list)
    for name, own in groups.items():
        kept[
            name if name in shown else tuple("(all)" if part == "(all)" else "(other)" for part in name)
        ] += own
    return kept


BREAKDOWNS = {
    ("sources", "channel"): lambda row: (CHANNELS[row["channel_key"]],),
    ("sources", "campaign"): lambda row: (CAMPAIGNS[row["campaign_key"]][0],),
    ("sources", "campaign_type"): lambda row: (CAMPAIGNS[row["campaign_key"]][1],),
    ("devices", "device_type"): lambda row: (DEVICES[row["device_key"]][0],),
    ("devices", "os"): lambda row: (DEVICES[row["device_key"]][1],),
    ("devices", "browser"): lambda row: (DEVICES[row["device_key"]][2],),
    ("geography", "country"): lambda row: (PLACES[row["geography_key"]][0], "(all)", "(all)"),
    ("geography", "region"): lambda row: (*PLACES[row["geography_key"]][:2], "(all)"),
    ("geography", "city"): lambda row: PLACES[row["geography_key"]][:3],
    ("landing_pages", "page"): lambda row: (PAGES[row["landing_page_key"]][0],),
    ("landing_pages", "page_type"): lambda row: (PAGES[row["landing_page_key"]][1],),
}
NAMES = {
    "sources": ["source"],
    "devices": ["device"],
    "geography": ["country", "region", "city"],
    "landing_pages": ["landing_page"],
}


@pytest.mark.parametrize("query", NAMES)
@given(visits=visits, p=ranges, limit=st.sampled_from([1, 2, 100]), data=st.data())
def test_visits_are_told_apart_and_add_up(star, *, query, visits, p, limit, data):
    star.fill(**dimensions(), fact_session=visits)
    by = data.draw(st.sampled_from([word for name, word in BREAKDOWNS if name == query]))
    seen = [row for row in visits if within(row["started_at"], p)]
    more = {"limit_to": limit} if query in {"geography", "landing_pages"} else {}
    expected = grouped(seen, BREAKDOWNS[query, by], more.get("limit_to"))
    expect_groups(star.ask(f"web/{query}", by=by, **p, **more), NAMES[query], expected)


@given(visits=visits, channel=st.sampled_from(["Direct", "Organic Search"]))
def test_pages_of_one_channel_have_its_visits_alone(star, visits, channel):
    star.fill(**dimensions(), fact_session=visits)
    own = [row for row in visits if CHANNELS[row["channel_key"]] == channel]
    answer = star.ask("web/landing_pages", from_channel=channel)
    expect_groups(answer, ["landing_page"], grouped(own, BREAKDOWNS["landing_pages", "page"]))


def test_a_channel_that_nobody_knows_is_refused(star):
    star.fill(**dimensions())
    with pytest.raises(
        (MartletError, duckdb.Error), match="from_channel must be the name of a channel: .*Direct"
    ):
        star.ask("web/landing_pages", from_channel="Carrier pigeon")


def depth_of(by, row):
    if by == "stage":
        return row["furthest_stage"]
    value = row["page_views"] if by == "pages" else row["duration_seconds"]
    edges = {
        "pages": [
            (1, "0 pages"),
            (2, "1 page"),
            (3, "2 pages"),
            (4, "3 pages"),
            (6, "4 to 5 pages"),
            (11, "6 to 10 pages"),
            (21, "11 to 20 pages"),
            (9999, "over 20 pages"),
        ],
        "minutes": [
            (1, "0 s"),
            (10, "1 to 9 s"),
            (30, "10 to 29 s"),
            (60, "30 to 59 s"),
            (180, "1 to 3 min"),
            (600, "3 to 10 min"),
            (1800, "10 to 30 min"),
            (99999, "30 min and more"),
        ],
    }
    return next(name for end, name in edges[by] if value < end)


@given(visits=visits, p=ranges, by=st.sampled_from(["pages", "minutes", "stage"]))
def test_depths_are_in_order(star, visits, p, by):
    star.fill(**dimensions(), fact_session=visits)
    seen = [row for row in visits if within(row["started_at"], p)]
    answer = star.ask("web/engagement", by=by, **p)
    expect_groups(answer, ["depth"], grouped(seen, lambda row: (depth_of(by, row),)))
    positions = [row["position"] for row in answer]
    assert positions == sorted(set(positions))
    if by == "stage":
        assert [STAGES[position - 1] for position in positions] == [row["depth"] for row in answer]


@given(
    visits=visits,
    p=ranges,
    first_seen=st.sampled_from([None, ORIGIN - DAY, ORIGIN + 5 * DAY]),
    period=st.sampled_from(["all", "week"]),
)
def test_only_the_first_visit_is_new(star, visits, p, first_seen, period):
    star.fill(**dimensions(first_seen), fact_session=visits)

    def kind(row):
        if row["visitor_id"] is None:
            return "(unknown)"
        own = [other for other in visits if other["visitor_id"] == row["visitor_id"]]
        first = min(own, key=lambda other: (other["started_at"], other["session_id"]))
        seen_before = row["visitor_id"] == 4 and first_seen and first_seen < first["started_at"]
        return "new" if row is first and not seen_before else "returning"

    def key(row):
        day = row["started_at"].date()
        return (None if period == "all" else start_of(period, day), kind(row))

    seen = [row for row in visits if within(row["started_at"], p)]
    answer = star.ask("web/new_vs_returning", period=period, **p)
    expect_groups(answer, ["period_start", "kind"], grouped(seen, key))


@given(
    visits=visits,
    p=ranges,
    period=st.sampled_from(["day", "week", "month"]),
    seconds=st.sampled_from([10.0, 45.5]),
)
def test_periods_are_filled_and_compared_where_whole(star, visits, p, period, seconds):
    star.fill(fact_session=visits)
    seen = [row for row in visits if within(row["started_at"], p)]
    answer = star.ask("web/traffic", period=period, engaged_seconds=seconds, **p)
    if not seen:
        assert answer == []
        return
    first, last = min(row["started_at"] for row in seen), max(row["started_at"] for row in seen)
    day, before = start_of(period, first.date()), None
    known = [row["started_at"].replace(hour=0, minute=0, second=0, microsecond=0) for row in visits]
    whole_from, whole_until = min(known), max(known) + DAY
    whole_from, whole_until = (
        max(whole_from, p["start"] or whole_from),
        min(whole_until, p["until"] or whole_until),
    )
    for row in answer:
        after = next_start(period, day)
        own = [visit for visit in seen if day <= visit["started_at"].date() < after]
        assert row["period_start"] == day
        assert {name: row[name] for name in figures(own, seconds)} == figures(own, seconds)
        begin, end = (ORIGIN.replace(year=on.year, month=on.month, day=on.day, hour=0) for on in (day, after))
        complete = begin >= whole_from and end <= whole_until
        assert row["complete"] == complete
        assert (row["told_by"], row["key_events"], row["reported_revenue"]) == ("visits", None, None)
        change = ratio(len(own) - before[0], before[0]) if complete and before and before[1] else None
        assert row["sessions_change"] == (pytest.approx(change) if change is not None else None)
        day, before = after, (len(own), complete)
    assert day > last.date()
    assert sum(row["sessions"] for row in answer) == len(seen)


def test_a_report_is_told_where_there_are_no_visits(star):
    reports = [
        {
            "date_key": 20240101,
            "channel_key": 1,
            "campaign_key": 0,
            "source": "a",
            "medium": "x",
            "sessions": 10,
        }
        | {"engaged_sessions": 4, "key_events": Decimal("1.5"), "revenue": Decimal("20.00")},
        {
            "date_key": 20240103,
            "channel_key": 2,
            "campaign_key": 0,
            "source": "a",
            "medium": "y",
            "sessions": 30,
        }
        | {"engaged_sessions": None, "key_events": None, "revenue": None},
        {"date_key": 0, "channel_key": 2, "campaign_key": 0, "source": "b", "medium": "y", "sessions": 5}
        | {"engaged_sessions": 5, "key_events": None, "revenue": Decimal(1)},
    ]
    days = [{"date_key": 20240100 + day, "date": date(2024, 1, day), "year": 2024} for day in (1, 2, 3)]
    star.fill(dim_date=days, fact_session_report=reports)
    names = ["period_start", "complete", "told_by", "sessions", "visitors", "bounce_rate", "engaged_sessions"]
    names += ["conversions", "revenue", "page_views", "key_events", "reported_revenue"]
    assert [[row[name] for name in names] for row in star.ask("web/traffic", period="day")] == [
        [date(2024, 1, 1), True, "report", 10, None, 0.6, 4, None, None, None, 1.5, Decimal("20.00")],
        [date(2024, 1, 2), True, "report", 0, None, None, 0, None, None, None, None, None],
        [date(2024, 1, 3), True, "report", 30, None, None, None, None, None, None, None, None],
    ]
    sources = star.ask("web/sources", by="medium")
    assert [(row["source"], row["told_by"], row["sessions"], row["reported_revenue"]) for row in sources] == [
        ("y", "report", 35, Decimal(1)),
        ("x", "report", 10, Decimal(20)),
    ]
    # Of sales a report knows nothing, which is no rate of zero.
    unknown = ["conversions", "conversion_rate", "conversion_low", "conversion_high"]
    assert {row[name] for row in sources for name in unknown} == {None}
    assert star.ask("web/sources", start=ORIGIN) == []
    visit = {"session_id": 1, "started_at": ORIGIN, "channel_key": 1}
    star.fill(dim_date=days, fact_session_report=reports, fact_session=[visit])
    assert [row["told_by"] for row in star.ask("web/traffic")] == ["visits"]
    assert [(row["source"], row["sessions"]) for row in star.ask("web/sources")] == [("Direct", 1)]


@given(events=events, p=ranges)
def test_events_are_counted_by_name(star, events, p):
    events = numbered(events)
    star.fill(**dimensions(), fact_event=events)
    seen = [row for row in events if within(row["occurred_at"], p)]
    groups = defaultdict(list)
    for row in seen:
        name = row["event_name"] if row["event_name"] != "other" else row["source_event"] or "other"
        groups[name].append(row)
    answer = star.ask("web/events", **p)
    assert {row["event"] for row in answer} == groups.keys()
    every = {row["session_id"] for row in seen} - {None}
    for row in answer:
        own = groups[row["event"]]
        sessions = {event["session_id"] for event in own} - {None}
        # Of a visit of several visitors, and of events without a visit, each as the query says.
        visitors = {event["visitor_id"] for event in own if event["session_id"] is None} | {
            min(
                (event["visitor_id"] for event in own if event["session_id"] == one and event["visitor_id"]),
                default=None,
            )
            for one in sessions
        }
        values = [event["value"] for event in own if event["value"] is not None]
        assert row["events"] == len(own)
        assert row["event_share"] == pytest.approx(len(own) / len(seen))
        assert row["sessions"] == len(sessions)
        assert row["session_share"] == (pytest.approx(len(sessions) / len(every)) if every else None)
        assert row["visitors"] == len(visitors - {None})
        known = sum(event["session_id"] is not None for event in own)
        assert row["events_per_session"] == (pytest.approx(known / len(sessions)) if sessions else None)
        assert row["value"] == (sum(values) if values else None)
        assert row["first_at"] == min(event["occurred_at"] for event in own)
        assert row["last_at"] == max(event["occurred_at"] for event in own)
    assert sum(row["events"] for row in answer) == len(seen)


@given(visits=visits, p=ranges, clock=st.sampled_from(["local", "warehouse"]))
def test_hours_are_those_of_the_place(star, visits, p, clock):
    star.fill(**dimensions(), fact_session=visits)
    counts = defaultdict(list)
    for row in visits:
        if within(row["started_at"], p):
            zone = PLACES[row["geography_key"]][3] if clock == "local" else None
            local = row["started_at"].replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone or "UTC"))
            counts[local.isoweekday(), local.hour].append(row)
    answer = star.ask("web/hours", clock=clock, **p)
    whole = sum(map(len, counts.values()))
    assert [(row["day_of_week"], row["hour"]) for row in answer] == [
        (day, hour) for day in range(1, 8) for hour in range(24) if whole
    ]
    for row in answer:
        own = counts[row["day_of_week"], row["hour"]]
        assert row["sessions"] == len(own)
        assert row["session_index"] == pytest.approx(len(own) * 168 / whole)
        assert row["conversions"] == sum(one["is_converted"] for one in own)
        assert row["revenue"] == sum((one["revenue"] for one in own), Decimal(0))
        assert row["engaged_rate"] == (pytest.approx(sum(map(is_engaged, own)) / len(own)) if own else None)


@given(
    visits=visits,
    unit=st.sampled_from(["visitor", "customer"]),
    period=st.sampled_from(["week", "month"]),
    as_of=st.sampled_from([None, ORIGIN + 40 * DAY, ORIGIN + 120 * DAY]),
    first_seen=st.sampled_from([None, ORIGIN - 40 * DAY, ORIGIN + 5 * DAY]),
    p=ranges,
)
def test_cohorts_are_those_of_the_first_visit(star, *, visits, unit, period, as_of, first_seen, p):
    star.fill(**dimensions(first_seen), fact_session=visits)
    today = as_of or max((row["started_at"] for row in visits), default=ORIGIN)
    people = defaultdict(list)
    for row in visits:
        if unit_of(row, unit) is not None and row["started_at"] <= today:
            people[unit_of(row, unit)].append(row)
    cohorts = defaultdict(list)
    for own in people.values():
        first = min(row["started_at"] for row in own)
        seen = min([first] + [first_seen for row in own if row["visitor_id"] == 4 and first_seen])
        begin = start_of(period, first.date())
        if seen.date() >= begin and within(seen, p):
            cohorts[begin].append(own)
    answer = star.ask("web/cohorts", unit=unit, period=period, as_of=as_of, **p)
    expected = []
    for begin in sorted(cohorts):
        day, number = begin, 0
        while day <= today.date():
            after = next_start(period, day)
            cell = [[row for row in own if day <= row["started_at"].date() < after] for own in cohorts[begin]]
            flat = [row for own in cell for row in own]
            money = sum((row["revenue"] for row in flat), Decimal(0))
            size, active = len(cohorts[begin]), sum(map(bool, cell))
            expected.append(
                {
                    "cohort_start": begin,
                    "period_number": number,
                    "cohort_size": size,
                    "active": active,
                    "retention_rate": pytest.approx(active / size),
                    "sessions": len(flat),
                    "conversions": sum(row["is_converted"] for row in flat),
                    "revenue": money,
                    "revenue_per_head": pytest.approx(float(money) / size),
                    "complete": ORIGIN.replace(year=after.year, month=after.month, day=after.day, hour=0)
                    <= today,
                }
            )
            day, number = after, number + 1
    assert answer == expected


def sessions_of(own, idle, new_day):
    """Cut one unit's events, walking through them one by one."""
    sessions = []
    for event in sorted(own, key=lambda row: row["occurred_at"]):
        last = sessions[-1][-1]["occurred_at"] if sessions else None
        if (
            last is None
            or event["occurred_at"] - last > idle
            or (new_day and event["occurred_at"].date() != last.date())
        ):
            sessions.append([])
        sessions[-1].append(event)
    return sessions


@given(
    events=events,
    p=ranges,
    idle=st.sampled_from([15, 14.5, 30, 1, 0.99]),
    new_day=st.booleans(),
    rule=st.sampled_from(["ga4", "plain"]),
    page_events=st.sampled_from([["page_view"], ["page_view", "product_view"]]),
    key_events=st.sampled_from([["purchase"], ["search", "other"]]),
)
def test_sessions_end_with_the_silence(star, *, events, p, idle, new_day, rule, page_events, key_events):
    events = numbered(events)
    star.fill(**dimensions(), fact_event=events)
    units = defaultdict(list)
    for row in events:
        if within(row["occurred_at"], p):
            unit = (
                ("visitor", row["visitor_id"])
                if row["visitor_id"]
                else ("customer", row["customer_key"])
                if row["customer_key"]
                else ("session", row["session_id"])
            )
            if unit[1] is not None:
                units[unit].append(row)
    expected = []
    for unit, own in sorted(units.items()):
        for number, session in enumerate(sessions_of(own, timedelta(minutes=idle), new_day), 1):
            begin, end = session[0]["occurred_at"], session[-1]["occurred_at"]
            names = Counter(event["event_name"] for event in session)
            pages, keys = (sum(names[name] for name in some) for some in (page_events, key_events))
            values = [e["value"] for e in session if e["event_name"] == "purchase" and e["value"]]
            seen = {*page_events, "product_view"}
            engaged = (end - begin).total_seconds() >= 10 or pages >= 2 or keys > 0
            expected.append(
                {
                    "unit": unit[0],
                    "unit_id": unit[1],
                    "session_number": number,
                    "started_at": begin,
                    "ended_at": end,
                    "duration_seconds": (end - begin) // timedelta(seconds=1),
                    "events": len(session),
                    "page_views": pages,
                    "key_events": keys,
                    "purchases": names["purchase"],
                    "purchase_value": sum(values) if values else None,
                    "is_engaged": engaged,
                    "is_bounce": not engaged if rule == "ga4" else pages <= 1 and names.keys() <= seen,
                }
            )
    answer = star.ask(
        "web/sessionize",
        idle_minutes=idle,
        new_day=new_day,
        rule=rule,
        page_events=page_events,
        engaging_events=key_events,
        **p,
    )
    assert answer == expected
    assert sum(row["events"] for row in answer) == sum(map(len, units.values()))


TERMS = ['"term":"Lamp"', '"term": " lamp "', '"search_term":"shoes"', '"term":"say \\"hi\\""', '"other":1']


@given(
    visits=visits,
    searches=st.lists(
        st.fixed_dictionaries(
            {
                "session_id": st.sampled_from([None, 1, 2, 3, 99]),
                "visitor_id": st.sampled_from([None, 1, 2]),
                "occurred_at": st.integers(0, 9).map(lambda n: ORIGIN + n * DAY),
                "event_name": st.sampled_from(["search", "search", "click"]),
                "term": st.sampled_from([None, *TERMS]),
                "results": st.sampled_from([None, 0, 0, 3, 12]),
            }
        ),
        max_size=15,
    ),
    p=ranges,
    limit=st.sampled_from([1, 100]),
)
def test_searches_are_counted_by_term(star, visits, searches, p, limit):
    words = dict(zip(TERMS, ["lamp", "lamp", "shoes", 'say \\"hi\\"', ""], strict=True))
    rows = [
        {
            "event_id": number,
            **{name: row[name] for name in ("session_id", "visitor_id", "occurred_at", "event_name")},
            "event_properties": None
            if row["term"] is None
            else "{" + row["term"] + ("" if row["results"] is None else f',"results":{row["results"]}') + "}",
        }
        for number, row in enumerate(searches, 1)
    ]
    star.fill(**dimensions(), fact_session=visits, fact_event=rows)
    groups = defaultdict(list)
    for row in searches:
        term = words.get(row["term"], "")
        if row["event_name"] == "search" and term and within(row["occurred_at"], p):
            groups[term].append(row)
    shown = sorted(groups, key=lambda term: (-len(groups[term]), term))[:limit]
    kept = defaultdict(list)
    for term, own in groups.items():
        kept[term if term in shown else "(other)"] += own
    answer = star.ask("web/search_terms", limit_to=limit, **p)
    assert {row["term"] for row in answer} == kept.keys()
    known = {row["session_id"]: row for row in visits}
    for row in answer:
        own = kept[row["term"]]
        sessions = {one["session_id"] for one in own} - {None}
        told = [one["results"] for one in own if one["results"] is not None]
        sales = [known[one] for one in sessions if one in known and known[one]["is_converted"]]
        assert row["searches"] == len(own)
        assert row["search_share"] == pytest.approx(len(own) / sum(map(len, groups.values())))
        assert row["sessions"] == len(sessions)
        assert row["mean_results"] == (pytest.approx(sum(told) / len(told)) if told else None)
        assert row["found_nothing_rate"] == (pytest.approx(told.count(0) / len(told)) if told else None)
        assert row["conversions"] == len(sales)
        assert row["revenue"] == sum((one["revenue"] for one in sales), Decimal(0))


@given(
    told=st.lists(
        st.tuples(
            st.sampled_from(["LCP", "lcp", "CLS", "TTFB", "scroll"]),
            st.sampled_from([None, 0.05, 0.1, 0.3, 120, 2500, 2501, 1e4]),
            st.sampled_from([None, Decimal("0.20"), Decimal(900)]),
            st.sampled_from(list(PAGES)),
            st.booleans(),
        ),
        max_size=20,
    ),
    by=st.sampled_from(["none", "page", "page_type"]),
)
def test_speed_is_rated_by_its_third_quartile(star, told, by):
    star.fill(
        **dimensions(),
        fact_event=[
            {
                "event_id": number,
                "occurred_at": ORIGIN,
                "event_name": "other",
                "source_event": "web_vitals" if in_properties else name,
                "page_key": page,
                "value": value,
                "event_properties": "{"
                + (f'"metric_name": "{name}", ' if in_properties else "")
                + ("" if figure is None else f'"metric_value": {figure!r}, ')
                + '"x": 1}',
            }
            for number, (name, figure, value, page, in_properties) in enumerate(told, 1)
        ],
    )
    good = {"LCP": (2500, 4000), "CLS": (0.1, 0.25), "TTFB": (800, 1800)}
    groups = defaultdict(list)
    for name, figure, value, page, _ in told:
        measured = figure if figure is not None else value
        if name.upper() in good and measured is not None:
            place = {"none": "(all)", "page": PAGES[page][0], "page_type": PAGES[page][1]}[by]
            groups[name.upper(), place].append(float(measured))
    answer = star.ask("web/site_speed", by=by)
    assert {(row["metric"], row["place"]) for row in answer} == groups.keys()
    for row in answer:
        own = sorted(groups[row["metric"], row["place"]])
        low, high = good[row["metric"]]
        p75 = own[0] if len(own) == 1 else quantiles(own, n=4, method="inclusive")[2]
        assert row["measurements"] == len(own)
        assert row["p50"] == pytest.approx(median(own))
        assert row["p75"] == pytest.approx(p75)
        assert row["good_rate"] == pytest.approx(sum(one <= low for one in own) / len(own))
        assert row["poor_rate"] == pytest.approx(sum(one > high for one in own) / len(own))
        if abs(p75 - low) > 1e-6 and abs(p75 - high) > 1e-6:
            rating = "good" if p75 <= low else "needs improvement" if p75 <= high else "poor"
            assert row["rating"] == rating
