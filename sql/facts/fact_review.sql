/*
doc   = "A review of a product."
grain = ["review_id"]
at = "reviewed_at"
personal = ["title", "text"]

[columns]
review_id = "Number of the review, given by the loader, stable from load to load."
product_key = "Product that was reviewed."
customer_key = "Customer who reviewed it, or 0."
reviewed_at = "When it was published, in the warehouse's zone."
date_key = "Day of reviewed_at."
rating = "Stars, 1 (worst) to 5 (best)."
title = "Headline of the review. NULL when there is none."
text = "What the customer wrote. NULL when not known."
source_id = "The review's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_review (
    review_id BIGINT PRIMARY KEY,
    product_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_product (product_key),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    reviewed_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    rating INTEGER NOT NULL,
    title VARCHAR,
    text VARCHAR,
    source_id VARCHAR
)
