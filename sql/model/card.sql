/*
doc   = "The card of a model that foretells, in sentences, as the fit wrote it."
grain = ["model", "place"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
place = "Place of the sentence, from 1."
section = "Heading of the part that it belongs to."
sentence = "The sentence."
*/
CREATE TABLE model.card (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    place INTEGER NOT NULL,
    section VARCHAR NOT NULL,
    sentence VARCHAR NOT NULL,
    PRIMARY KEY (model, place)
)
