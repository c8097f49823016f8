/*
question = "On which devices, systems and browsers do visitors come, and where do they buy?"
doc = """
Visits by kind of device, operating system or browser. An engaged visit lasted engaged_seconds, or saw two pages, or ended in a sale; a bounce is a visit in which nothing followed the first page. Needs star.fact_session alone."""
misleads = "People look on the telephone and buy at the desk: a visit that did not end in a sale may have brought one on another device, where the person is another visitor unless they log in."
grain = ["device"]
headline = ["device", "sessions", "session_share", "bounce_rate", "engaged_rate", "conversion_rate", "revenue"]
needs = ["star.fact_session"]

[params]
by = { type = "choice", of = ["device_type", "os", "browser"], default = "device_type", doc = "What visits are told apart by." }

[columns]
device = "Kind of device, operating system or browser; (unknown) where it is not known."
sessions = "Visits."
visitors = "Browsers that visited. Visits of unknown browsers are not counted here."
bounce_rate = "Bounces / sessions."
engaged_sessions = "Engaged visits."
engaged_rate = "engaged_sessions / sessions."
page_views = "Pages seen."
pages_per_session = "page_views / sessions."
minutes_per_session = "Mean minutes from the first to the last event of a visit."
conversions = "Visits that ended in a sale."
conversion_rate = "conversions / sessions."
revenue = "Net revenue of these sales."
revenue_per_session = "revenue / sessions."
session_share = "Share of all visits."
conversion_low = "Lower end of Wilson's 95 % interval of conversion_rate."
conversion_high = "Upper end of the interval."

[chart]
kind = "bar"
x = "device"
y = "sessions"

[finding]
text = "Visits on {value} end in a sale in {conversion_rate:percent} of cases, all visits in {overall_rate:percent}."
effect = "effect"
sql = """
WITH whole AS (
    SELECT answer.*, sum(conversions) OVER () AS all_conversions, sum(sessions) OVER () AS all_sessions
    FROM answer
)
SELECT device AS value, conversion_rate, CAST(all_conversions AS DOUBLE) / all_sessions AS overall_rate,
    conversions / all_conversions - CAST(sessions AS DOUBLE) / all_sessions AS effect
FROM whole
WHERE conversion_low > CAST(all_conversions AS DOUBLE) / all_sessions AND sessions >= 100 AND device NOT IN ('(unknown)', '(other)')
ORDER BY conversion_low DESC, device LIMIT 1"""
*/
{% import "web/_visits.sql" as web %}
WITH {{ web.visits() }},

described AS (
    SELECT
        visits.*,
        CASE $by
            WHEN 'device_type' THEN coalesce(CAST(device.device_type AS VARCHAR), '(unknown)')
            WHEN 'os' THEN coalesce(device.os, '(unknown)')
            ELSE coalesce(device.browser, '(unknown)')
        END AS device
    FROM visits
    LEFT JOIN star.dim_device AS device ON device.device_key = visits.device_key
),

{{ web.value_sums("described", "device") }}

SELECT
    device,
    {{ web.figures() }},
    {{ web.shares() }}
FROM value_sums
ORDER BY sessions DESC, device
