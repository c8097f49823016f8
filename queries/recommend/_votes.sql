{#
What each customer of `asked` is likely to buy next: each product that they have votes for its successors, as often as they bought it (parts, by source; divided by all_orders they are shares of 1e12). What the customer has already is only recommended again, and not
before it has rested (scored).
#}
{% macro votes(cosine=false) %}
own AS (
    SELECT
        asked.customer_key,
        coalesce(bought.product_key, 0) AS product_key,
        bought.last_at,
        coalesce(bought.orders, 1) AS orders,
        bought.orders IS NOT NULL AS is_buyer,
        coalesce(CAST(sum(bought.orders) OVER (PARTITION BY asked.customer_key) AS BIGINT), 1) AS all_orders
    FROM asked
    LEFT JOIN bought ON bought.basket_id = asked.customer_key
),

parts AS (
    SELECT
        own.customer_key,
        successors.other_key AS product_key,
        max(own.all_orders) AS all_orders,
        bool_or(own.is_buyer) AS is_buyer,
        {% for source in (["item", "category", "brand", "popular", "cosine"] if cosine else ["item", "category", "brand", "popular"]) %}
        CAST(sum(own.orders * successors.{{ source }}_share) AS BIGINT) AS {{ source }}_vote,
        {% endfor %}
        max(own.orders * successors.again_share) AS again_vote,
        max(CASE WHEN successors.again_share IS NOT NULL THEN own.last_at END) AS last_at,
        max(successors.cycle_days) AS cycle_days,
        -- The product that says most of it, its key behind its share: quicker than arg_max.
        max(CASE WHEN successors.item_share > 0 THEN successors.item_share // 1000 * 2147483648 + own.product_key END) % 2147483648 AS because_key
    FROM own
    INNER JOIN successors ON successors.product_key = own.product_key
    GROUP BY own.customer_key, successors.other_key
),

scored AS (
    SELECT
        parts.*,
        again_vote IS NOT NULL AS is_own,
        again_vote IS NULL OR main.elapsed_days(last_at, today.until_at) >= CASE WHEN cycle_days / 2 < $rest_days THEN cycle_days / 2 ELSE $rest_days END AS is_open,
        coalesce(again_vote, item_vote + category_vote + brand_vote + popular_vote) AS score
    FROM parts
    CROSS JOIN today
)
{%- endmacro %}
