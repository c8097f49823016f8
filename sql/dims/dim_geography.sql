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
time_zone = "Zone of the city's clocks by its IANA name, such as America/New_York: timezone(time_zone, timezone('UTC', at)) is the local time of a moment in UTC, as those of synthetic companies are. NULL when not known."
*/
CREATE TABLE star.dim_geography (
    geography_key INTEGER PRIMARY KEY,
    country VARCHAR NOT NULL DEFAULT '(unknown)',
    region VARCHAR NOT NULL DEFAULT '(unknown)',
    city VARCHAR NOT NULL DEFAULT '(unknown)',
    time_zone VARCHAR
)
