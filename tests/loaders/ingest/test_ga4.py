"""Events of Google Analytics 4: where a visit came from, whose purchase it was, and in which order its events were done."""

import json
import shutil

import pytest

import martlet

DAY = 1_709_287_332_000_000  # 2024-03-01 10:02:12 UTC
VISIT = "SELECT channel, campaign.name FROM star.fact_session JOIN star.dim_channel USING (channel_key) JOIN star.dim_campaign AS campaign USING (campaign_key)"


def event(name, seconds=0, *, visitor="v1", session=111, params=(), **more):
    values = {"ga_session_id": {"int_value": session}}
    values |= {
        key: {"int_value" if isinstance(value, int) else "string_value": value}
        for key, value in dict(params).items()
    }
    return {
        "event_timestamp": DAY + seconds * 1_000_000,
        "event_name": name,
        "user_pseudo_id": visitor,
        "event_params": [{"key": key, "value": value} for key, value in values.items()],
        "items": [],
        **more,
    }


def load(loader, *days):
    for number, given in enumerate(days, 1):
        # A file of one event would be one document.
        events = [*given, {**given[-1], "event_name": "scroll"}]
        file = loader.write("\n".join(map(json.dumps, events)), f"events_2024030{number}.json")
        martlet.ingest("ga4_bigquery", file, warehouse=loader.warehouse)


def last_click(source, medium, name="(not set)", **more):
    campaign = {"source": source, "medium": medium, "campaign_name": name}
    return {"session_traffic_source_last_click": {"cross_channel_campaign": campaign, **more}}


PAGE = "https://shop.example.com/"
SOURCES = {
    "parameters of the page view only": (
        [event("session_start"), event("page_view", 1, params={"source": "google", "medium": "organic"})],
        "Organic Search",
        "(unknown)",
    ),
    "parameters of a later event": (
        [
            event("session_start"),
            event("page_view"),
            event("scroll", 9, params={"source": "news", "medium": "email", "campaign": "May"}),
        ],
        "Email",
        "May",
    ),
    "collected with the first visit": (
        [
            event(
                "first_visit",
                collected_traffic_source={
                    "manual_source": "facebook",
                    "manual_medium": "paid_social",
                    "manual_campaign_name": "May",
                },
            )
        ],
        "Paid Social",
        "May",
    ),
    "the session's own": (
        [event("session_start", **last_click("bing", "organic"))],
        "Organic Search",
        "(unknown)",
    ),
    "the session's own beside an event's": (
        [
            event("session_start", **last_click("news", "email", "May")),
            event(
                "page_view",
                5,
                params={"source": "x.com", "medium": "referral"},
                **last_click("news", "email", "May"),
            ),
        ],
        "Email",
        "May",
    ),
    "a campaign of Google Ads": (
        [
            event(
                "session_start",
                **last_click("google", "cpc", "(not set)", google_ads_campaign={"campaign_name": "Brand"}),
            )
        ],
        "Paid Search",
        "Brand",
    ),
    "a click on an ad that was taken for organic": (
        [
            event("session_start", params={"source": "google", "medium": "organic"}),
            event(
                "page_view",
                1,
                params={"source": "google", "medium": "organic"},
                collected_traffic_source={
                    "gclid": "Cj0K",
                    "manual_source": "google",
                    "manual_medium": "organic",
                },
            ),
        ],
        "Paid Search",
        "(unknown)",
    ),
    "a click in the address": (
        [event("page_view", params={"page_location": f"{PAGE}?gclid=Cj0K"})],
        "Paid Search",
        "(unknown)",
    ),
    "an iPhone's click": (
        [event("page_view", params={"page_location": f"{PAGE}?a=1&wbraid=Cj0K"})],
        "Paid Search",
        "(unknown)",
    ),
    "a click of Microsoft's": (
        [event("page_view", params={"page_location": f"{PAGE}?msclkid=77"})],
        "Paid Search",
        "(unknown)",
    ),
    "a click of TikTok's": (
        [event("page_view", params={"page_location": f"{PAGE}?ttclid=77"})],
        "Paid Social",
        "(unknown)",
    ),
    "a link on Facebook": (
        [event("page_view", params={"page_location": f"{PAGE}?fbclid=77"})],
        "Organic Social",
        "(unknown)",
    ),
    "an ad on Facebook": (
        [
            event(
                "page_view",
                params={
                    "page_location": f"{PAGE}?utm_source=facebook&utm_medium=paid_social&utm_campaign=May+sale&fbclid=7"
                },
            )
        ],
        "Paid Social",
        "May sale",
    ),
    "what first brought the user, in the first visit": (
        [
            event(
                "session_start",
                params={"ga_session_number": 1},
                traffic_source={"source": "google", "medium": "organic", "name": "(organic)"},
            )
        ],
        "Organic Search",
        "(unknown)",
    ),
    "what first brought the user, in a later visit": (
        [
            event(
                "session_start",
                params={"ga_session_number": 4},
                traffic_source={"source": "google", "medium": "organic"},
            )
        ],
        "Direct",
        "(unknown)",
    ),
    "nothing": (
        [event("session_start", **last_click("(direct)", "(none)", "(direct)"))],
        "Direct",
        "(unknown)",
    ),
}


