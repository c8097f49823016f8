/*
doc   = "A query of the packs, installed as a view and a table macro of the same name. Its columns are in meta.column."
grain = ["pack", "name"]

[columns]
pack = "Pack, which is the schema of the view and the macro."
name = "Name of the query."
question = "Question that the query answers."
doc = "What a row is, and which assumptions were made."
grain = "Columns that together identify a row of the result, separated by a comma and a space."
parameters = "Parameters of the macro with type, default, bounds and meaning, as JSON text."
*/
CREATE TABLE meta.query (
    pack VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    question VARCHAR NOT NULL,
    doc VARCHAR,
    grain VARCHAR,
    parameters VARCHAR,
    PRIMARY KEY (pack, name)
)
