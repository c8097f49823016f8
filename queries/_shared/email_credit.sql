/*
[params]
email_hours = { type = "float", min = 0, max = 8760, default = 120, doc = "Elapsed hours before an order within which a mail may be credited, inclusive." }
basis = { type = "choice", of = ["click", "open", "delivered"], default = "click", doc = "What makes a mail eligible for credit: a person's first click in it, a person's first open (by whomever, where the source cannot tell), or its delivery." }
*/
{# The one rule by which email is credited. #}
{% macro credited_orders() %}
-- A bot can't buy, so only what people did makes a mail eligible; where a source cannot tell, what anybody did.
mail_actions AS (
    SELECT
        email_id,
        campaign_key,
        customer_key,
        CASE $basis
            WHEN 'click' THEN CASE WHEN is_human_known THEN first_human_clicked_at ELSE first_clicked_at END
            WHEN 'open' THEN CASE WHEN is_human_known THEN first_human_opened_at ELSE first_opened_at END
            ELSE delivered_at
        END AS acted_at
    FROM star.fact_email
    WHERE customer_key <> 0 AND delivered_at IS NOT NULL
),

-- The last mail counts, whichever campaign sent it and whenever: reports of two ranges then never share an order.
credited_orders AS (
    SELECT placed.order_id, placed.customer_key, placed.ordered_at, placed.net_revenue, mail.email_id, mail.campaign_key, mail.acted_at
    FROM star.fact_order AS placed
    INNER JOIN mail_actions AS mail
        ON mail.customer_key = placed.customer_key
        AND mail.acted_at <= placed.ordered_at
        AND epoch_us(placed.ordered_at) - epoch_us(mail.acted_at) <= main.microseconds($email_hours / 24)
    WHERE main.is_sale(placed.status)
    QUALIFY row_number() OVER (PARTITION BY placed.order_id ORDER BY mail.acted_at DESC, mail.email_id DESC) = 1
)
{%- endmacro %}
