/*
doc   = "What makes a product sell and come back. Compare appeal with product views, quality with ratings, returns and purchases a view."
grain = ["product_key"]

[columns]
product_key = "Product."
noun = "What the product is, as truth.category_season calls it."
style = "Style of its brand. People whose style it is, as truth.customer says, look at it and buy it more often than at another one of its category, price and appeal."
usual_price = "List price to which the price returns after each change."
appeal = "How often the product is looked at against others of its category that are offered; lognormal, so that a few sell most."
quality = "How good it is, in standard deviations from the mean. Better products are rated better, are bought more often by those who see them, and come back less."
return_probability = "Chance that a line comes back, in whole or in part, 0 to 1."
*/
CREATE TABLE truth.product (
    product_key INTEGER PRIMARY KEY REFERENCES star.dim_product (product_key),
    noun VARCHAR NOT NULL,
    style VARCHAR NOT NULL,
    usual_price DECIMAL(18, 2) NOT NULL,
    appeal DOUBLE NOT NULL,
    quality DOUBLE NOT NULL,
    return_probability DOUBLE NOT NULL
)
