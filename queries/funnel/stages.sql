/*
question = "Where do people leave on the way to a purchase?"
doc = """
Sessions, visitors or customers by the furthest stage that they reached: whoever reached a stage counts at all stages before it, too, also where the visit \
began on a product page or the source names no cart. It reads the sessions alone, so it answers in a moment. Visitors and customers reach what one of \
their sessions reached, and are described by the first of these sessions in the range. For customers, visits count from before they were known, where \
their browser is now known. Stages in an order, within a window, step by step in time, are a matter for funnel/conversion. Needs the facts of sessions."""
misleads = """
A session that begins on a product page counts as one that passed Homepage. Sessions at the end of the data may still go on. What is bought in a \
later session than the cart was filled in, sessions do not show: ask for visitors or customers."""
grain = ["breakdown_value", "step_number"]
headline = ["breakdown_value", "step_number", "step", "entered", "conversion_from_previous", "conversion_from_first"]
needs = ["star.fact_session"]

[params]
steps = { type = "list[choice]", of = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"], default = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"], doc = "The stages to show, in the order of the funnel." }
unit = { type = "choice", of = ["session", "visitor", "customer"], default = "session", doc = "Who is counted. Sessions without one (an unknown customer) are left out." }
breakdown = { type = "choice", of = ["none", "channel", "campaign_type", "campaign", "device", "browser", "country", "landing_page"], default = "none", doc = "A property of the session, of visitors and customers of their first." }
start = { type = "timestamp", doc = "First moment of the sessions, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the sessions, exclusive. Default: all." }

[columns]
breakdown_value = "Value of the breakdown, (all) without one, (unknown) where the property is not known."
step_number = "Number of the stage among those shown, from 1."
step = "Stage."
entered = "Units that reached this stage or a later one."
converted = "Of these, units that reached the next stage shown, or a later one; at the last, all."
dropped = "Of these, units that did not."
conversion_from_previous = "entered, divided by entered of the stage before. NULL for the first."
conversion_from_first = "entered, divided by entered of the first stage shown."

[chart]
kind = "funnel"
x = "step"
y = "entered"
series = "breakdown_value"

[finding]
text = "Most are lost after {step}: {dropped:count} of {entered:count} go no further."
sql = "SELECT step, sum(dropped) AS dropped, sum(entered) AS entered FROM answer GROUP BY step_number, step HAVING sum(dropped) > 0 ORDER BY sum(dropped) DESC, step_number LIMIT 1"
*/
{% set stages = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"] %}
WITH
{% if unit != "session" %}
known_visitors AS (
    SELECT visitor_id, customer_key
    FROM star.bridge_visitor
    WHERE $unit = 'customer' AND customer_key <> 0
),

{% endif %}
visits AS (
    SELECT
        {% if unit == "visitor" %}
        session.visitor_id AS unit_id,
        {% elif unit == "customer" %}
        coalesce(nullif(session.customer_key, 0), visitor.customer_key) AS unit_id,
        {% endif %}
        session.session_id,
        session.started_at,
        CASE session.furthest_stage {% for stage in stages %}WHEN '{{ stage }}' THEN {{ loop.index }} {% endfor %}END AS stage,
        CASE $breakdown
            WHEN 'none' THEN 0
            WHEN 'channel' THEN session.channel_key
            WHEN 'campaign_type' THEN session.campaign_key
            WHEN 'campaign' THEN session.campaign_key
            WHEN 'country' THEN session.geography_key
            WHEN 'landing_page' THEN session.landing_page_key
            ELSE session.device_key
        END AS described_by
    FROM star.fact_session AS session
    {% if unit == "customer" %}
    LEFT JOIN known_visitors AS visitor
        ON visitor.visitor_id = CASE WHEN session.customer_key = 0 THEN session.visitor_id END
    {% endif %}
    WHERE
        ($start IS NULL OR session.started_at >= $start)
        AND ($until IS NULL OR session.started_at < $until)
),

{% if unit == "session" %}
furthest AS (
    SELECT described_by, stage, count(*) AS units
    FROM visits
    GROUP BY described_by, stage
),
{% else %}
unit_stages AS (
    SELECT
        unit_id,
        max(stage) AS stage,
        -- Of two sessions of one moment the one numbered first.
        min(CASE WHEN $breakdown <> 'none' THEN {'started_at': started_at, 'session_id': session_id, 'described_by': described_by} END) AS first_visit
    FROM visits
    WHERE unit_id IS NOT NULL
    GROUP BY unit_id
),

furthest AS (
    SELECT coalesce(struct_extract(first_visit, 'described_by'), 0) AS described_by, stage, count(*) AS units
    FROM unit_stages
    GROUP BY 1, 2
),
{% endif %}

described AS (
    SELECT
        CASE $breakdown
            WHEN 'none' THEN '(all)'
            WHEN 'channel' THEN coalesce(channel.channel, '(unknown)')
            WHEN 'campaign_type' THEN coalesce(campaign.campaign_type, '(unknown)')
            WHEN 'campaign' THEN coalesce(campaign.name, '(unknown)')
            WHEN 'device' THEN coalesce(CAST(device.device_type AS VARCHAR), '(unknown)')
            WHEN 'browser' THEN coalesce(device.browser, '(unknown)')
            WHEN 'country' THEN coalesce(place.country, '(unknown)')
            ELSE coalesce(CAST(page.page_type AS VARCHAR), '(unknown)')
        END AS breakdown_value,
        furthest.stage,
        furthest.units
    FROM furthest
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = furthest.described_by
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = furthest.described_by
    LEFT JOIN star.dim_device AS device ON device.device_key = furthest.described_by
    LEFT JOIN star.dim_geography AS place ON place.geography_key = furthest.described_by
    LEFT JOIN star.dim_page AS page ON page.page_key = furthest.described_by
),

asked AS (
    SELECT
        position,
        list_extract($steps, position) AS step,
        CASE list_extract($steps, position) {% for stage in stages %}WHEN '{{ stage }}' THEN {{ loop.index }} {% endfor %}END AS stage
    FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8)) AS positions (position)
    WHERE position <= array_length($steps)
),

shown AS (
    SELECT
        position,
        step,
        CASE
            WHEN stage <= lag(stage) OVER (ORDER BY position)
                THEN error('steps must be in the order of the funnel; ask funnel/conversion for stages in another order, or twice')
            ELSE stage
        END AS stage
    FROM asked
),

step_totals AS (
    SELECT
        described.breakdown_value,
        shown.position,
        shown.step,
        sum(CASE WHEN described.stage >= shown.stage THEN described.units ELSE 0 END) AS entered
    FROM described
    CROSS JOIN shown
    GROUP BY described.breakdown_value, shown.position, shown.step
),

step_comparisons AS (
    SELECT
        step_totals.*,
        coalesce(lead(entered) OVER (PARTITION BY breakdown_value ORDER BY position), entered) AS converted,
        lag(entered) OVER (PARTITION BY breakdown_value ORDER BY position) AS entered_before,
        first_value(entered) OVER (PARTITION BY breakdown_value ORDER BY position) AS entered_first
    FROM step_totals
)

SELECT
    breakdown_value,
    CAST(position AS INTEGER) AS step_number,
    step,
    CAST(entered AS BIGINT) AS entered,
    CAST(converted AS BIGINT) AS converted,
    CAST(entered - converted AS BIGINT) AS dropped,
    main.ratio(entered, entered_before) AS conversion_from_previous,
    main.ratio(entered, entered_first) AS conversion_from_first
FROM step_comparisons
WHERE entered_first > 0
ORDER BY entered_first DESC, breakdown_value, position
