/*
doc   = "What a place in a list of recommendations does. Compare with clicks by algorithm and position in star.fact_recommendation, and with the lines that visits with and without lists hold."
grain = ["algorithm", "position"]

[columns]
algorithm = "How the list is made."
position = "Place in the list, from 1."
click_probability = "Chance that the product there is clicked and not bought, where a list is shown and has such a place."
line_probability = "Chance that it is clicked and bought, as a further line, in a visit that holds an order; what is in the basket already is not."
*/
CREATE TABLE truth.recommendation_effect (
    algorithm VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    click_probability DOUBLE NOT NULL,
    line_probability DOUBLE NOT NULL,
    PRIMARY KEY (algorithm, position)
)
