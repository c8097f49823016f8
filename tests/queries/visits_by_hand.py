"""Random small sites, with all that the packs of the web and of journeys read, and what the tests of both work out of them."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

ORIGIN = datetime(2024, 1, 29, 22)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
STAGES = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"]
CHANNELS = {0: "(unknown)", 1: "Direct", 2: "Organic Search", 3: "Paid Search"}
CUSTOMER_OF_VISITOR = {1: 1, 2: 1, 3: 0, 4: 2}
PAGES = {
    0: ("(unknown)", "(unknown)"),
    1: ("/", "home"),
    2: ("/p/fern", "product"),
    3: ("/p/moss", "product"),
    4: ("/cart", "cart"),
    5: ("/a", "other"),
}
PLACES = {
    0: ("(unknown)", "(unknown)", "(unknown)", None),
    1: ("Portugal", "Lisbon", "Lisbon", "Europe/Lisbon"),
    2: ("Portugal", "Porto", "Porto", None),
    3: ("Australia", "Victoria", "Melbourne", "Australia/Melbourne"),
}
DEVICES = {
    0: ("(unknown)", "(unknown)", "(unknown)"),
    1: ("mobile", "iOS", "Safari"),
    2: ("mobile", "Android", "Chrome"),
    3: ("desktop", "macOS", "Safari"),
}
CAMPAIGNS = {
    0: ("(none)", "(none)"),
    1: ("Spring", "Newsletter"),
    2: ("Spring", "Promotional"),
    3: ("Autumn", "Newsletter"),
}

moments = st.one_of(
    st.integers(0, 30).map(lambda n: ORIGIN + n * 10 * MINUTE),
    st.integers(0, 90).map(lambda n: ORIGIN + n * DAY),
)


def _sold(row):
    revenue = row.pop("amount")
    return {**row, "revenue": revenue if row["is_converted"] else Decimal(0)}


visits = st.lists(
    st.fixed_dictionaries(
        {
            "visitor_id": st.sampled_from([None, 1, 2, 3, 4]),
            "customer_key": st.sampled_from([0, 0, 1, 2]),
            "started_at": moments,
            "channel_key": st.sampled_from(list(CHANNELS)),
            "campaign_key": st.sampled_from(list(CAMPAIGNS)),
            "device_key": st.sampled_from(list(DEVICES)),
            "geography_key": st.sampled_from(list(PLACES)),
            "landing_page_key": st.sampled_from(list(PAGES)),
            "page_views": st.sampled_from([0, 1, 1, 2, 3, 4, 7, 12, 30]),
            "duration_seconds": st.sampled_from([0, 0, 9, 10, 45, 100, 500, 1500, 4000]),
            "is_bounce": st.booleans(),
            "furthest_stage": st.sampled_from(STAGES),
            "is_converted": st.sampled_from([False, False, True]),
            "amount": st.integers(1, 20000).map(lambda cents: Decimal(cents) / 100),
        }
    ).map(_sold),
    max_size=25,
).map(lambda rows: [{"session_id": number, **row} for number, row in enumerate(rows, 1)])

events = st.lists(
    st.fixed_dictionaries(
        {
            "session_id": st.sampled_from([None, 1, 1, 2, 3, 4]),
            "visitor_id": st.sampled_from([None, 1, 2, 3, 4]),
            "customer_key": st.sampled_from([0, 0, 1, 2]),
            "occurred_at": st.one_of(
                st.integers(0, 6).map(lambda n: ORIGIN + n * MINUTE),
                st.integers(0, 20).map(lambda n: ORIGIN + n * 15 * MINUTE),
            ),
            "kind": st.sampled_from(
                [
                    ("page_view", None, "Homepage"),
                    ("page_view", None, "Homepage"),
                    ("product_view", None, "Product Page"),
                    ("add_to_cart", None, "Add to Cart"),
                    ("purchase", None, "Purchase"),
                    ("search", None, None),
                    ("other", "scroll", None),
                    ("other", None, None),
                ]
            ),
            "page_key": st.sampled_from(list(PAGES)),
            "value": st.sampled_from([None, None, Decimal("1.25"), Decimal(20)]),
        }
    ),
    max_size=30,
).flatmap(st.permutations)


def numbered(rows):
    """Give events numbers in their order, which need not be that of their moments, and say their kind in columns."""
    return [
        {
            "event_id": number,
            **{name: value for name, value in row.items() if name != "kind"},
            **dict(zip(("event_name", "source_event", "funnel_stage"), row["kind"], strict=True)),
        }
        for number, row in enumerate(rows, 1)
    ]


def dimensions(first_seen=None):
    """Return the rows of the dimensions; `first_seen` is when visitor 4 was first seen."""
    return {
        "dim_page": [
            {"page_key": key, "path": path, "page_type": kind} for key, (path, kind) in PAGES.items() if key
        ],
        "dim_geography": [
            {"geography_key": key, "country": country, "region": region, "city": city, "time_zone": zone}
            for key, (country, region, city, zone) in PLACES.items()
            if key
        ],
        "dim_device": [
            {"device_key": key, "device_type": kind, "os": system, "browser": browser}
            for key, (kind, system, browser) in DEVICES.items()
            if key
        ],
        "dim_campaign": [
            {"campaign_key": key, "campaign_id": f"C{key}", "name": name, "campaign_type": kind}
            for key, (name, kind) in CAMPAIGNS.items()
            if key
        ],
        "bridge_visitor": [
            {
                "visitor_id": visitor,
                "customer_key": key,
                "first_seen_at": first_seen if visitor == 4 else None,
            }
            for visitor, key in CUSTOMER_OF_VISITOR.items()
        ],
    }


def within(moment, p):
    """Whether a moment lies in the range of the parameters."""
    return (not p["start"] or moment >= p["start"]) and (not p["until"] or moment < p["until"])


def unit_of(row, unit):
    """Return whose a visit or event is, None if nobody's."""
    if unit != "customer":
        return row[f"{unit}_id"]
    return (row["customer_key"] or CUSTOMER_OF_VISITOR.get(row["visitor_id"], 0)) or None


def is_engaged(row, seconds=10):
    """Whether a visit is engaged, by the rule of Google Analytics 4."""
    return row["duration_seconds"] >= seconds or row["page_views"] >= 2 or row["is_converted"]


__all__ = [
    "CAMPAIGNS",
    "CHANNELS",
    "CUSTOMER_OF_VISITOR",
    "DAY",
    "DEVICES",
    "MINUTE",
    "ORIGIN",
    "PAGES",
    "PLACES",
    "STAGES",
    "dimensions",
    "events",
    "is_engaged",
    "moments",
    "numbered",
    "unit_of",
    "visits",
    "within",
]
