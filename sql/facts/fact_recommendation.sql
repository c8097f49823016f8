/*
doc   = "A product in a list of recommendations on a product page: of the visits of known customers in which such lists are logged, a sample, once a visit. Of some customers, taken at random, the lists are held back; compare what they order in such visits."
grain = ["recommendation_id"]
at = "shown_at"
open = ["clicked_at"]
open_where = "shown_at >= $until - INTERVAL 3 DAY"

[columns]
recommendation_id = "Number of the row, given by the loader, stable from load to load."
session_id = "Visit in which the list was shown."
customer_key = "Customer, if identified during the visit, else 0."
shown_at = "When the list was shown, or would have been shown, in the warehouse's zone."
date_key = "Day of shown_at."
page_key = "Product page on which it was shown."
algorithm = "How the list was made, drawn anew in each visit: popular (what is looked at most in the category of the page), also bought (what goes with the page's product), random."
is_holdout = "Whether the list was held back, as all lists of this customer are: nothing was shown."
position = "Place in the list, from 1."
product_key = "Product that was recommended."
clicked_at = "When it was clicked; the product's page was seen at that moment. NULL when it was not."
source_id = "The row's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_recommendation (
    recommendation_id BIGINT PRIMARY KEY,
    session_id BIGINT REFERENCES star.fact_session (session_id),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    shown_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    page_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_page (page_key),
    algorithm VARCHAR,
    is_holdout BOOLEAN NOT NULL DEFAULT false,
    position INTEGER NOT NULL,
    product_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_product (product_key),
    clicked_at TIMESTAMP,
    source_id VARCHAR
)
