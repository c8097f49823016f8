{# Classes by what things bring: ranked has what rank_columns makes of an amount, shares what share_columns makes of ranked. #}

{# By default a window sums up to the last of equal rows. #}
{% macro rank_columns(amount) %}
rank() OVER (ORDER BY {{ amount }} DESC) AS position,
        sum({{ amount }}) OVER (ORDER BY {{ amount }} DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running,
        count(*) OVER (PARTITION BY {{ amount }}) AS equals,
        sum({{ amount }}) OVER () AS total
{%- endmacro %}

{% macro share_columns() %}
CASE WHEN total > 0 THEN CAST(running AS DOUBLE) / CAST(total AS DOUBLE) END AS cumulative_share,
        CASE WHEN total > 0 THEN CAST(running - equals * amount AS DOUBLE) / CAST(total AS DOUBLE) END AS share_before
{%- endmacro %}

{# The columns amount, amount_share, cumulative_share and class of the answer. #}
{% macro class_columns() %}
main.money(shares.amount) AS amount,
    CASE WHEN shares.total > 0 THEN CAST(shares.amount AS DOUBLE) / CAST(shares.total AS DOUBLE) END AS amount_share,
    shares.cumulative_share,
    CASE
        WHEN shares.total <= 0 OR shares.amount <= 0 THEN 'C'
        WHEN shares.share_before < $a_share THEN 'A'
        WHEN shares.share_before < $b_share THEN 'B'
        ELSE 'C'
    END AS class
{%- endmacro %}
