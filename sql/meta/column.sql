/*
doc   = "A column of a table or view of the warehouse, with its meaning."
grain = ["schema_name", "relation", "name"]

[columns]
schema_name = "Schema of the relation."
relation = "Name of the relation."
name = "Name of the column."
position = "Place of the column in its relation, from 1."
data_type = "Type of the column, in DuckDB's words."
doc = "What the column holds, with its unit and what NULL means."
*/
CREATE TABLE meta.column (
    schema_name VARCHAR NOT NULL,
    relation VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    data_type VARCHAR NOT NULL,
    doc VARCHAR,
    PRIMARY KEY (schema_name, relation, name)
)
