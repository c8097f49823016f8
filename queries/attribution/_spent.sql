-- The ledger of the range, by day.
spent AS MATERIALIZED (
    SELECT day.date, channel.channel, ledger.campaign_key, ledger.spend
    FROM star.fact_ad_spend AS ledger
    LEFT JOIN star.dim_date AS day ON day.date_key = ledger.date_key
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = ledger.channel_key
    WHERE
        ($start IS NULL OR day.date >= $start)
        AND ($until IS NULL OR day.date < $until)
)
