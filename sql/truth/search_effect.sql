/*
doc   = "What a search that finds nothing does. Compare with the odds that visits with a search end in an order, by whether something was found."
grain = ["condition"]

[columns]
condition = "What happened in the search."
conversion_odds_factor = "Factor on the odds that the visit ends in an order, against a search that found something, in the same category."
*/
CREATE TABLE truth.search_effect (
    condition VARCHAR PRIMARY KEY,
    conversion_odds_factor DOUBLE NOT NULL
)
