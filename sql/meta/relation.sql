/*
doc   = "A table or view of the warehouse: the catalogue's first page."
grain = ["schema_name", "name"]

[columns]
schema_name = "Schema of the relation."
name = "Name of the relation."
kind = "table or view."
doc = "What a row is, and what it is for."
grain = "Columns that together identify a row, separated by a comma and a space. NULL when there is none."
row_count = "Rows after the last load. NULL for views, which are counted when asked."
*/
CREATE TABLE meta.relation (
    schema_name VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    doc VARCHAR,
    grain VARCHAR,
    row_count BIGINT,
    PRIMARY KEY (schema_name, name)
)
