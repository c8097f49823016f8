/*
question = "What will each customer buy from now on, and what is that worth?"
doc = """
Each customer's chance of still being there, the purchases expected of them within a horizon and what these will come to, by BG/NBD and \
Gamma-Gamma with the parameters that martlet model fit clv has kept: nothing is fitted here, so any horizon can be asked. A purchase is a \
day with orders. clv is what they will bring in, each purchase discounted by when it comes, at a yearly rate; it is revenue \
net of refunds, before the cost of the goods. Who has never bought again is taken to be there still (a property of BG/NBD), at a low rate. \
Without a usable fit the columns that need it are NULL, and fit_status says what to do."""
misleads = """
The models know a customer's dates and amounts alone: no season, no trend, no campaign. Who bought before the data begin has survived \
longer than the data show, so that with include_older = true their value is too low."""
grain = ["customer_key"]
headline = ["customer_id", "fit_status", "x", "p_alive", "expected_purchases", "expected_revenue", "clv"]
needs = ["star.fact_order"]

[chart]
kind = "scatter"
x = "p_alive"
y = "clv"

[finding]
text = "The best tenth, {top:count} customers, hold {share:percent} of the value of all {customers:count}."
sql = "SELECT count(*) FILTER (WHERE clv >= (SELECT quantile_disc(clv, 0.9) FROM answer)) AS top, sum(clv) FILTER (WHERE clv >= (SELECT quantile_disc(clv, 0.9) FROM answer)) / nullif(sum(clv), 0) AS share, count(clv) AS customers FROM answer HAVING sum(clv) > 0"

[params]
horizon_days = { type = "float", min = 0, max = 36525, default = 365, doc = "Days after as_of that are looked ahead." }
discount_rate = { type = "float", min = 0, max = 10, default = 0.1, doc = "Yearly rate by which later purchases count less; 0.1 is 10 % a year, 0 counts all alike." }

[columns]
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
is_older = "Whether the customer's first purchase lies before the orders that count; such customers are here only with include_older."
x = "Repeat purchases so far."
t_x = "Days from the first purchase to the last."
age_days = "Days from the first purchase to the day of as_of."
monetary = "Mean of what repeat purchases came to. NULL without one."
p_alive = "Probability that the customer has not left for good. NULL without a fit."
expected_purchases = "Purchases expected within the horizon. NULL without a fit."
expected_purchase_value = "What a purchase of the customer is expected to come to: between their own mean and everybody's, nearer to their own the more purchases it is of. NULL without a fit of spending."
expected_revenue = "expected_purchases times expected_purchase_value, not discounted."
clv = "The same with each purchase discounted by when it is expected: the customer's value within the horizon."
fit_status = "fitted; stale, when data were loaded after the fit; or why there are no figures and what to do."
*/
{% from "value/_asked.sql" import as_of, before, within %}
{% from "value/_histories.sql" import histories %}
{% from "value/_fitted.sql" import fitted %}
{% from "value/_bg_nbd.sql" import alive, expectations, purchase_value %}
WITH {{ histories(as_of, within, before) }},

{{ fitted() }},

{{ alive() }},

horizons AS (
    SELECT CAST($horizon_days AS DOUBLE) AS days_ahead, ln(1 + $discount_rate) / 365.25 AS discount
),

{{ expectations() }},

purchase_values AS (
    SELECT
        expectations.*,
        {{ purchase_value() }} AS purchase_value
    FROM expectations
)

SELECT
    purchase_values.customer_key,
    purchase_values.customer_id,
    purchase_values.is_older,
    purchase_values.x,
    purchase_values.t_x,
    purchase_values.age_days,
    purchase_values.monetary,
    purchase_values.p_alive,
    purchase_values.expected_purchases,
    main.money(purchase_values.purchase_value) AS expected_purchase_value,
    main.money(purchase_values.expected_purchases * purchase_values.purchase_value) AS expected_revenue,
    main.money(purchase_values.discounted_purchases * purchase_values.purchase_value) AS clv,
    purchase_values.fit_status
FROM purchase_values
ORDER BY clv DESC NULLS LAST, purchase_values.expected_purchases DESC NULLS LAST, purchase_values.customer_key
