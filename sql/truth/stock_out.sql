/*
doc   = "A time in which a product could not be had, because its supplier failed and took back what was left. Compare with star.fact_inventory and the week's sales of the product: they fall, and go to the products next in price."
grain = ["product_key", "starts_on"]

[columns]
product_key = "Product."
starts_on = "Monday of the first week without stock."
weeks = "Calendar weeks without stock; they may reach beyond the data."
*/
CREATE TABLE truth.stock_out (
    product_key INTEGER NOT NULL REFERENCES star.dim_product (product_key),
    starts_on DATE NOT NULL,
    weeks INTEGER NOT NULL,
    PRIMARY KEY (product_key, starts_on)
)
