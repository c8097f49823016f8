/*
[params]
in_stock = { type = "bool", default = true, doc = "Leave out what was not in stock at the end of the last whole week before then. What is not counted in star.fact_inventory stays." }
min_margin = { type = "float", max = 1, doc = "Least margin of the list price, as a share of it: 0.3 leaves out what leaves less, and what has no known cost or price. Both are those of now. Default: any." }
only_category = { type = "str", doc = "Recommend only products of this category. Default: all." }
*/
{% from "_shared/words.sql" import asked_words, is_asked %}
{# What may be recommended at the end of `today`. `is_offered` is SQL over product: whether it is still sold. #}
{% macro shelf(is_offered) %}
stocks AS (
    SELECT product_key, bool_or(is_in_stock AND date_key = last_key) AS is_stocked
    FROM (
        SELECT inventory.product_key, inventory.date_key, inventory.is_in_stock, max(inventory.date_key) OVER () AS last_key
        FROM star.fact_inventory AS inventory
        INNER JOIN star.dim_date AS day ON day.date_key = inventory.date_key
        CROSS JOIN today
        WHERE CAST(day.date AS TIMESTAMP) + INTERVAL 7 DAY <= today.until_at
    ) AS weeks
    GROUP BY product_key
),

{{ asked_words("$only_category", "category", "star.dim_product") }},

shelf AS (
    SELECT product.*
    FROM star.dim_product AS product
    LEFT JOIN stocks ON stocks.product_key = product.product_key
    CROSS JOIN asked_words
    WHERE
        product.product_key <> 0
        AND {{ is_offered }}
        AND (NOT $in_stock OR coalesce(stocks.is_stocked, true))
        AND ($min_margin IS NULL OR main.ratio(product.list_price - product.unit_cost, product.list_price) >= $min_margin)
        AND {{ is_asked("$only_category", "product.category") }}
)
{%- endmacro %}
