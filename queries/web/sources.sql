/*
question = "Through which channels, media and campaigns do visits come, and what do they bring?"
doc = """
Visits by the source of the visit itself, which is no attribution: the last one before the visit, whatever came before it. An engaged visit lasted engaged_seconds, or saw two pages, or ended in a sale; a bounce is a visit in which nothing followed the first page. \
Needs star.fact_session alone. In a warehouse without any visit the totals of star.fact_session_report are told instead, in told_by: then a bounce is \
a visit that was not engaged, and pages, minutes, visitors and sales are NULL."""
misleads = "Direct is what is not known: a typed address, but also a link in an app or a mail without a tag. Who decided to buy elsewhere often comes back direct or by a search for the shop's name."
grain = ["source", "told_by"]
headline = ["source", "sessions", "session_share", "engaged_rate", "conversion_rate", "revenue", "revenue_per_session"]
needs = ["star.fact_session or star.fact_session_report"]

[params]
by = { type = "choice", of = ["channel", "medium", "campaign_type", "campaign"], default = "channel", doc = "What visits are told apart by. Campaigns of one name are one; visits without a campaign are in (none)." }

[columns]
source = "Channel, medium, type of campaign or campaign; (unknown) where it is not known."
told_by = "visits, or report where a report's totals are all that is known."
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
key_events = "Key events that a report counts. NULL where visits are told one by one."
reported_revenue = "Revenue that a report counts, by its own rule. NULL where visits are told one by one."

[chart]
kind = "bar"
x = "source"
y = "sessions"

[finding]
text = "Visits from {value} end in a sale in {conversion_rate:percent} of cases, all visits in {overall_rate:percent}."
effect = "effect"
sql = """
WITH whole AS (
    SELECT answer.*, sum(conversions) OVER () AS all_conversions, sum(sessions) OVER () AS all_sessions
    FROM answer
)
SELECT source AS value, conversion_rate, CAST(all_conversions AS DOUBLE) / all_sessions AS overall_rate,
    conversions / all_conversions - CAST(sessions AS DOUBLE) / all_sessions AS effect
FROM whole
WHERE conversion_low > CAST(all_conversions AS DOUBLE) / all_sessions AND sessions >= 100 AND source NOT IN ('(unknown)', '(other)')
ORDER BY conversion_low DESC, source LIMIT 1"""
*/
{% import "web/_visits.sql" as web %}
{% import "web/_reports.sql" as told %}
WITH {{ web.visits() }},

{{ told.reports() }},

described AS (
    SELECT
        visits.*,
        CASE $by
            WHEN 'channel' THEN coalesce(channel.channel, '(unknown)')
            WHEN 'medium' THEN coalesce(channel.medium, '(unknown)')
            WHEN 'campaign_type' THEN CASE WHEN visits.campaign_key = 0 THEN '(none)' ELSE coalesce(campaign.campaign_type, '(unknown)') END
            ELSE CASE WHEN visits.campaign_key = 0 THEN '(none)' ELSE coalesce(campaign.name, '(unknown)') END
        END AS source
    FROM visits
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = visits.channel_key
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = visits.campaign_key
),

{{ web.value_sums("described", "source") }},

described_reports AS (
    SELECT
        reports.*,
        CASE $by
            WHEN 'channel' THEN coalesce(channel.channel, '(unknown)')
            WHEN 'medium' THEN reports.medium
            WHEN 'campaign_type' THEN CASE WHEN reports.campaign_key = 0 THEN '(none)' ELSE coalesce(campaign.campaign_type, '(unknown)') END
            ELSE CASE WHEN reports.campaign_key = 0 THEN '(none)' ELSE coalesce(campaign.name, '(unknown)') END
        END AS source
    FROM reports
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = reports.channel_key
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = reports.campaign_key
),

source_sums AS (
    SELECT
        value_sums.*,
        CAST(NULL AS DECIMAL(38, 2)) AS key_events,
        CAST(NULL AS DECIMAL(38, 2)) AS reported_revenue,
        'visits' AS told_by
    FROM value_sums
    UNION ALL
    SELECT
        source,
        {{ told.sums() }},
        'report' AS told_by
    FROM described_reports
    GROUP BY source
)

SELECT
    source,
    told_by,
    {{ web.figures() }},
    {{ web.shares() }},
    CAST(key_events AS DOUBLE) AS key_events,
    CAST(reported_revenue AS DECIMAL(18, 2)) AS reported_revenue
FROM source_sums
ORDER BY sessions DESC, source, told_by
