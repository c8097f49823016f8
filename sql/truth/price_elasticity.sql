/*
doc   = "How demand in each category answers to price. Compare with the slope of log units on log price in star.fact_order_line. The list prices of star.fact_price move the sales of a product by about as much, against others like it."
grain = ["category"]

[columns]
category = "Category, as in star.dim_product."
elasticity = "Percent change of units bought for one percent change of price; negative."
*/
CREATE TABLE truth.price_elasticity (
    category VARCHAR PRIMARY KEY,
    elasticity DOUBLE NOT NULL
)
