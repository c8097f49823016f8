{# The ledger of the range, by day. #}
{% macro daily_spend() %}
daily_spend AS MATERIALIZED (
    SELECT day.date, channel.channel, ad.campaign_key, ad.spend
    FROM star.fact_ad_spend AS ad
    LEFT JOIN star.dim_date AS day ON day.date_key = ad.date_key
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = ad.channel_key
    WHERE
        ($start IS NULL OR day.date >= $start)
        AND ($until IS NULL OR day.date < $until)
)
{%- endmacro %}
