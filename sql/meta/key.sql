/*
doc   = "A declared key. Keys of facts are enforced by checks after each load instead of by an index, which would make loads many times slower; this table is where a tool can read them all."
grain = ["schema_name", "relation", "kind", "columns"]

[columns]
schema_name = "Schema of the relation."
relation = "Relation that has the key."
kind = "primary or foreign."
columns = "Columns of the key, in order, separated by a comma and a space."
references_schema = "Schema of the relation referred to. NULL for primary keys."
references_relation = "Relation referred to. NULL for primary keys."
references_columns = "Columns referred to, in the order of columns. NULL for primary keys."
is_enforced = "Whether the table itself enforces the key, by an index, besides the check."
*/
CREATE TABLE meta.key (
    schema_name VARCHAR NOT NULL,
    relation VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    columns VARCHAR NOT NULL,
    references_schema VARCHAR,
    references_relation VARCHAR,
    references_columns VARCHAR,
    is_enforced BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY (schema_name, relation, kind, columns)
)
