/*
doc   = "A reference of a loaded fact to a fact that has not been loaded: an order's visit, say. When the other comes, a load fills the reference in and the row goes."
grain = ["relation", "source_id", "column_name"]

[columns]
relation = "Fact that refers."
source_id = "The referring row's id as the source wrote it."
column_name = "Column that is to be filled."
target = "Fact that is referred to."
target_source_id = "The awaited row's id as the source writes it."
*/
CREATE TABLE quarantine.awaited_reference (
    relation VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    target_source_id VARCHAR NOT NULL,
    PRIMARY KEY (relation, source_id, column_name)
)