@pytest.mark.parametrize("case", SOURCES)
def test_where_a_visit_came_from(case, loader):
    events, channel, campaign = SOURCES[case]
    load(loader, events)
    assert loader.rows(VISIT) == [(channel, campaign)]
    assert loader.rows(VISIT.replace("fact_session", "fact_touchpoint")) == [(channel, campaign)]


def test_a_visit_over_midnight_keeps_its_beginning(loader):
    first = [event("session_start", params={"source": "google", "medium": "cpc"}), event("page_view", 1)]
    load(loader, first, [event("page_view", 50_000)])
    assert loader.rows(VISIT) == [("Paid Search", "(unknown)")]
    assert loader.rows("SELECT CAST(touched_at AS VARCHAR) FROM star.fact_touchpoint") == [
        ("2024-03-01 10:02:12",)
    ]
    assert loader.rows("SELECT duration_seconds FROM star.fact_session") == [(50_000,)]


def test_a_visit_of_one_page_is_a_bounce_whatever_is_sent_of_itself(loader):
    alone = [event("session_start"), event("first_visit"), event("page_view"), event("user_engagement", 9)]
    read = [event("page_view", visitor="v2"), event("scroll", 9, visitor="v2")]
    none = [event("session_start", visitor="v3")]
    load(loader, [*none, *alone, *read])
    visits = "SELECT visitor.source_id, is_bounce FROM star.fact_session JOIN star.bridge_visitor AS visitor USING (visitor_id) ORDER BY 1"
    assert loader.rows(visits) == [("v1", True), ("v2", False), ("v3", False)]
    # On the next day it goes on.
    load(loader, [event("page_view", 50_000)])
    assert loader.rows(visits)[0] == ("v1", False)


def batch(page, ordering, index):
    return {"batch_page_id": page, "batch_ordering_id": ordering, "batch_event_index": index}


FUNNEL = ["page_view", "view_item", "add_to_cart", "begin_checkout", "purchase"]
ORDER = "SELECT event_name FROM star.fact_event WHERE funnel_stage IS NOT NULL ORDER BY occurred_at"


def test_events_of_one_moment_are_in_the_order_of_the_funnel(loader):
    load(loader, [event(name) for name in reversed(FUNNEL)])
    assert [name for (name,) in loader.rows(ORDER)] == [
        "page_view",
        "product_view",
        "add_to_cart",
        "begin_checkout",
        "purchase",
    ]
    assert loader.rows(
        "SELECT count(DISTINCT occurred_at) FROM star.fact_event WHERE funnel_stage IS NOT NULL"
    ) == [(5,)]


def test_events_of_one_batch_are_in_its_order(loader):
    load(
        loader,
        [
            event("add_to_cart", **batch(1, 10, 1)),
            event("page_view", **batch(1, 9, 2)),
            event("view_item", **batch(1, 9, 12)),
        ],
    )
    assert [name for (name,) in loader.rows(ORDER)] == ["page_view", "product_view", "add_to_cart"]
    load(
        loader,
        [
            event("add_to_cart", **batch(1, 10, 1)),
            event("page_view", **batch(1, 9, 2)),
            event("view_item", **batch(1, 9, 12)),
        ],
    )
    assert loader.rows("SELECT count(*) FROM star.fact_event") == [(4,)]


def bought(order, seconds, **more):
    return event("purchase", seconds, ecommerce={"transaction_id": order, "purchase_revenue": 50.0}, **more)


