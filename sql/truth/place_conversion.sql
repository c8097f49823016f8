/*
doc   = "How readily visits from a city end in an order, against other cities. It acts through the visits of people who never buy: their share there is divided by it. Compare with the conversion rate of visits by city, whose ratios between cities are a little smaller, and lower where customers can buy in a store instead (star.dim_store)."
grain = ["geography_key"]

[columns]
geography_key = "City."
conversion_factor = "Orders per visit against an ordinary city, 1 for no difference."
*/
CREATE TABLE truth.place_conversion (
    geography_key INTEGER PRIMARY KEY REFERENCES star.dim_geography (geography_key),
    conversion_factor DOUBLE NOT NULL
)
