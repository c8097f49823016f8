/*
question = "What do campaigns usually reach, and how much do they differ?"
doc = """
Summary statistics over campaigns: one row a measure, for all campaigns or for each kind. mean, sd, quartiles and the interval of the mean take each campaign as one, \
however large; pooled is the ratio of the sums, which large campaigns decide. The interval is Student's, of 95 %. Campaigns of which a measure is not known are left out of its row. \
Figures are those of email/campaigns; orders and revenue are those credited or, where only a report is known, those that the tool claims. Of a report that tells no unique opens (or clicks), all opens are taken, mails delivered at most."""
misleads = "A mean of rates is not the rate of all mails: small campaigns weigh as large ones. Open rates hold opens by machines; human_open_rate is there where a source tells."
grain = ["campaign_type", "measure"]
headline = ["campaign_type", "measure", "campaigns", "mean", "sd", "median", "pooled"]
needs = ["star.fact_email or star.fact_email_report"]

[finding]
text = "{campaign_type}: {campaigns:count} campaigns have a mean open rate of {mean:percent} ({mean_low:percent} to {mean_high:percent}); half of them lie between {p25:percent} and {p75:percent}."
sql = "SELECT campaign_type, campaigns, mean, mean_low, mean_high, p25, p75 FROM answer WHERE measure = 'open_rate' AND campaigns >= 10 ORDER BY campaigns DESC, campaign_type LIMIT 1"

[params]
by = { type = "choice", of = ["all", "campaign_type"], default = "all", doc = "All campaigns in a row, or each kind." }

[columns]
campaign_type = "Kind of campaign, or (all)."
measure = "What is measured, a column of email/campaigns."
campaigns = "Campaigns of which it is known."
mean = "Mean over campaigns."
mean_low = "Lower end of its 95 % interval. NULL with fewer than two campaigns."
mean_high = "Upper end."
sd = "Standard deviation between campaigns. NULL with fewer than two."
lowest = "The least."
p25 = "A quarter of the campaigns have no more."
median = "Half of the campaigns have no more."
p75 = "Three quarters of the campaigns have no more."
highest = "The most."
pooled = "Ratio of the sums. NULL for what is no ratio."
*/
{% set measures = [
    ("sent", "sent", "1"), ("delivered", "delivered", "1"), ("bounce_rate", "bounces", "sent"), ("open_rate", "unique_opens", "delivered"),
    ("human_open_rate", "unique_human_opens", "delivered"), ("click_rate", "unique_clicks", "delivered"), ("human_click_rate", "unique_human_clicks", "delivered"),
    ("click_to_open_rate", "unique_clicks", "unique_opens"), ("unsubscribe_rate", "unsubscribes", "delivered"), ("complaint_rate", "complaints", "delivered"),
    ("conversions", "orders", "1"), ("conversion_rate", "orders", "delivered"), ("revenue", "revenue", "1"), ("revenue_per_email", "revenue", "sent"),
] %}
{% from "_shared/email_credit.sql" import credited_orders %}
{% from "email/_campaigns.sql" import campaign_totals %}
{% from "email/_money.sql" import campaign_money %}
WITH {{ credited_orders() }},

{{ campaign_totals() }},

{{ campaign_money() }},

measured AS (
    SELECT
        CASE $by WHEN 'all' THEN '(all)' ELSE totals.campaign_type END AS campaign_type,
        listed.position,
        listed.measure,
        CAST(listed.above AS DOUBLE) AS above,
        CAST(listed.below AS DOUBLE) AS below
    FROM (
        SELECT *, hard_bounces + coalesce(soft_bounces, 0) AS bounces
        FROM campaign_money
    ) AS totals
    CROSS JOIN LATERAL (
        VALUES
            {% for name, above, below in measures %}
            ({{ loop.index }}, '{{ name }}', CAST(totals.{{ above }} AS DOUBLE), {{ "NULL" if below == "1" else "CAST(totals." ~ below ~ " AS DOUBLE)" }}){{ "" if loop.last else "," }}
            {% endfor %}
    ) AS listed (position, measure, above, below)
),

measured_values AS (
    SELECT measured.*, CASE WHEN position IN ({% for name, above, below in measures if below == "1" %}{{ measures.index((name, above, below)) + 1 }}{{ "" if loop.last else ", " }}{% endfor %}) THEN above ELSE above / nullif(below, 0) END AS value
    FROM measured
),

statistics AS (
    SELECT
        campaign_type,
        position,
        measure,
        count(*) AS campaigns,
        CAST(sum(main.fixed_point(value)) AS DOUBLE) / count(*) AS mean,
        stddev_samp(value) AS sd,
        min(value) AS lowest,
        quantile_cont(value, 0.25) AS p25,
        quantile_cont(value, 0.5) AS median,
        quantile_cont(value, 0.75) AS p75,
        max(value) AS highest,
        CAST(sum(main.fixed_point(above)) AS DOUBLE) / nullif(CAST(sum(main.fixed_point(below)) AS DOUBLE), 0) AS pooled
    FROM measured_values
    WHERE value IS NOT NULL
    GROUP BY campaign_type, position, measure
),

margins AS (
    SELECT statistics.*, stats.student_t_quantile(0.975, campaigns - 1) * sd / sqrt(campaigns) AS margin
    FROM statistics
)

SELECT
    campaign_type,
    measure,
    campaigns,
    mean,
    mean - margin AS mean_low,
    mean + margin AS mean_high,
    CASE WHEN campaigns > 1 THEN sd END AS sd,
    lowest,
    p25,
    median,
    p75,
    highest,
    pooled
FROM margins
ORDER BY campaign_type, position