@pytest.fixture(scope="module")
def sold(_empty_warehouse, tmp_path_factory):
    """Nobody logged in: v1 came by search and bought in a later, direct visit; v2 bought in its only visit; v3 did not buy."""
    folder = tmp_path_factory.mktemp("ga4")
    warehouse = folder / "w.duckdb"
    shutil.copyfile(_empty_warehouse, warehouse)
    search, mail = {"source": "google", "medium": "organic"}, {"source": "news", "medium": "email"}
    events = [
        event("session_start", params=search),
        event("session_start", 7200, session=112),
        bought("T1", 7260, session=112),
        *(event(name, 100, visitor="v2", session=5, params=mail) for name in FUNNEL[:4]),
        bought("T2", 160, visitor="v2", session=5),
        event("session_start", 300, visitor="v3", session=9, params={"source": "fb", "medium": "paid"}),
    ]
    (folder / "events_20240301.json").write_text("\n".join(map(json.dumps, events)))
    martlet.ingest("ga4_bigquery", folder / "events_20240301.json", warehouse=warehouse)
    with martlet.open(warehouse) as opened:
        yield opened


def test_the_touches_of_a_browser_belong_to_its_orders(sold):
    given = sold.sql(
        "SELECT channel, CAST(sum(revenue) AS DOUBLE) FROM attribution.channels(model := ['linear']) GROUP BY 1 ORDER BY 1"
    ).rows()
    assert {channel: revenue for channel, revenue in given if revenue} == {
        "Direct": 25.0,
        "Email": 50.0,
        "Organic Search": 25.0,
    }


def test_a_browser_that_bought_has_no_path_without_a_purchase(sold):
    paths = sold.sql("SELECT * FROM attribution.channels(model := ['markov'])").rows()
    assert "Paid Social" in {cell for row in paths for cell in row}


def test_a_visit_of_one_moment_passes_the_funnel(sold):
    steps = sold.sql("SELECT step, entered FROM funnel.conversion ORDER BY step_number").rows()
    assert [entered for _, entered in steps] == [1, 1, 1, 1, 1]


def test_field_case(shared, tmp_path):
    warehouse = tmp_path / "w.duckdb"
    martlet.ingest("ga4_bigquery", shared / "field_cases/ga4_modern/input.json", warehouse=warehouse)
    with martlet.open(warehouse) as opened:
        given = opened.sql(
            "SELECT channel, model, CAST(revenue AS DOUBLE) AS revenue FROM attribution.channels"
        ).rows()
        assert {channel for channel, _, revenue in given if revenue} == {"Organic Search"}
        assert [
            row[0] for row in opened.sql("SELECT entered FROM funnel.conversion ORDER BY step_number").rows()
        ] == [1] * 5


def test_a_report_in_totals_is_kept_as_totals(loader):
    lines = [
        "# Start date: 20240301",
        "# Account: Fern, Ltd: Europe",
        "Session source / medium,Session campaign,Date,Sessions,Engaged sessions,Key events,Total revenue",
        "google / cpc,Spring,20240301,10,8,1,5.50",
        "google / cpc,spring,20240302,3,2,0,0",
        "(direct) / (none),(not set),20240301,20,10,2.5,7",
    ]
    loader("ga4_report", "\n".join(lines) + "\n")
    assert loader.rows(
        "SELECT date_key, channel, campaign.name, source, fact.medium, sessions, CAST(key_events AS DOUBLE), CAST(revenue AS DOUBLE) "
        "FROM star.fact_session_report AS fact JOIN star.dim_channel USING (channel_key) "
        "JOIN star.dim_campaign AS campaign USING (campaign_key) ORDER BY 1, 2"
    ) == [
        (20240301, "Direct", "(unknown)", "(direct)", "(none)", 20, 2.5, 7.0),
        (20240301, "Paid Search", "Spring", "google", "cpc", 10, 1.0, 5.5),
        (20240302, "Paid Search", "Spring", "google", "cpc", 3, 0.0, 0.0),
    ]
    assert loader.rows(
        "SELECT (SELECT count(*) FROM star.fact_session), (SELECT count(*) FROM star.fact_touchpoint)"
    ) == [(0, 0)]


@pytest.mark.parametrize(
    ("column", "places", "expected"),
    [
        ("sequence", (2, 1, 10), ["page_view", "product_view", "add_to_cart"]),
        ("sequence", (1, 2, 3), ["product_view", "page_view", "add_to_cart"]),
        ("note", ("x", "y", "z"), ["page_view", "product_view", "add_to_cart"]),
    ],
)
def test_a_log_in_whole_seconds_is_in_its_own_order_else_in_that_of_the_funnel(
    column, places, expected, loader
):
    names = zip(("view_item", "page_view", "add_to_cart"), places, strict=True)
    rows = "".join(f"s1,v1,2024-03-01 10:00:00,{name},{place}\n" for name, place in names)
    loader("events", f"session id,visitor id,timestamp,event,{column}\n{rows}")
    assert [name for (name,) in loader.rows(ORDER)] == expected
