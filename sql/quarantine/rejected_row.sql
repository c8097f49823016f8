/*
doc   = "A row of a source that could not be loaded, as it was, with the first reason found. Of a load with pseudonyms, and of people who were forgotten, neither the row nor a cell is kept. Rows read and not merged are either in the star or here."
grain = ["load_id", "source", "row_number"]
personal = ["row_text", "reason"]

[columns]
load_id = "Load that rejected the row."
source = "File that held the row."
row_number = "Place of the row in the file, the first row after the header being 1."
row_text = "The row, as text. NULL where it is not kept."
column_name = "Column that was the reason. NULL when the row as a whole was."
reason = "Why it was rejected, and what would be right."
resolved_by = "Load that took the row up again after its repair; if it could not be loaded then either, that load has a row of its own here. NULL while it waits for repair."
*/
CREATE TABLE quarantine.rejected_row (
    load_id BIGINT NOT NULL REFERENCES meta.load (load_id),
    source VARCHAR NOT NULL,
    row_number BIGINT NOT NULL,
    row_text VARCHAR,
    column_name VARCHAR,
    reason VARCHAR NOT NULL,
    resolved_by BIGINT,
    PRIMARY KEY (load_id, source, row_number)
)
