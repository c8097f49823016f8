/*
[params]
metric = { type = "choice", of = ["open", "click", "click_to_open", "unsubscribe", "bounce", "complaint"], default = "open", doc = "The rate: opens, clicks, unsubscribes or complaints per mail delivered, clicks per mail opened (who clicks has opened), bounces per mail sent. Opens and clicks are those by people, or by whomever where a source cannot tell for one of the campaigns; of a report that tells no unique opens, all opens." }
*/
{# The numerator and the denominator of the metric for each row of a CTE with the columns of campaign_totals; rows of which it is not known, or that reached nobody, are left out. #}
{% macro rated(totals) %}
counted_by AS (
    SELECT
        count(*) FILTER (WHERE unique_human_opens IS NULL) = 0 AS people_opened,
        count(*) FILTER (WHERE unique_human_clicks IS NULL) = 0 AS people_clicked
    FROM {{ totals }}
),

counted AS (
    SELECT
        totals.*,
        CASE WHEN counted_by.people_opened THEN totals.unique_human_opens ELSE totals.unique_opens END AS openers,
        CASE WHEN counted_by.people_clicked THEN totals.unique_human_clicks ELSE totals.unique_clicks END AS clickers
    FROM {{ totals }} AS totals
    CROSS JOIN counted_by
),

rated AS (
    SELECT * EXCLUDE (events), least(events, mails) AS events, least(CAST(events AS DOUBLE) / mails, 1) AS rate
    FROM (
        SELECT
            counted.*,
            CASE $metric
                WHEN 'open' THEN openers
                WHEN 'click' THEN clickers
                WHEN 'click_to_open' THEN clickers
                WHEN 'unsubscribe' THEN unsubscribes
                WHEN 'bounce' THEN hard_bounces + coalesce(soft_bounces, 0)
                ELSE complaints
            END AS events,
            CASE $metric WHEN 'click_to_open' THEN CASE WHEN clickers > openers THEN clickers ELSE openers END WHEN 'bounce' THEN sent ELSE delivered END AS mails
        FROM counted
    ) AS metrics
    WHERE events IS NOT NULL AND mails > 0
)
{%- endmacro %}

{# A rate of sums over groups of a CTE with events and mails, one row a campaign, and how much it varies from campaign to campaign:
   the variance of a ratio with campaigns as its clusters, and the number of mails that would tell as much if each stood for itself. #}
{% macro clustered(rows, keys) %}
clustered_sums AS (
    SELECT
        {{ keys }},
        count(*) AS campaigns,
        CAST(sum(events) AS BIGINT) AS events,
        CAST(sum(mails) AS BIGINT) AS mails,
        CAST(sum(events) AS DOUBLE) / CAST(sum(mails) AS DOUBLE) AS rate,
        CAST(sum(CAST(events AS DECIMAL(38, 0)) * events) AS DOUBLE) AS squared_events,
        CAST(sum(CAST(events AS DECIMAL(38, 0)) * mails) AS DOUBLE) AS products,
        CAST(sum(CAST(mails AS DECIMAL(38, 0)) * mails) AS DOUBLE) AS squared_mails,
        sum(main.fixed_point(rate)) AS rate_sum,
        sum(main.fixed_point(rate * rate)) AS rate_squared_sum
    FROM {{ rows }}
    GROUP BY {{ keys }}
),

-- What is left where all campaigns are alike is rounding.
clustered AS (
    SELECT
        *,
        CASE
            WHEN campaigns > 1
                THEN CASE
                    WHEN squared_events - 2 * rate * products + rate * rate * squared_mails > squared_events * 0.0000000001
                        THEN (squared_events - 2 * rate * products + rate * rate * squared_mails) * campaigns / (campaigns - 1) / CAST(mails AS DOUBLE) / CAST(mails AS DOUBLE)
                    ELSE 0
                END
        END AS variance,
        CAST(rate_sum AS DOUBLE) / campaigns AS mean_rate,
        CASE
            WHEN campaigns > 1
                THEN CASE
                    WHEN CAST(rate_squared_sum AS DOUBLE) - CAST(rate_sum AS DOUBLE) * CAST(rate_sum AS DOUBLE) / campaigns > 0.000000000001
                        THEN (CAST(rate_squared_sum AS DOUBLE) - CAST(rate_sum AS DOUBLE) * CAST(rate_sum AS DOUBLE) / campaigns) / (campaigns - 1)
                    ELSE 0
                END
        END AS rate_variance
    FROM clustered_sums
)
{%- endmacro %}

{# The mails that would tell as much, each standing for itself, as those of a row of `clustered`. #}
{% macro effective() %}
CASE WHEN variance > 0 THEN least(CAST(mails AS DOUBLE), rate * (1 - rate) / variance) ELSE CAST(mails AS DOUBLE) END
{%- endmacro %}
