/*
doc   = "What the generator assumed of each synthetic customer. Join to a model's result on customer_key: compare churned_at with a probability of being alive, purchase_rate and mean_spend with a predicted value, persona with a segment."
grain = ["customer_key"]

[columns]
customer_key = "Customer."
purchase_rate = "Baseline orders per day of the customer while not churned, averaged over seasons and weekdays. The lambda of BG/NBD."
dropout_probability = "Probability of leaving for good after each baseline order. The p of BG/NBD."
churned_at = "When the customer left for good, in the warehouse's zone. NULL for customers who have not left within the data."
mean_spend = "Expected net revenue of one of the customer's orders."
persona = "Kind of customer from which the others of these numbers and the tastes were drawn. NULL when the preset has none."
*/
CREATE TABLE truth.customer (
    customer_key INTEGER PRIMARY KEY REFERENCES star.dim_customer (customer_key),
    purchase_rate DOUBLE NOT NULL,
    dropout_probability DOUBLE NOT NULL,
    churned_at TIMESTAMP,
    mean_spend DECIMAL(18, 2) NOT NULL,
    persona VARCHAR
)
