/*
doc   = "How each ad works, against the others of its campaign: products of what its intent, match type, format and angle do, and of the ad's own words. Rates of two ads of one campaign are expected to stand as their factors."
grain = ["ad_key"]

[columns]
ad_key = "Ad."
impression_factor = "How often it is shown."
click_factor = "Clicks of an impression."
price_factor = "Cost of a click; of display, of an impression."
order_factor = "Orders of a click that the platform claims."
*/
CREATE TABLE truth.ad (
    ad_key INTEGER PRIMARY KEY REFERENCES star.dim_ad (ad_key),
    impression_factor DOUBLE NOT NULL,
    click_factor DOUBLE NOT NULL,
    price_factor DOUBLE NOT NULL,
    order_factor DOUBLE NOT NULL
)
