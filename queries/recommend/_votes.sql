{#
What each customer of `asked` is likely to buy next: each product that they have votes for its successors, with its share of their purchases (votes); added up by source, in millionths of a millionth, whose sums are exact (parts).
What the customer has already is only recommended again, and not before it has rested.
#}
{% macro votes(cosine=false) %}
own AS (
    SELECT
        asked.customer_key,
        coalesce(bought.product_key, 0) AS product_key,
        bought.last_at,
        coalesce(CAST(bought.orders AS DOUBLE) / CAST(sum(bought.orders) OVER (PARTITION BY asked.customer_key) AS DOUBLE), 1) AS weight
    FROM asked
    LEFT JOIN bought ON bought.basket_id = asked.customer_key
),

votes AS (
    SELECT
        own.customer_key,
        successors.other_key AS product_key,
        successors.source,
        own.product_key AS because_key,
        own.last_at,
        successors.cycle_days,
        CAST(round(own.weight * successors.share * 1e12) AS BIGINT) AS vote
    FROM own
    INNER JOIN successors ON successors.product_key = own.product_key
),

parts AS (
    SELECT
        customer_key,
        product_key,
        CAST(sum(CASE WHEN source = 'item' THEN vote ELSE 0 END) AS BIGINT) AS item_vote,
        CAST(sum(CASE WHEN source = 'category' THEN vote ELSE 0 END) AS BIGINT) AS category_vote,
        CAST(sum(CASE WHEN source = 'brand' THEN vote ELSE 0 END) AS BIGINT) AS brand_vote,
        CAST(sum(CASE WHEN source = 'popular' THEN vote ELSE 0 END) AS BIGINT) AS popular_vote,
        {% if cosine %}
        CAST(sum(CASE WHEN source = 'cosine' THEN vote ELSE 0 END) AS BIGINT) AS cosine_vote,
        {% endif %}
        max(CASE WHEN source = 'again' THEN vote END) AS again_vote,
        max(CASE WHEN source = 'again' THEN last_at END) AS last_at,
        max(CASE WHEN source = 'again' THEN cycle_days END) AS cycle_days,
        arg_max(because_key, row(vote, -because_key)) FILTER (WHERE source = 'item') AS because_key
    FROM votes
    GROUP BY customer_key, product_key
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
