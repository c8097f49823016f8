/*
question = "Do two models of buying and leaving agree on a customer?"
doc = """
BG/NBD beside Pareto/NBD, fitted on the same customers: P(alive) and the purchases expected within a horizon by each. In the one a customer can leave only after a purchase, \
in the other at any moment, so they differ most on those who bought once long ago. Where they agree a figure does not hang on the story; where they don't, look at \
clv_holdout and at the log likelihoods in model.registry. Columns of a model without a usable fit are NULL."""
misleads = "That both agree does not make them right: they share the assumption that a customer's rate never changes."
grain = ["customer_key"]
headline = ["customer_id", "x", "p_alive", "p_alive_pareto", "expected_purchases", "expected_purchases_pareto"]
needs = ["star.fact_order"]

[chart]
kind = "scatter"
x = "expected_purchases"
y = "expected_purchases_pareto"

[finding]
text = "Together {customers:count} customers are expected to purchase {bg:count} times by BG/NBD, {pareto:count} by Pareto/NBD."
sql = "SELECT count(*) AS customers, sum(expected_purchases) AS bg, sum(expected_purchases_pareto) AS pareto FROM answer HAVING sum(expected_purchases) > 0 AND sum(expected_purchases_pareto) > 0"

[params]
horizon_days = { type = "float", min = 0, max = 36525, default = 365, doc = "Days after as_of that are looked ahead." }

[columns]
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
x = "Repeat purchases so far."
t_x = "Days from the first purchase to the last."
age_days = "Days from the first purchase to the day of as_of."
p_alive = "Probability that the customer has not left, by BG/NBD: 1 for everybody who bought once."
p_alive_pareto = "The same by Pareto/NBD."
expected_purchases = "Purchases expected within the horizon, by BG/NBD."
expected_purchases_pareto = "The same by Pareto/NBD."
*/
{% from "value/_asked.sql" import as_of, before, within %}
{% from "value/_histories.sql" import histories %}
{% from "value/_fitted.sql" import fitted %}
{% from "value/_bg_nbd.sql" import alive, expectations %}
{% from "value/_pareto_nbd.sql" import pareto %}
WITH {{ histories(as_of, within, before) }},

{{ fitted() }},

{{ alive() }},

horizons AS (
    SELECT CAST($horizon_days AS DOUBLE) AS days_ahead, 0e0 AS discount
),

{{ expectations() }},

{{ pareto() }}

SELECT
    expectations.customer_key,
    expectations.customer_id,
    expectations.x,
    expectations.t_x,
    expectations.age_days,
    expectations.p_alive,
    pareto.p_alive AS p_alive_pareto,
    expectations.expected_purchases,
    pareto.expected_purchases AS expected_purchases_pareto
FROM expectations
INNER JOIN pareto ON pareto.customer_key = expectations.customer_key
ORDER BY expectations.customer_key
