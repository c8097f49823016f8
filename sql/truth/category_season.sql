/*
doc   = "Seasons: how much more a category is bought and looked at in a month, against the others, and within a category a noun against its other products. Compare with the shares of order lines by month."
grain = ["category", "noun", "month"]

[columns]
category = "Category, as in star.dim_product."
noun = "What has the season, as in truth.product; (all) is the whole category."
month = "Month, 1 to 12."
factor = "Weight of the month against the mean of the year, 1 without a season."
*/
CREATE TABLE truth.category_season (
    category VARCHAR NOT NULL,
    noun VARCHAR NOT NULL,
    month INTEGER NOT NULL,
    factor DOUBLE NOT NULL,
    PRIMARY KEY (category, noun, month)
)
