/*
question = "Which ages, incomes, families bring the money, and how do they come?"
doc = """
All customers by a trait, and what those of each band bring: of their whole history in the data, from mart.customer_profile. Who has not given the trait is \
in the band (unknown). Customers without an order count as customers, not as buyers."""
grain = ["band"]
headline = ["band", "customers", "buyer_share", "avg_monetary", "index"]
needs = ["star.dim_customer"]

[chart]
kind = "bar"
x = "band"
y = "avg_monetary"

[finding]
text = "{band}: {avg_monetary:money} a customer, {index:count} where all customers are 100."
sql = "SELECT band, avg_monetary, index FROM answer WHERE band <> '(unknown)' AND customers >= 30 AND index > 100 ORDER BY index DESC, band LIMIT 1"

[params]
by = { type = "choice", of = ["age_range", "income_range", "education", "family", "marital_status", "gender", "country", "region", "loyalty_tier", "acquisition_channel", "top_category"], default = "age_range", doc = "The trait, a column of mart.customer_profile." }

[columns]
band = "Value of the trait; (unknown) for those of whom it is not known."
customers = "Number of customers."
customer_share = "Their share of all customers, 0 to 1."
buyers = "Number of those with an order."
buyer_share = "buyers / customers."
orders = "Number of their orders."
orders_per_buyer = "orders / buyers. NULL without a buyer."
monetary = "Net revenue less refunds of these orders, or money spent as the source told it."
monetary_share = "Their share of the money. NULL where all together is not above 0."
avg_monetary = "monetary / customers."
avg_order_value = "monetary / orders. NULL without an order."
index = "avg_monetary of the band, that of all customers being 100. NULL where that is not above 0."
open_rate = "Emails opened by people / emails delivered. NULL without one, and where the source cannot tell who opened."
top_channel = "Channel through which most of them came; of equals the first by name. NULL when not known of any."
*/
WITH banded AS (
    SELECT coalesce({{ by }}, '(unknown)') AS band, profile.*
    FROM mart.customer_profile AS profile
),

band_channels AS (
    SELECT band, acquisition_channel, count(*) AS customers
    FROM banded
    WHERE acquisition_channel IS NOT NULL
    GROUP BY band, acquisition_channel
),

top_channels AS (
    SELECT band, acquisition_channel AS top_channel
    FROM band_channels
    QUALIFY row_number() OVER (PARTITION BY band ORDER BY customers DESC, acquisition_channel) = 1
),

band_totals AS (
    SELECT
        band,
        count(*) AS customers,
        count(*) FILTER (WHERE frequency > 0) AS buyers,
        CAST(sum(frequency) AS BIGINT) AS orders,
        sum(monetary) AS monetary,
        sum(emails_received) AS received,
        sum(emails_opened) AS opened,
        count(*) FILTER (WHERE emails_opened IS NULL) AS unknown_opens
    FROM banded
    GROUP BY band
)

SELECT
    band_totals.band,
    band_totals.customers,
    band_totals.customers / sum(band_totals.customers) OVER () AS customer_share,
    band_totals.buyers,
    band_totals.buyers / band_totals.customers AS buyer_share,
    band_totals.orders,
    main.ratio(band_totals.orders, band_totals.buyers) AS orders_per_buyer,
    main.money(band_totals.monetary) AS monetary,
    CASE
        WHEN sum(band_totals.monetary) OVER () > 0
            THEN CAST(band_totals.monetary AS DOUBLE) / CAST(sum(band_totals.monetary) OVER () AS DOUBLE)
    END AS monetary_share,
    main.money(band_totals.monetary / band_totals.customers) AS avg_monetary,
    main.money(main.ratio(band_totals.monetary, band_totals.orders)) AS avg_order_value,
    CASE
        WHEN sum(band_totals.monetary) OVER () > 0
            THEN 100.0 * CAST(band_totals.monetary AS DOUBLE) / band_totals.customers
                / (CAST(sum(band_totals.monetary) OVER () AS DOUBLE) / CAST(sum(band_totals.customers) OVER () AS DOUBLE))
    END AS index,
    CASE WHEN band_totals.unknown_opens = 0 THEN main.ratio(band_totals.opened, band_totals.received) END AS open_rate,
    top_channels.top_channel
FROM band_totals
LEFT JOIN top_channels ON top_channels.band = band_totals.band
ORDER BY band_totals.band
