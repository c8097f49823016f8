/*
doc   = "How likely a line of a product of mean quality is to be sent back, by category; truth.product says it of each product. Compare with the share of lines of star.fact_order_line that have a row in star.fact_return, among orders that are not cancelled and old enough."
grain = ["category"]

[columns]
category = "Category, as in star.dim_product."
return_probability = "Chance that a line comes back, in whole or in part, 0 to 1."
*/
CREATE TABLE truth.return_probability (
    category VARCHAR PRIMARY KEY,
    return_probability DOUBLE NOT NULL
)
