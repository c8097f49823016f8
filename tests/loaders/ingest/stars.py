"""The content of a warehouse's star without its own numbers, so that two warehouses can be compared."""

import duckdb

# An export does not tell of orders before the data: there the first one in them counts as the first.
_FIRST = (
    "is_first_order OR (fact.customer_key <> 0 AND status <> 'cancelled' "
    "AND rank() OVER (PARTITION BY fact.customer_key, status = 'cancelled' ORDER BY ordered_at) = 1)"
)
_CUSTOMER = "JOIN star.dim_customer AS customer ON customer.customer_key = fact.customer_key"
_CHANNEL = "JOIN star.dim_channel AS channel ON channel.channel_key = fact.channel_key"
_CAMPAIGN = "JOIN star.dim_campaign AS campaign ON campaign.campaign_key = fact.campaign_key"
_DEVICE = "JOIN star.dim_device AS device ON device.device_key = fact.device_key"
_PRODUCT = "JOIN star.dim_product AS product ON product.product_key = fact.product_key"
_VISITOR = "LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = fact.visitor_id"
_SESSION = "LEFT JOIN star.fact_session AS visit ON visit.session_id = fact.session_id"

# `{id:column}` is the source's number of a row: `source_id`, or the number itself in a synthetic company.
_QUERIES = {
    "customers": "SELECT fact.* EXCLUDE (customer_key, acquisition_channel_key, acquisition_campaign_key, is_placeholder, described_on, "
    "ordered_before_data, first_ordered_on), "
    "channel.channel, campaign.campaign_id FROM star.dim_customer AS fact "
    "JOIN star.dim_channel AS channel ON channel.channel_key = acquisition_channel_key "
    "JOIN star.dim_campaign AS campaign ON campaign.campaign_key = acquisition_campaign_key",
    "versions": "SELECT customer.customer_id, fact.* EXCLUDE (customer_version_key, customer_key) "
    f"FROM star.dim_customer_history AS fact {_CUSTOMER}",
    "products": "SELECT * EXCLUDE (product_key, is_placeholder) FROM star.dim_product",
    # No source says which campaigns are versions of one mailing.
    "campaigns": f"SELECT fact.* EXCLUDE (campaign_key, channel_key, is_placeholder, mailing), channel FROM star.dim_campaign AS fact {_CHANNEL}",
    "visitors": "SELECT {fact.visitor_id}, customer.customer_id, first_seen_at, identified_at "
    f"FROM star.bridge_visitor AS fact {_CUSTOMER}",
    "orders": "SELECT {fact.order_id}, customer.customer_id, ordered_at, fact.date_key, {visit.session_id}, channel, campaign.campaign_id, "
    "CAST(status AS VARCHAR), item_count, gross_amount, discount_amount, shipping_amount, tax_amount, net_revenue, "
    f"refund_amount, {_FIRST} FROM star.fact_order AS fact {_CUSTOMER} {_CHANNEL} {_CAMPAIGN} {_SESSION}",
    "lines": "SELECT {orders.order_id}, line_number, customer.customer_id, product.product_id, fact.ordered_at, fact.date_key, "
    "quantity, unit_price, fact.discount_amount, fact.net_revenue FROM star.fact_order_line AS fact "
    f"JOIN star.fact_order AS orders ON orders.order_id = fact.order_id {_CUSTOMER} {_PRODUCT}",
    "sessions": "SELECT {fact.session_id}, {visitor.visitor_id}, customer.customer_id, started_at, fact.date_key, channel, "
    "campaign.campaign_id, CAST(device_type AS VARCHAR), page.path, page_views, duration_seconds, is_bounce, "
    "CAST(furthest_stage AS VARCHAR), is_converted, {orders.order_id}, revenue FROM star.fact_session AS fact "
    f"{_CUSTOMER} {_CHANNEL} {_CAMPAIGN} {_DEVICE} {_VISITOR} JOIN star.dim_page AS page ON page.page_key = landing_page_key "
    "LEFT JOIN star.fact_order AS orders ON orders.order_id = fact.order_id",
    # Events of one moment of a visit are set microseconds apart on loading.
    "events": "SELECT {fact.event_id}, {visit.session_id}, {visitor.visitor_id}, date_trunc('second', occurred_at), fact.date_key, "
    "CAST(event_name AS VARCHAR), page.path, product.product_id, value FROM star.fact_event AS fact "
    f"{_PRODUCT} {_VISITOR} {_SESSION} JOIN star.dim_page AS page ON page.page_key = fact.page_key",
    "touchpoints": "SELECT {fact.touchpoint_id}, customer.customer_id, {visitor.visitor_id}, touched_at, channel, "
    "campaign.campaign_id, CAST(device_type AS VARCHAR), CAST(touch_type AS VARCHAR), {visit.session_id}, cost "
    f"FROM star.fact_touchpoint AS fact {_CUSTOMER} {_CHANNEL} {_CAMPAIGN} {_DEVICE} {_VISITOR} {_SESSION}",
    "email": "SELECT {fact.email_id}, customer.customer_id, campaign.campaign_id, assigned_at, is_holdout, sent_at, delivered_at, "
    "CAST(bounce_type AS VARCHAR), first_opened_at, open_count, first_clicked_at, click_count, unsubscribed_at, "
    f"complained_at FROM star.fact_email AS fact {_CUSTOMER} {_CAMPAIGN}",
    "leads": "SELECT {fact.lead_id}, customer.customer_id, campaign.campaign_id, channel, captured_at, became_customer_at "
    f"FROM star.fact_lead AS fact {_CUSTOMER} {_CAMPAIGN} {_CHANNEL}",
    "ad_spend": "SELECT fact.date_key, campaign.campaign_id, channel, impressions, clicks, spend, leads, "
    "platform_conversions, platform_revenue "
    f"FROM star.fact_ad_spend AS fact {_CAMPAIGN} {_CHANNEL}",
}


def star_of(path, names=None):
    """Return the rows of each part of a star as sorted lists."""
    found = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        synthetic = bool(connection.execute("SELECT 1 FROM meta.load WHERE kind = 'build'").fetchall())
        for name in names or _QUERIES:
            sql = _QUERIES[name]
            while "{" in sql:
                before, _, rest = sql.partition("{")
                inner, _, after = rest.partition("}")
                table, _, _column = inner.partition(".")
                sql = before + (f"CAST({inner} AS VARCHAR)" if synthetic else f"{table}.source_id") + after
            found[name] = connection.execute(f"SELECT * FROM ({sql}) ORDER BY ALL").fetchall()
    return found
