/*
[params]
start = { type = "timestamp", doc = "First moment of posts, charges, mails and orders, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of them, exclusive. Default: all." }
model = { type = "choice", of = ["linear", "first", "last", "last_non_direct", "position", "time_decay"], default = "linear", doc = "Model that credits orders to channels; see attribution/channels." }
lookback_days = { type = "float", min = 0, max = 3660, default = 30, doc = "Elapsed days before an order within which a touch may be credited, inclusive." }
*/
{# Orders and revenue credited to channels, NULL where no touches are known. #}
{% macro channel_credits() %}
known_touches AS (
    SELECT count(*) > 0 AS has_touches
    FROM (SELECT 1 FROM star.fact_touchpoint LIMIT 1) AS first_touch
),

channel_credits AS (
    SELECT channel, conversions, revenue
    FROM attribution.channels(model := [$model], start := $start, until := $until, lookback_days := $lookback_days)
)
{%- endmacro %}

{# What paid social media charged, by platform. #}
{% macro paid_social() %}
paid_social AS (
    SELECT
        ledger.platform,
        CAST(sum(ledger.impressions) AS BIGINT) AS impressions,
        CAST(sum(ledger.clicks) AS BIGINT) AS clicks,
        CAST(sum(ledger.spend) AS DECIMAL(18, 2)) AS cost
    FROM star.fact_ad_spend AS ledger
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = ledger.channel_key AND channel.channel = 'Paid Social'
    LEFT JOIN star.dim_date AS days ON days.date_key = ledger.date_key
    WHERE
        ($start IS NULL OR days.date >= $start)
        AND ($until IS NULL OR days.date < $until)
    GROUP BY ledger.platform
)
{%- endmacro %}
