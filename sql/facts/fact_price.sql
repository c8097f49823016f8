/*
doc   = "What a product cost in the list, from one change of price to the next, while it was offered. Orders are at the list price of their day, before discounts."
grain = ["product_key", "valid_from"]
open = ["valid_to"]
open_where = "valid_to IS NULL"

[columns]
product_key = "Product."
valid_from = "First day of the price; of the first one, the first day of the data, if the product was offered before."
valid_to = "Day on which the price changed or the product was taken out of the catalogue. NULL while it is valid."
list_price = "Price of one unit, before any discount."
*/
CREATE TABLE star.fact_price (
    product_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_product (product_key),
    valid_from DATE NOT NULL,
    valid_to DATE,
    list_price DECIMAL(18, 2) NOT NULL,
    PRIMARY KEY (product_key, valid_from)
)
