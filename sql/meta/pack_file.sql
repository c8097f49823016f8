/*
doc   = "A file of a pack of your own, as it was installed: a query, a part of queries, or what the pack says of itself."
grain = ["path"]

[columns]
path = "Where it stands below the folder of the packs, such as mine/by_week.sql."
text = "The file's whole text."
*/
CREATE TABLE meta.pack_file (
    path VARCHAR PRIMARY KEY,
    text VARCHAR NOT NULL
)
