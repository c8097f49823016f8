/*
question = "What was spent and sold by week, region and channel, with what else moves sales?"
doc = """
The table that martlet model fit mix learns from: every whole week between the first and the last day of both spend and sales, every region with orders or spend, every channel that charges, with zeros where nothing was spent. Sales, holidays and what acts from outside are those of the region's \
week, repeated for each channel. Spend on paid search for the company's own name is a channel of its own, because it goes to people who had already decided. by = company has one region for all, for ledgers that don't tell regions apart."""
misleads = "Orders are placed by the customer's visit or address; those of an unknown place are a region of their own, to which no spend belongs. Only sales count, as placed, before refunds."
grain = ["week_start", "country", "region", "channel"]
headline = ["week_start", "country", "region", "channel", "spend", "orders", "revenue"]
needs = ["star.fact_ad_spend"]

[chart]
kind = "line"
x = "week_start"
y = "spend"
series = "channel"

[finding]
text = "{channel} had no spend in {share:percent} of all regions and weeks, which lets its effect be seen."
sql = """
SELECT channel, avg(CASE WHEN spend = 0 THEN 1.0 ELSE 0.0 END) AS share
FROM answer
GROUP BY channel
HAVING avg(CASE WHEN spend = 0 THEN 1.0 ELSE 0.0 END) BETWEEN 0.2 AND 0.8
ORDER BY share DESC, channel LIMIT 1"""

[params]
by = { type = "choice", of = ["region", "company"], default = "region", doc = "Whether regions are told apart; then spend is that of star.fact_ad_region." }

[columns]
week_start = "Monday of the week."
country = "Country, as in star.dim_geography; (all) of the whole company."
region = "Region within the country; (all) of the whole company."
channel = "Channel that charges; paid search for the own name has / own name behind it."
spend = "Money spent."
orders = "Sales of the region's week, of all channels."
revenue = "Net revenue of these orders."
holiday_days = "Days of the week with a holiday or shopping day."
promo_days = "Days of the week with a promotion for everybody."
consumer_confidence = "Index of consumer confidence. NULL where nobody has collected it."
competitor_promotions = "Promotions that competitors ran. NULL where nobody has collected them."
rainy_days = "Days with rain; of the whole company the mean of the regions. NULL where nobody has collected them."
*/
WITH ledger AS (
    SELECT ad.date_key, ad.channel_key, ad.campaign_key, ad.country, ad.region, ad.spend
    FROM star.fact_ad_region AS ad
    WHERE $by = 'region'
    UNION ALL
    SELECT ad.date_key, ad.channel_key, ad.campaign_key, '(all)' AS country, '(all)' AS region, ad.spend
    FROM star.fact_ad_spend AS ad
    WHERE $by = 'company'
),

charged AS (
    SELECT
        CAST(day.date - (day.day_of_week - 1) AS DATE) AS week_start,
        day.date,
        ledger.country,
        ledger.region,
        CASE
            WHEN channel.channel ILIKE '%search%' AND campaign.campaign_type = 'Brand' THEN channel.channel || ' / own name'
            ELSE channel.channel
        END AS channel,
        ledger.spend
    FROM ledger
    INNER JOIN star.dim_date AS day ON day.date_key = ledger.date_key
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = ledger.channel_key
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = ledger.campaign_key
    WHERE ledger.date_key <> 0
),

sold AS (
    SELECT
        CAST(day.date - (day.day_of_week - 1) AS DATE) AS week_start,
        day.date,
        CASE WHEN $by = 'region' THEN place.country ELSE '(all)' END AS country,
        CASE WHEN $by = 'region' THEN place.region ELSE '(all)' END AS region,
        sale.net_revenue
    FROM star.fact_order AS sale
    INNER JOIN star.dim_date AS day ON day.date_key = sale.date_key
    LEFT JOIN star.dim_geography AS place ON place.geography_key = sale.geography_key
    WHERE sale.date_key <> 0 AND main.is_sale(sale.status)
),

bounds AS (
    SELECT max(first_date) AS first_date, min(last_date) AS last_date
    FROM (
        SELECT min(date) AS first_date, max(date) AS last_date FROM charged
        UNION ALL
        SELECT min(date), max(date) FROM sold
    ) AS ends
),

weeks AS (
    SELECT
        CAST(day.date - (day.day_of_week - 1) AS DATE) AS week_start,
        count(day.holiday) AS holiday_days,
        count(CASE WHEN day.is_promo_period THEN 1 END) AS promo_days
    FROM star.dim_date AS day
    INNER JOIN bounds ON day.date >= bounds.first_date AND day.date <= bounds.last_date
    GROUP BY CAST(day.date - (day.day_of_week - 1) AS DATE)
    HAVING count(*) = 7
),

weekly_sales AS (
    SELECT week_start, country, region, count(*) AS orders, sum(net_revenue) AS revenue
    FROM sold
    GROUP BY week_start, country, region
),

weekly_spend AS (
    SELECT week_start, country, region, channel, sum(spend) AS spend
    FROM charged
    GROUP BY week_start, country, region, channel
),

regions AS (
    SELECT country, region
    FROM (
        SELECT country, region FROM weekly_sales
        UNION ALL
        SELECT country, region FROM weekly_spend
    ) AS places
    GROUP BY country, region
),

channels AS (
    SELECT channel FROM weekly_spend GROUP BY channel
),

placed_factors AS (
    SELECT
        day.date AS week_start,
        CASE WHEN $by = 'region' THEN factor.country ELSE '(all)' END AS country,
        CASE WHEN $by = 'region' THEN factor.region ELSE '(all)' END AS region,
        factor.consumer_confidence,
        factor.competitor_promotions,
        factor.rainy_days
    FROM star.fact_external_week AS factor
    INNER JOIN star.dim_date AS day ON day.date_key = factor.date_key
),

outside AS (
    SELECT
        week_start,
        country,
        region,
        avg(CAST(consumer_confidence AS DOUBLE)) AS consumer_confidence,
        avg(competitor_promotions) AS competitor_promotions,
        avg(rainy_days) AS rainy_days
    FROM placed_factors
    GROUP BY week_start, country, region
)

SELECT
    weeks.week_start,
    regions.country,
    regions.region,
    channels.channel,
    CAST(coalesce(weekly_spend.spend, 0) AS DECIMAL(18, 2)) AS spend,
    CAST(coalesce(weekly_sales.orders, 0) AS BIGINT) AS orders,
    CAST(coalesce(weekly_sales.revenue, 0) AS DECIMAL(18, 2)) AS revenue,
    weeks.holiday_days,
    weeks.promo_days,
    outside.consumer_confidence,
    outside.competitor_promotions,
    outside.rainy_days
FROM weeks
CROSS JOIN regions
CROSS JOIN channels
LEFT JOIN weekly_spend
    ON
        weekly_spend.week_start = weeks.week_start
        AND weekly_spend.country = regions.country
        AND weekly_spend.region = regions.region
        AND weekly_spend.channel = channels.channel
LEFT JOIN weekly_sales
    ON
        weekly_sales.week_start = weeks.week_start
        AND weekly_sales.country = regions.country
        AND weekly_sales.region = regions.region
LEFT JOIN outside
    ON
        outside.week_start = weeks.week_start
        AND outside.country = regions.country
        AND outside.region = regions.region
ORDER BY weeks.week_start, regions.country, regions.region, channels.channel
