{# How alike the products of each pair are, five ways, from pairs, item_sums and bought (likeness). #}
{% macro likeness() %}
all_baskets AS (
    SELECT count(DISTINCT basket_id) AS baskets
    FROM bought
),

counted AS (
    SELECT
        pairs.product_key,
        pairs.other_key,
        pairs.together,
        item.baskets AS item_baskets,
        other.baskets AS other_baskets,
        all_baskets.baskets AS all_baskets,
        item.beside,
        CAST(item.baskets AS DOUBLE) * other.baskets / all_baskets.baskets AS expected
    FROM pairs
    INNER JOIN item_sums AS item ON item.product_key = pairs.product_key
    INNER JOIN item_sums AS other ON other.product_key = pairs.other_key
    CROSS JOIN all_baskets
),

likeness AS (
    SELECT
        counted.*,
        together / expected AS lift,
        together / (sqrt(CAST(item_baskets AS DOUBLE) * other_baskets) + $shrink) AS cosine,
        together / (beside + $shrink) AS share,
        -- Twice the logarithm of how much likelier the four counts are with a rate of their own in each row: 2 (sum of k ln k over cells - over rows - over columns + of all).
        sign(together - expected) * 2 * (
            {{ k_ln_k("together") }}
            + {{ k_ln_k("(item_baskets - together)") }}
            + {{ k_ln_k("(other_baskets - together)") }}
            + {{ k_ln_k("(all_baskets - item_baskets - other_baskets + together)") }}
            - {{ k_ln_k("item_baskets") }}
            - {{ k_ln_k("(all_baskets - item_baskets)") }}
            - {{ k_ln_k("other_baskets") }}
            - {{ k_ln_k("(all_baskets - other_baskets)") }}
            + {{ k_ln_k("all_baskets") }}
        ) AS log_likelihood_ratio
    FROM counted
)
{%- endmacro %}
{# Of a whole number; 0 of 0. #}
{% macro k_ln_k(count) -%}
{{ count }} * ln(greatest({{ count }}, 1))
{%- endmacro %}
