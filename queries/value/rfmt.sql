/*
question = "How often has each customer bought again, when last, for how long are they known, and what was it worth?"
doc = """
The four figures of a customer that models of buying and leaving take, by the convention of their literature: repeat \
purchases x, days from the first to the last purchase t_x, days from the first purchase to as_of T (here age_days), and \
what a repeat purchase came to on average. All orders of a day are one purchase. The first purchase is not counted in x and not in monetary, since \
everybody has it. Only sales count; monetary is their net revenue less refunds and less the credit notes that came until the next purchase. \
Where the first purchase is not within the orders that count, because the customer ordered before the data begin or before start, x and T \
are not known: such customers are left out unless include_older is true."""
misleads = """
Where a source does not say whether customers ordered before it begins (ordered_before_data is NULL), everybody counts from the first order in \
the data; for the first months of such data some of those first orders are not first."""
grain = ["customer_key"]
headline = ["customer_id", "x", "t_x", "age_days", "monetary"]
needs = ["star.fact_order"]

[chart]
kind = "scatter"
x = "x"
y = "monetary"

[finding]
text = "{share:percent} of the {customers:count} customers whose first purchase is on record have bought again."
sql = "SELECT count(*) FILTER (WHERE x > 0) / count(*) AS share, count(*) AS customers FROM answer HAVING count(*) > 0"

[columns]
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
is_older = "Whether the customer's first purchase lies before the orders that count, so that the figures count from a later one."
first_purchased_on = "Day of the first purchase within the orders that count."
last_purchased_on = "Day of the last."
x = "Repeat purchases: days with purchases after the first."
t_x = "Days from the first purchase to the last, 0 without a repeat."
age_days = "T: days from the first purchase to the day of as_of."
monetary = "Mean of what repeat purchases came to: net revenue less refunds. NULL without a repeat."
*/
{% from "value/_asked.sql" import as_of, before, within %}
{% from "value/_histories.sql" import histories %}
WITH {{ histories(as_of, within, before) }}

SELECT
    histories.customer_key,
    histories.customer_id,
    histories.is_older,
    histories.first_purchased_on,
    histories.last_purchased_on,
    histories.x,
    histories.t_x,
    histories.age_days,
    histories.monetary
FROM histories
ORDER BY histories.customer_key
