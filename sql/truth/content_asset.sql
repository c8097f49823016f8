/*
doc   = """
How the use of each content asset goes on: views a day per thousand customers are level * (lasting_factor + (launch_factor - lasting_factor) * \
2 ^ (-days since published_on / half_life_days)), times the season of its topic (truth.category_season) and the demand of the day."""
grain = ["content_id"]

[columns]
content_id = "Asset, as in star.fact_content."
topic = "Category that it is about, whose season its views follow."
published_on = "Day from which on it can be viewed."
launch_factor = "Views on the first day, against the level."
half_life_days = "Days in which what does not last of the views falls by half."
lasting_factor = "Views that stay, against the level: high for evergreen assets."
level = "Views a day per thousand customers that the factors are about."
*/
CREATE TABLE truth.content_asset (
    content_id BIGINT PRIMARY KEY,
    topic VARCHAR NOT NULL,
    published_on DATE NOT NULL,
    launch_factor DOUBLE NOT NULL,
    half_life_days DOUBLE NOT NULL,
    lasting_factor DOUBLE NOT NULL,
    level DOUBLE NOT NULL
)
