/*
doc   = "What makes customers ask the service, by reason. Compare with the contacts per order in star.fact_support_contact, of late orders and others, and of those after which customers left (truth.customer)."
grain = ["reason"]

[columns]
reason = "What the contact is about, as in star.fact_support_contact."
per = "order: asked about an order. visit: asked after a visit of a known customer."
chance = "Chance to ask, by an order that came on time (or a visit), with satisfaction and quality of 0; of contacts about refunds, by an order of which something came back."
late = "The same, by an order that came late."
leaving = "Factor on that chance where the customer leaves for good after the order."
quality = "What a standard deviation of the products' quality adds to the logarithm of the chance."
satisfaction = "What a unit of the customer's own satisfaction adds to it."
*/
CREATE TABLE truth.support_reason (
    reason VARCHAR PRIMARY KEY,
    per VARCHAR NOT NULL,
    chance DOUBLE NOT NULL,
    late DOUBLE NOT NULL,
    leaving DOUBLE NOT NULL,
    quality DOUBLE NOT NULL,
    satisfaction DOUBLE NOT NULL
)
