/*
doc   = "A check and a load after which it ran. A file is put in place only when every check of severity error found nothing."
grain = ["load_id", "check_name"]
personal = ["example"]

[columns]
load_id = "Load after which the check ran."
check_name = "Name of the check."
relation = "Relation that the check looks at, or the schema where it looks at several."
severity = "error: the file is not put in place; warn: it is, with a warning."
doc = "What the check looks for."
is_passed = "Whether no row offended."
offending_rows = "Rows that offended."
example = "One offending row and its reason, as text. NULL when none offended."
*/
CREATE TABLE meta.check_result (
    load_id BIGINT NOT NULL REFERENCES meta.load (load_id),
    check_name VARCHAR NOT NULL,
    relation VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    doc VARCHAR,
    is_passed BOOLEAN NOT NULL,
    offending_rows BIGINT NOT NULL DEFAULT 0,
    example VARCHAR,
    PRIMARY KEY (load_id, check_name)
)
