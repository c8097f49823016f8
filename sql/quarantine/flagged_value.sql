/*
doc   = "A value that was loaded as it is and deserves a look: far from all others of its column, or a customer who looks like another. Of a column at most 10,000 are listed; meta.load_change has the number of all."
grain = ["load_id", "relation", "item", "rule", "column_name"]
personal = ["value", "reason"]

[columns]
load_id = "Load that brought the value."
relation = "Kind of row that holds it."
item = "The row: its number in the file, or the identifier of the member."
rule = "outlier: more than three interquartile ranges below the first or above the third quartile of the file's values. contradiction: amounts of the row that must agree and don't, where nothing says which is wrong. same email, same name and birth date, same name and postal code: like another customer."
column_name = "Field that was flagged."
value = "The value, as text."
reason = "What is unusual about it."
*/
CREATE TABLE quarantine.flagged_value (
    load_id BIGINT NOT NULL REFERENCES meta.load (load_id),
    relation VARCHAR NOT NULL,
    item VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    value VARCHAR,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (load_id, relation, item, rule, column_name)
)
