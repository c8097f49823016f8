/*
doc   = "A value that was spoilt on purpose in this warehouse, for practising data cleaning. Compare with what a cleaning step finds; original_value puts it right. Empty unless something spoilt it; files that martlet extract writes have their own record, in their folder _truth."
grain = ["defect_id"]
personal = ["original_value", "spoilt_value"]

[columns]
defect_id = "Number of the defect."
relation = "Table that holds the spoilt value, with its schema, such as star.dim_customer."
row_id = "Primary key of the spoilt row. NULL when a whole column or table is affected."
column_name = "Spoilt column. NULL when the whole row is the defect, as for a duplicate."
kind = "What was done, such as missing value, duplicate or wrong unit."
original_value = "The right value, as text. NULL when there was none."
spoilt_value = "The value that stands there now, as text. NULL when it was removed."
*/
CREATE TABLE truth.defect (
    defect_id BIGINT PRIMARY KEY,
    relation VARCHAR NOT NULL,
    row_id BIGINT,
    column_name VARCHAR,
    kind VARCHAR NOT NULL,
    original_value VARCHAR,
    spoilt_value VARCHAR
)
