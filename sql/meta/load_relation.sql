/*
doc   = "A table of the star after a load: how many rows it has, how many of them are new, and where the next load's begin."
grain = ["load_id", "relation"]

[columns]
load_id = "Load after which the table was looked at."
relation = "Table, with its schema."
row_count = "Rows after the load."
rows_added = "Rows more than after the load before."
last_key = "Highest key after the load, or last day of a table without a key of one column. Real data get their keys in the order of loading, so a row with a higher one is of a later load; a generated company's do not, and then it is NULL."
*/
CREATE TABLE meta.load_relation (
    load_id BIGINT NOT NULL REFERENCES meta.load (load_id),
    relation VARCHAR NOT NULL,
    row_count BIGINT NOT NULL,
    rows_added BIGINT NOT NULL,
    last_key BIGINT,
    PRIMARY KEY (load_id, relation)
)
