/*
question = "After how many months has a new customer paid back what it cost to win them?"
doc = """
What the ads of a range cost per new customer (CAC: all spend of the ledger / customers whose first purchase ever is in the range), beside what new customers \
bring in by months of 30 elapsed days since (as value/historic counts it): months to payback, and the ratio of the two (LTV to CAC) at \
6 and 12 months and so far. By channel a customer belongs to the channel of the visit that led to the sign-up or, where that is not known, of the \
first order; by cohort, spend counts in its calendar month. Channels and months that cost something and won nobody are rows too."""
misleads = """
All spend is set against new customers, though ads also bring back old ones, and some new customers would have come without: the CAC is neither \
the cost of one more customer nor of one caused. Spend of staff, tools and discounts is not in the ledger."""
grain = ["bucket"]
headline = ["bucket", "new_customers", "cac", "payback_months", "ltv_to_cac"]
needs = ["star.fact_order"]

[chart]
kind = "bar"
x = "bucket"
y = ["cac", "kept_per_customer"]

[finding]
text = "{bucket} customers cost {cac:money} each and have paid it back in month {payback_months:count} of their age."
sql = "SELECT bucket, cac, payback_months FROM answer WHERE payback_months IS NOT NULL AND cac > 0 ORDER BY new_customers DESC, bucket LIMIT 1"

[params]
by = { type = "choice", of = ["all", "channel", "cohort"], default = "channel", doc = "What a row is: all customers, those of a channel, or of a calendar month." }

[columns]
bucket = "(all), the channel, or the first day of the month."
new_customers = "Customers whose first purchase ever is in the range."
spend = "Spend of the ledger in the range. NULL where the warehouse has no ledger."
cac = "spend / new_customers. NULL where nobody came, and where there is no ledger."
months_seen = "Months of age that any of the customers has completed by as_of."
kept_per_customer = "What a customer has brought in over these months, by measure. NULL where a cost is not known."
kept_6_months = "The same over the first 6 months of age. NULL while nobody has completed them."
kept_12_months = "The same over the first 12."
payback_months = "Months of age after which what a customer brought in has reached the CAC: 0 where they cost nothing. NULL while it has not."
ltv_to_cac = "kept_per_customer / cac."
ltv_to_cac_12 = "kept_12_months / cac."
*/
{% from "value/_ages.sql" import months %}
{% set bucket = "CASE $by WHEN 'all' THEN '(all)' WHEN 'cohort' THEN CAST(cohort AS VARCHAR) ELSE CAST(firsts.channel_key AS VARCHAR) END" %}
WITH {{ months(bucket) }},

-- The ledger is by day; a moment within a day takes the whole day.
spent AS (
    SELECT
        CASE $by
            WHEN 'all' THEN '(all)'
            WHEN 'cohort' THEN CAST(CAST(date_trunc('month', day.date) AS DATE) AS VARCHAR)
            ELSE CAST(ad.channel_key AS VARCHAR)
        END AS bucket,
        sum(ad.spend) AS spend
    FROM star.fact_ad_spend AS ad
    INNER JOIN star.dim_date AS day ON day.date_key = ad.date_key
    CROSS JOIN today
    WHERE
        day.date <= CAST(today.today_at AS DATE)
        AND ($start IS NULL OR day.date >= CAST($start AS DATE))
        AND ($until IS NULL OR day.date < $until)
    GROUP BY 1
),

totals AS (
    SELECT
        coalesce(buckets.bucket, spent.bucket) AS bucket,
        coalesce(buckets.customers, 0) AS customers,
        coalesce(spent.spend, 0) AS spend,
        main.ratio(coalesce(spent.spend, 0), buckets.customers) AS cac
    FROM buckets
    FULL JOIN spent ON spent.bucket = buckets.bucket
),

returns AS (
    SELECT
        totals.bucket,
        totals.customers,
        totals.spend,
        totals.cac,
        count(months.age_month) AS months_seen,
        CAST(arg_max(months.kept_per_customer, months.age_month) AS DOUBLE) AS kept_per_customer,
        CAST(max(CASE WHEN months.age_month = 5 THEN months.kept_per_customer END) AS DOUBLE) AS kept_6,
        CAST(max(CASE WHEN months.age_month = 11 THEN months.kept_per_customer END) AS DOUBLE) AS kept_12,
        count(CASE WHEN months.kept_per_customer IS NULL THEN months.age_month END) AS unknown,
        min(CASE WHEN months.kept_per_customer >= totals.cac THEN months.age_month + 1 END) AS payback
    FROM totals
    LEFT JOIN months ON months.bucket = totals.bucket
    GROUP BY totals.bucket, totals.customers, totals.spend, totals.cac
)

SELECT
    CASE WHEN $by = 'channel' THEN coalesce(channel.channel, '(unknown)') ELSE returns.bucket END AS bucket,
    returns.customers AS new_customers,
    main.money(CASE WHEN ledger.has_rows THEN returns.spend END) AS spend,
    main.money(CASE WHEN ledger.has_rows THEN returns.cac END) AS cac,
    CAST(returns.months_seen AS INTEGER) AS months_seen,
    main.money(CASE WHEN returns.unknown = 0 THEN returns.kept_per_customer END) AS kept_per_customer,
    main.money(returns.kept_6) AS kept_6_months,
    main.money(returns.kept_12) AS kept_12_months,
    CAST(CASE WHEN NOT ledger.has_rows THEN NULL WHEN returns.cac = 0 THEN 0 ELSE returns.payback END AS INTEGER) AS payback_months,
    main.ratio(CASE WHEN returns.unknown = 0 THEN returns.kept_per_customer END, returns.cac) AS ltv_to_cac,
    main.ratio(returns.kept_12, returns.cac) AS ltv_to_cac_12
FROM returns
CROSS JOIN (SELECT count(*) > 0 AS has_rows FROM star.fact_ad_spend) AS ledger
LEFT JOIN star.dim_channel AS channel ON $by = 'channel' AND CAST(channel.channel_key AS VARCHAR) = returns.bucket
ORDER BY CASE WHEN $by = 'cohort' THEN 0 ELSE -returns.customers END, bucket
