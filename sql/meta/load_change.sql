/*
doc   = "What a load changed on the way from a file to the star: values cleaned, made consistent, imputed, flagged, by rule and column."
grain = ["load_id", "rule", "column_name"]
personal = ["examples"]

[columns]
load_id = "Load of the file."
rule = "Rule by which values were changed."
column_name = "Column of the file, or field of the star, that was changed."
changed = "Values changed."
examples = "Some of the changes, as JSON text: a list of pairs of the value before and after."
*/
CREATE TABLE meta.load_change (
    load_id BIGINT NOT NULL REFERENCES meta.load (load_id),
    rule VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    changed BIGINT NOT NULL,
    examples VARCHAR,
    PRIMARY KEY (load_id, rule, column_name)
)
