"""What the web analytics, the email tool, the forms and the ad platforms export."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from martlet.loaders.extract._shop import (
    CAMPAIGN,
    CAMPAIGNS,
    CHANNEL,
    CHANNELS,
    CUSTOMER,
    CUSTOMERS,
    PRODUCT,
    PRODUCTS,
)
from martlet.loaders.extract._tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["TABLES", "ad_reports"]

_DEVICE = "nullif(CAST(device.device_type AS VARCHAR), '(unknown)')"
_DEVICES = "LEFT JOIN star.dim_device AS device ON device.device_key = fact.device_key"
_PAGE = "nullif(page.path, '(unknown)')"

_CAMPAIGNS = Table(
    name="campaigns",
    columns={
        "campaign_id": ("key", "fact.campaign_id"),
        "name": ("name", "fact.name"),
        "channel": ("word", CHANNEL),
        "campaign_type": ("word", "fact.campaign_type"),
        "objective": ("word", "fact.objective"),
        "audience": ("word", "fact.audience"),
        "platform": ("word", "fact.platform"),
        "subject_line": ("text", "fact.subject_line"),
        "starts_on": ("day", "fact.starts_on"),
        "ends_on": ("day", "fact.ends_on"),
        "budget": ("money", "fact.budget"),
    },
    source=f"(FROM star.dim_campaign WHERE campaign_key <> 0) AS fact {CHANNELS}",
    order="fact.campaign_key",
)

# Machines write these, so few of their columns can be spoilt.
_SESSIONS = Table(
    name="web_sessions",
    columns={
        "session_id": ("key", "fact.session_id"),
        "visitor_id": ("fixed", "fact.visitor_id"),
        "customer_id": ("customer", CUSTOMER),
        "started_at": ("fixed", "fact.started_at"),
        "channel": ("word", CHANNEL),
        "campaign_id": ("fixed", CAMPAIGN),
        "device_type": ("fixed", _DEVICE),
        "landing_page": ("fixed", _PAGE),
        "page_views": ("fixed", "fact.page_views"),
        "duration_seconds": ("count", "fact.duration_seconds"),
        "bounced": ("fixed", "fact.is_bounce"),
        "order_id": ("fixed", "fact.order_id"),
    },
    source=(
        f"star.fact_session AS fact {CUSTOMERS} {CHANNELS} {CAMPAIGNS} {_DEVICES} "
        "LEFT JOIN star.dim_page AS page ON page.page_key = fact.landing_page_key"
    ),
    order="fact.started_at, fact.session_id",
    mixed="parquet",
)

_EVENTS = Table(
    name="web_events",
    columns={
        "event_id": ("key", "fact.event_id"),
        "session_id": ("fixed", "fact.session_id"),
        "visitor_id": ("fixed", "fact.visitor_id"),
        "occurred_at": ("fixed", "fact.occurred_at"),
        "event": ("fixed", "CAST(fact.event_name AS VARCHAR)"),
        "page": ("text", _PAGE),
        "sku": ("fixed", PRODUCT),
        "value": ("money", "fact.value"),
    },
    source=f"star.fact_event AS fact {PRODUCTS} LEFT JOIN star.dim_page AS page ON page.page_key = fact.page_key",
    order="fact.occurred_at, fact.event_id",
    mixed="ndjson",
)

_TOUCHPOINTS = Table(
    name="touchpoints",
    columns={
        "touchpoint_id": ("key", "fact.touchpoint_id"),
        "customer_id": ("customer", CUSTOMER),
        "visitor_id": ("fixed", "fact.visitor_id"),
        "touched_at": ("fixed", "fact.touched_at"),
        "channel": ("word", CHANNEL),
        "campaign_id": ("fixed", CAMPAIGN),
        "device_type": ("fixed", _DEVICE),
        "touch_type": ("fixed", "CAST(fact.touch_type AS VARCHAR)"),
        "session_id": ("fixed", "fact.session_id"),
        "cost": ("fixed", "fact.cost"),
    },
    source=f"star.fact_touchpoint AS fact {CUSTOMERS} {CHANNELS} {CAMPAIGNS} {_DEVICES}",
    order="fact.touched_at, fact.touchpoint_id",
)

_EMAILS = Table(
    name="email_recipients",
    columns={
        "email_id": ("key", "fact.email_id"),
        "campaign_id": ("fixed", CAMPAIGN),
        "customer_id": ("customer", CUSTOMER),
        "email": ("email", "customer.email"),
        "assigned_at": ("fixed", "fact.assigned_at"),
        "holdout": ("fixed", "fact.is_holdout"),
        "sent_at": ("moment", "fact.sent_at"),
        "delivered_at": ("fixed", "fact.delivered_at"),
        "bounce_type": ("word", "fact.bounce_type"),
        "first_opened_at": ("fixed", "fact.first_opened_at"),
        "opens": ("fixed", "fact.open_count"),
        "first_clicked_at": ("fixed", "fact.first_clicked_at"),
        "clicks": ("fixed", "fact.click_count"),
        "unsubscribed_at": ("fixed", "fact.unsubscribed_at"),
        "complained_at": ("fixed", "fact.complained_at"),
    },
    source=f"star.fact_email AS fact {CUSTOMERS} {CAMPAIGNS}",
    order="fact.assigned_at, fact.email_id",
)

_LEADS = Table(
    name="leads",
    columns={
        "lead_id": ("key", "fact.lead_id"),
        "captured_at": ("moment", "fact.captured_at"),
        "channel": ("word", CHANNEL),
        "campaign_id": ("fixed", CAMPAIGN),
        "customer_id": ("customer", CUSTOMER),
        "became_customer_at": ("moment", "fact.became_customer_at"),
        "converted": ("fixed", "fact.customer_key <> 0"),
    },
    source=f"star.fact_lead AS fact {CUSTOMERS} {CHANNELS} {CAMPAIGNS}",
    order="fact.captured_at, fact.lead_id",
)

TABLES = (_CAMPAIGNS, _SESSIONS, _EVENTS, _TOUCHPOINTS, _EMAILS, _LEADS)

# Names under which each platform's reports keep: day, campaign, its id, impressions, clicks, spend, leads, conversions
# and their value. Other platforms get the last row.
_AD_NAMES = {
    "Google Ads": "Day|Campaign|Campaign ID|Impr.|Clicks|Cost|Leads|Conversions|Conv. value",
    "Google Display": "Date|Line item|Line item ID|Impressions|Clicks|Media cost|Leads|Total conversions|Revenue",
    "Meta Ads": "Reporting starts|Campaign name|Campaign ID|Impressions|Link clicks|Amount spent|Leads|Purchases|Purchases conversion value",
    "Awin": "transactionDate|publisherName|publisherId|impressions|clicks|commission|leads|transactions|saleAmount",
}
_OTHER_NAMES = "date|campaign_name|campaign_id|impressions|clicks|spend|leads|conversions|conversion_value"


def ad_reports(platforms: Iterable[str]) -> tuple[Table, ...]:
    """Return a table for each ad platform, whose columns are named as the platform names them."""
    return tuple(_ad_report(platform) for platform in sorted(platforms))


def _ad_report(platform: str) -> Table:
    stem = re.sub(r"[^a-z0-9]+", "_", platform.lower()).strip("_")
    quoted = platform.replace("'", "''")
    meanings = (
        ("key", "day.date"),
        ("name", "campaign.name"),
        ("key", "campaign.campaign_id"),
        ("count", "fact.impressions"),
        ("count", "fact.clicks"),
        ("money", "fact.spend"),
        ("count", "fact.leads"),
        ("fixed", "fact.platform_conversions"),
        ("money", "fact.platform_revenue"),
    )
    names = _AD_NAMES.get(platform, _OTHER_NAMES).split("|")
    return Table(
        name=f"ads_{stem}",
        columns=dict(zip(names, meanings, strict=True)),  # type: ignore[arg-type]
        source=(
            f"(FROM star.fact_ad_spend WHERE platform = '{quoted}') AS fact {CAMPAIGNS} "
            "INNER JOIN star.dim_date AS day ON day.date_key = fact.date_key"
        ),
        order="fact.date_key, fact.campaign_key, fact.channel_key",
    )
