{# What the mails added, with its interval. Reads compared_kinds. #}
{% macro gained() %}
-- Newcombe's hybrid score interval of the difference of two shares of buyers (1998, method 10): the distances from each share
-- to the ends of its Wilson interval, put together as the legs of a right triangle. Here squared, and of one person.
buyer_margins AS (
    SELECT
        *,
        power(mailed_share - stats.wilson_low(mailed_share, mailed_people, stats.z_95()), 2)
        + power(stats.wilson_high(held_share, held_size, stats.z_95()) - held_share, 2) AS low_squared,
        power(stats.wilson_high(mailed_share, mailed_people, stats.z_95()) - mailed_share, 2)
        + power(held_share - stats.wilson_low(held_share, held_size, stats.z_95()), 2) AS high_squared,
        stats.z_95() * stats.z_95() * (
            (stats.wilson_low(mailed_share, mailed_people, stats.z_95()) + stats.wilson_high(mailed_share, mailed_people, stats.z_95())) / 2 / mailed_people
            + (stats.wilson_low(held_share, held_size, stats.z_95()) + stats.wilson_high(held_share, held_size, stats.z_95())) / 2 / held_size
        ) AS buyers_squared
    FROM compared_kinds
),

-- From buyers to what they bought: their margin times what one brings, and how much buyers differ among themselves.
-- Where each buyer orders once, as nearly all do, the margin of the orders is Newcombe's. Nobody bought: one order each.
purchases AS (
    SELECT
        *,
        coalesce(orders_mean, 1) AS orders_each,
        coalesce(greatest(orders_squared_mean - orders_mean * orders_mean, 0), 0) * buyers_squared AS orders_spread,
        greatest(revenue_squared_mean - revenue_mean * revenue_mean, 0) * buyers_squared AS revenue_spread
    FROM buyer_margins
),

gains AS (
    SELECT
        purchases.*,
        mailed_orders - mailed_people * held_orders_each AS conversions,
        mailed_people * sqrt(orders_each * orders_each * low_squared + orders_spread) AS conversions_below,
        mailed_people * sqrt(orders_each * orders_each * high_squared + orders_spread) AS conversions_above,
        mailed_revenue - mailed_people * held_revenue_each AS revenue,
        mailed_people * sqrt(revenue_mean * revenue_mean * low_squared + revenue_spread) AS revenue_below,
        mailed_people * sqrt(revenue_mean * revenue_mean * high_squared + revenue_spread) AS revenue_above
    FROM purchases
)
{%- endmacro %}
