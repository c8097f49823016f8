/*
doc = "Whether an order of this status is a sale, and so counts as revenue: it was paid and is not void. The one rule of all queries, views and reports. Refunds of credit notes are subtracted where a figure is net of refunds, though they are no sales."

[columns]
status = "Status of an order, as in star.fact_order."
*/
CREATE MACRO main.is_sale(status) AS
    status IN ('open', 'completed', 'partially_refunded', 'refunded')
