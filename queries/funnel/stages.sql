/*
question = "Where do people leave on the way to a purchase?"
doc = """
An ordered funnel. Each session, visitor or customer counts once, by one attempt: the first that completes the steps, else the \
one that got furthest; of two alike, the one that entered last. An attempt enters with an event of the first stage and goes on with the first \
later event of each next stage, others in between being ignored; the whole must lie within the window, its end included. \
Every step takes an event of its own, later than the one before: events of the same moment do not follow each other. An \
attempt whose window is still open at as_of is immature, not dropped; as long as there are any, conversion is understated, \
so end the entries (until) a window before the last data. A visit that starts on a product page never enters a funnel that \
begins with Homepage. For customers, visits count from before they were known, where their browser is now known."""
grain = ["breakdown_value", "step_number"]

[params]
steps = { type = "list[choice]", of = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"], default = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"], doc = "The stages to pass, in order; 2 to 8, a stage may come again." }
unit = { type = "choice", of = ["session", "visitor", "customer"], default = "session", doc = "Who passes the steps. Events without one (an unknown customer) are left out." }
window_hours = { type = "float", min = 0.0001, max = 87600, default = 24, doc = "Hours that an attempt may take from its first step to its last. The default cuts no session short; give visitors and customers the days that a decision takes, such as 168 or 720." }
breakdown = { type = "choice", of = ["none", "channel", "campaign_type", "campaign", "device", "browser", "country", "landing_page"], default = "none", doc = "A property of the session in which the attempt entered." }
start = { type = "timestamp", doc = "First moment of the entries, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the entries, exclusive; later steps may follow it. Default: all." }
as_of = { type = "timestamp", doc = "Today: later events are unknown. Default: the last event in the data." }

[columns]
breakdown_value = "Value of the breakdown, (all) without one, (unknown) where the session or its property is not known."
step_number = "Number of the step, from 1."
step = "Stage of the step."
entered = "Units whose attempt reached this step."
converted = "Of these, units that reached the next step; for the last step, all."
dropped = "Of these, units that got no further, their window closed."
immature = "Of these, units that got no further yet, their window still open at as_of."
conversion_from_previous = "entered, divided by entered of the step before. NULL for the first step."
conversion_from_first = "entered, divided by entered of the first step."
mean_seconds = "Mean seconds from the step before. NULL for the first step."
median_seconds = "Median seconds from the step before."
p90_seconds = "Seconds from the step before within which 90 of 100 made it, interpolated."
*/
WITH {% include "funnel/_attempts.sql" %},

sessions AS (
    SELECT session_id, channel_key, campaign_key, device_key, geography_key, landing_page_key
    FROM star.fact_session
    WHERE $breakdown <> 'none'
),

described_attempts AS (
    SELECT
        counted_attempts.*,
        CASE $breakdown
            WHEN 'none' THEN '(all)'
            WHEN 'channel' THEN coalesce(channel.channel, '(unknown)')
            WHEN 'campaign_type' THEN coalesce(campaign.campaign_type, '(unknown)')
            WHEN 'campaign' THEN coalesce(campaign.name, '(unknown)')
            WHEN 'device' THEN coalesce(CAST(device.device_type AS VARCHAR), '(unknown)')
            WHEN 'browser' THEN coalesce(device.browser, '(unknown)')
            WHEN 'country' THEN coalesce(place.country, '(unknown)')
            ELSE coalesce(CAST(page.page_type AS VARCHAR), '(unknown)')
        END AS breakdown_value
    FROM counted_attempts
    LEFT JOIN sessions AS session ON session.session_id = counted_attempts.session_id
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = session.channel_key
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = session.campaign_key
    LEFT JOIN star.dim_device AS device ON device.device_key = session.device_key
    LEFT JOIN star.dim_geography AS place ON place.geography_key = session.geography_key
    LEFT JOIN star.dim_page AS page ON page.page_key = session.landing_page_key
),

-- One pass over the units: a row per value, the steps side by side.
value_totals AS (
    SELECT
        breakdown_value,
        {% for k in range(1, 9) %}
        count(*) FILTER (WHERE last_step >= {{ k }}) AS entered_{{ k }},
        count(*) FILTER (WHERE last_step = {{ k }} AND is_mature) AS stopped_{{ k }},
        sum(taken_{{ k }}) AS taken_{{ k }},
        median(taken_{{ k }}) AS median_{{ k }},
        quantile_cont(taken_{{ k }}, 0.9) AS p90_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM described_attempts
    GROUP BY breakdown_value
),

step_totals AS (
    SELECT
        value_totals.breakdown_value,
        numbers.step_number,
        {% for column in ["entered", "stopped", "taken", "median", "p90"] %}
        CASE numbers.step_number
            {% for k in range(1, 9) %}
            WHEN {{ k }} THEN value_totals.{{ column }}_{{ k }}
            {% endfor %}
        END AS {{ column }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM value_totals
    INNER JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8)) AS numbers (step_number)
        ON numbers.step_number <= array_length($steps)
),

step_comparisons AS (
    SELECT
        step_totals.*,
        coalesce(lead(entered) OVER by_step, entered) AS converted,
        lag(entered) OVER by_step AS entered_before,
        first_value(entered) OVER by_step AS entered_first,
        step_number = array_length($steps) AS is_last
    FROM step_totals
    WINDOW by_step AS (PARTITION BY breakdown_value ORDER BY step_number)
)

SELECT
    breakdown_value,
    CAST(step_number AS INTEGER) AS step_number,
    list_extract($steps, step_number) AS step,
    CAST(entered AS BIGINT) AS entered,
    CAST(converted AS BIGINT) AS converted,
    CAST(CASE WHEN is_last THEN 0 ELSE stopped END AS BIGINT) AS dropped,
    CAST(entered - converted - CASE WHEN is_last THEN 0 ELSE stopped END AS BIGINT) AS immature,
    main.ratio(entered, entered_before) AS conversion_from_previous,
    main.ratio(entered, entered_first) AS conversion_from_first,
    main.ratio(taken, entered) / 1000000 AS mean_seconds,
    median / 1000000 AS median_seconds,
    p90 / 1000000 AS p90_seconds
FROM step_comparisons
ORDER BY entered_first DESC, breakdown_value, step_number
