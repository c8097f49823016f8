/*
doc   = "A city, in its region and country. Key 0 is the unknown place."
grain = ["geography_key"]
natural = ["country", "region", "city"]
unknown = true

[columns]
geography_key = "Key of the city. 0 is unknown."
country = "Country, in English."
region = "State, province or region of the country."
city = "City."
*/
CREATE TABLE star.dim_geography (
    geography_key INTEGER PRIMARY KEY,
    country VARCHAR NOT NULL DEFAULT '(unknown)',
    region VARCHAR NOT NULL DEFAULT '(unknown)',
    city VARCHAR NOT NULL DEFAULT '(unknown)'
)
