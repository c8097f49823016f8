/*
[params]
unit = { type = "choice", of = ["customer", "product", "category"], default = "customer", doc = "What is sorted." }
measure = { type = "choice", of = ["revenue", "margin"], default = "revenue", doc = "By what: net revenue (of customers less refunds), or margin before refunds." }
start = { type = "timestamp", doc = "First moment of the orders that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the orders that count, exclusive. Default: all." }
*/
{# What each customer, product or category with a sale brought, within [$start, $until); by margin, those whose margin is known whole. #}
{% from "segmentation/_told.sql" import told %}
{% macro amounts(unit, measure) %}
{% if unit == "customer" and measure == "revenue" %}
{{ told("$start IS NULL AND $until IS NULL") }},

{% endif %}
amounts AS (
    {% if unit == "customer" %}
    SELECT
        CAST(placed.customer_key AS VARCHAR) AS item,
        sum({{ "placed.net_revenue - placed.refund_amount" if measure == "revenue" else "placed.margin" }}) AS amount
    FROM star.fact_order AS placed
    WHERE
        placed.customer_key <> 0
        AND {{ "(main.is_sale(placed.status) OR placed.status = 'credit_note')" if measure == "revenue" else "main.is_sale(placed.status)" }}
        AND ($start IS NULL OR placed.ordered_at >= $start)
        AND ($until IS NULL OR placed.ordered_at < $until)
    GROUP BY placed.customer_key
    HAVING
        count(*) FILTER (WHERE main.is_sale(placed.status)) > 0
        {% if measure == "margin" %}
        AND count(*) = count(placed.margin)
        {% else %}
    UNION ALL
    SELECT CAST(customer_key AS VARCHAR), monetary
    FROM told_totals
    WHERE frequency > 0
        {% endif %}
    {% else %}
    SELECT
        {{ "product.product_id" if unit == "product" else "coalesce(product.category, '(unknown)')" }} AS item,
        sum({{ "line.net_revenue" if measure == "revenue" else "line.net_revenue - line.quantity * line.unit_cost" }}) AS amount
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id AND main.is_sale(placed.status)
    INNER JOIN star.dim_product AS product ON product.product_key = line.product_key
    WHERE
        ($start IS NULL OR line.ordered_at >= $start)
        AND ($until IS NULL OR line.ordered_at < $until)
    GROUP BY 1
    {% if measure == "margin" %}
    HAVING count(*) = count(line.unit_cost)
    {% endif %}
    {% endif %}
)
{%- endmacro %}
