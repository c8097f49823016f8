/*
doc   = "A bucket of the values of a column: how many of the rows that were there before a load fall in it, and how many of those that the load added. Numbers are cut at the deciles of what was there before, words are their own bucket, all but the commonest together. There is none for the first load of a table."
grain = ["load_id", "relation", "column_name", "bucket"]

[columns]
load_id = "Load that added the rows."
relation = "Table, with its schema."
column_name = "Column whose values are counted."
bucket = "Values that are counted, in words."
rows_before = "Rows of the bucket that were there before the load."
rows_added = "Rows of the bucket that the load added."
*/
CREATE TABLE meta.load_profile (
    load_id BIGINT NOT NULL REFERENCES meta.load (load_id),
    relation VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    bucket VARCHAR NOT NULL,
    rows_before BIGINT NOT NULL,
    rows_added BIGINT NOT NULL,
    PRIMARY KEY (load_id, relation, column_name, bucket)
)
