/*
doc   = "What the generator assumed of each synthetic customer. Join to a model's result on customer_key: compare churned_at with a probability of being alive, purchase_rate and mean_spend with a predicted value, persona with a segment."
grain = ["customer_key"]

[columns]
customer_key = "Customer."
purchase_rate = "Baseline orders per day of the customer while not churned, averaged over seasons and weekdays; what touches cause comes on top. The lambda of BG/NBD for baseline orders."
dropout_probability = "Probability of leaving for good after each order but the first, whatever caused it; higher after a late delivery, lower after others. The p of BG/NBD."
churned_at = "When the customer left for good, with the last order, in the warehouse's zone. NULL for customers who have not left within the data."
mean_spend = "Expected net revenue of one of the customer's orders, before what recommendations add (truth.recommendation)."
persona = "Kind of customer: the likelier one, the better it fits age, family, income and order value; it sets tastes, hours and device. NULL when the preset has none."
style = "Style of the products that the customer likes in every category, as in truth.product; what an item-to-item recommendation finds."
open_factor = "Factor on the customer's chance to open a mail, 1 on average; higher for those who buy more often."
satisfaction = "How satisfied the customer is by nature, standard normal: lower for those with a higher dropout_probability or a lower purchase_rate. Each answer is this, what happened (truth.satisfaction), and chance."
*/
CREATE TABLE truth.customer (
    customer_key INTEGER PRIMARY KEY REFERENCES star.dim_customer (customer_key),
    purchase_rate DOUBLE NOT NULL,
    dropout_probability DOUBLE NOT NULL,
    churned_at TIMESTAMP,
    mean_spend DECIMAL(18, 2) NOT NULL,
    persona VARCHAR,
    style VARCHAR NOT NULL,
    open_factor DOUBLE NOT NULL,
    satisfaction DOUBLE NOT NULL
)
