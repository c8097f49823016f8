/*
doc   = "What is planted of each kind of customer. Join to truth.customer on persona: compare with the clusters of a segmentation, and with the answers in star.fact_preference, which stray about these."
grain = ["persona"]

[columns]
persona = "Kind of customer, as in truth.customer."
later_hours = "Hours by which these customers are about later than others, in local time; negative for earlier."
phone_odds = "Odds of a visit by mobile device against the shop's usual ones."
lifestyle = "Lifestyle that most of them name in the preference survey."
price_sensitivity = "What their answers on price stray about, 1 to 5."
brand_loyalty = "What their answers on brands stray about, 1 to 5."
sustainability = "What their answers on sustainability stray about, 1 to 5."
novelty = "What their answers on novelty stray about, 1 to 5."
*/
CREATE TABLE truth.persona (
    persona VARCHAR PRIMARY KEY,
    later_hours INTEGER NOT NULL,
    phone_odds DOUBLE NOT NULL,
    lifestyle VARCHAR NOT NULL,
    price_sensitivity DOUBLE NOT NULL,
    brand_loyalty DOUBLE NOT NULL,
    sustainability DOUBLE NOT NULL,
    novelty DOUBLE NOT NULL
)
