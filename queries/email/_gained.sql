-- Newcombe's hybrid score interval of the difference of two shares of buyers (1998, method 10): the distances from each share
-- to the ends of its Wilson interval, put together as the legs of a right triangle. Here squared, and of one person.
buyer_margins AS (
    SELECT
        *,
        power(mailed_share - main.wilson_low(mailed_share, mailed_people), 2)
        + power(main.wilson_high(held_share, held_size) - held_share, 2) AS low_squared,
        power(main.wilson_high(mailed_share, mailed_people) - mailed_share, 2)
        + power(held_share - main.wilson_low(held_share, held_size), 2) AS high_squared,
        main.z_95() * main.z_95() * (
            (main.wilson_low(mailed_share, mailed_people) + main.wilson_high(mailed_share, mailed_people)) / 2 / mailed_people
            + (main.wilson_low(held_share, held_size) + main.wilson_high(held_share, held_size)) / 2 / held_size
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
        campaign_type,
        compared_recipients,
        mailed_orders - mailed_people * held_orders_each AS conversions,
        mailed_people * sqrt(orders_each * orders_each * low_squared + orders_spread) AS conversions_below,
        mailed_people * sqrt(orders_each * orders_each * high_squared + orders_spread) AS conversions_above,
        mailed_revenue - mailed_people * held_revenue_each AS revenue,
        mailed_people * sqrt(revenue_mean * revenue_mean * low_squared + revenue_spread) AS revenue_below,
        mailed_people * sqrt(revenue_mean * revenue_mean * high_squared + revenue_spread) AS revenue_above
    FROM purchases
)
