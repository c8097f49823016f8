/*
doc   = "Pairs of products that are bought together more often than chance would have it; each pair once, the smaller key first. Compare with the lift of a basket analysis."
grain = ["product_key", "other_product_key"]

[columns]
product_key = "Product of the pair with the smaller key."
other_product_key = "The other product."
affinity = "How many times likelier one is to join a basket that holds the other than any basket. 1 is independence."
*/
CREATE TABLE truth.product_affinity (
    product_key INTEGER NOT NULL REFERENCES star.dim_product (product_key),
    other_product_key INTEGER NOT NULL REFERENCES star.dim_product (product_key),
    affinity DOUBLE NOT NULL,
    PRIMARY KEY (product_key, other_product_key)
)
