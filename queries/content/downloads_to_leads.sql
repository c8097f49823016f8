/*
question = "Which content turns readers into leads?"
doc = """
Views, downloads and leads of content by kind, topic or asset, with the rates from step to step and Wilson's 95 % intervals. A lead is one that the asset brought, as its source counts them; some are won without a download, so leads_per_download can be above 1. \
lead_to_customer_rate is that of all leads of star.fact_lead captured in the range, whatever brought them, and expected_customers what it makes of the leads."""
misleads = "One reader views several times: intervals take views as independent. Kinds that ask for an address (webinars, papers) bring leads because they ask. Leads of content may become customers more or less often than others: no source tells which lead came from which asset."
grain = ["band"]
headline = ["band", "views", "downloads", "leads", "lead_rate", "lead_low", "lead_high", "expected_customers"]
needs = ["star.fact_content"]

[chart]
kind = "interval"
x = "band"
y = "lead_rate"
low = "lead_low"
high = "lead_high"

[finding]
text = "{band} turns {lead_rate:percent} of its views into leads ({lead_low:percent} to {lead_high:percent}), where all content does {all_rate:percent}."
sql = """
SELECT band, lead_rate, lead_low, lead_high, (SELECT sum(leads) / sum(views) FROM answer) AS all_rate
FROM answer
WHERE leads >= 10 AND lead_low > (SELECT sum(leads) / sum(views) FROM answer)
ORDER BY lead_rate DESC, band LIMIT 1"""

[params]
by = { type = "choice", of = ["content_type", "topic", "asset"], default = "content_type", doc = "What a row is." }
start = { type = "timestamp", doc = "First day of use, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the days of use, exclusive. Default: all." }

[columns]
band = "Kind, topic, or number and title of the asset; (unknown) where it is not known."
assets = "Assets used in the range."
views = "Times viewed."
downloads = "Times downloaded."
download_rate = "downloads / views."
download_low = "Lower end of its 95 % interval."
download_high = "Upper end."
leads = "Leads brought."
lead_rate = "leads / views."
lead_low = "Lower end of its interval."
lead_high = "Upper end."
leads_per_download = "leads / downloads."
lead_share = "Share of the leads that content brought."
lead_to_customer_rate = "Leads that became customers, of all leads captured in the range. NULL where none is known."
expected_customers = "leads x lead_to_customer_rate."
*/
WITH used AS (
    SELECT
        CASE $by
            WHEN 'content_type' THEN content.content_type
            WHEN 'topic' THEN coalesce(content.topic, '(unknown)')
            ELSE CAST(content.content_id AS VARCHAR) || ' ' || content.title
        END AS band,
        content.content_id,
        content.views,
        content.downloads,
        content.leads
    FROM star.fact_content AS content
    LEFT JOIN star.dim_date AS days ON days.date_key = content.date_key
    WHERE
        ($start IS NULL OR days.date >= $start)
        AND ($until IS NULL OR days.date < $until)
),

bands AS (
    SELECT
        band,
        count(DISTINCT content_id) AS assets,
        CAST(sum(views) AS BIGINT) AS views,
        CAST(sum(downloads) AS BIGINT) AS downloads,
        CAST(sum(leads) AS BIGINT) AS leads
    FROM used
    GROUP BY band
),

lead_outcomes AS (
    SELECT main.ratio(count(became_customer_at), count(*)) AS rate
    FROM star.fact_lead
    WHERE
        ($start IS NULL OR captured_at >= $start)
        AND ($until IS NULL OR captured_at < $until)
),

rates AS (
    SELECT
        bands.*,
        main.ratio(CASE WHEN downloads > views THEN views ELSE downloads END, views) AS download_rate,
        main.ratio(CASE WHEN leads > views THEN views ELSE leads END, views) AS lead_rate
    FROM bands
)

SELECT
    rates.band,
    rates.assets,
    rates.views,
    rates.downloads,
    rates.download_rate,
    stats.wilson_low(rates.download_rate, rates.views, stats.z_95()) AS download_low,
    stats.wilson_high(rates.download_rate, rates.views, stats.z_95()) AS download_high,
    rates.leads,
    rates.lead_rate,
    stats.wilson_low(rates.lead_rate, rates.views, stats.z_95()) AS lead_low,
    stats.wilson_high(rates.lead_rate, rates.views, stats.z_95()) AS lead_high,
    main.ratio(rates.leads, rates.downloads) AS leads_per_download,
    main.ratio(rates.leads, sum(rates.leads) OVER ()) AS lead_share,
    lead_outcomes.rate AS lead_to_customer_rate,
    rates.leads * lead_outcomes.rate AS expected_customers
FROM rates
CROSS JOIN lead_outcomes
ORDER BY rates.leads DESC, rates.band
