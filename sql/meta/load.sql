/*
doc   = "A load: one build, one advance, one file of an ingest or one forgetting. rows_read = rows_loaded + rows_merged + rows_quarantined."
grain = ["load_id"]

[columns]
load_id = "Number of the load, from 1, in order of time."
loaded_at = "When the load was put in place, UTC, by the clock of the machine. Only this and model.registry.fitted_at depend on a clock."
kind = "What kind of load: build, advance, forget, or ingest and what was ingested."
source = "File that was read, or the preset that was generated from. Of a load with pseudonyms a keyed hash of the file's name."
content_hash = "SHA-256 of what was read, in hexadecimal. A second load of the same hash changes nothing. NULL where nothing was read."
as_of = "Day that the load called today. NULL where it was not told; then the last day in the data is."
rows_read = "Rows read or generated."
rows_loaded = "Rows that became new rows of the star."
rows_merged = "Rows recognised as duplicates of rows that are there."
rows_quarantined = "Rows that could not be read, kept in quarantine.rejected_row."
seconds = "How long the load took, in seconds. NULL when not measured."
profile = "Profile by which a file was read. NULL for synthetic data."
settings = "What was said besides the profile, such as the order of dates, as JSON text. NULL for synthetic data."
file_number = "Place of the file among those of one command, from 1; files of one command are put in place together. NULL for synthetic data."
totals = "What the rows of a file come to in the warehouse when it was loaded, by kind of row, those apart that don't count, and what the file's own columns come to, as JSON text. NULL for synthetic data."
header = "The line that names the file's columns, written as its rows are. NULL where rows are kept as JSON, which names them itself."
*/
CREATE TABLE meta.load (
    load_id BIGINT PRIMARY KEY,
    loaded_at TIMESTAMP NOT NULL,
    kind VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    content_hash VARCHAR,
    as_of DATE,
    rows_read BIGINT NOT NULL DEFAULT 0,
    rows_loaded BIGINT NOT NULL DEFAULT 0,
    rows_merged BIGINT NOT NULL DEFAULT 0,
    rows_quarantined BIGINT NOT NULL DEFAULT 0,
    seconds DOUBLE,
    profile VARCHAR,
    settings VARCHAR,
    file_number INTEGER,
    totals VARCHAR,
    header VARCHAR
)
