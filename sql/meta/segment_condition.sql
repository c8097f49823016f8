/*
doc = "A condition of a segment of the user's own, as `martlet install-segments` put it there: whoever meets all conditions of a segment belongs to it (segmentation.members, segmentation.dynamic)."
grain = ["segment", "position"]

[columns]
segment = "Name of the segment."
position = "Number of the condition in its segment, from 1."
column_name = "What it asks about: a column that segmentation.members lists."
comparison = "at_least, at_most, above, below (a number), is, is_not (words), is_known or is_unknown."
number = "The number, for the first four."
words = "The words, one of which it must be, or none of which, for is and is_not."
doc = "What the segment is for, the same in each of its rows."
*/
CREATE TABLE meta.segment_condition (
    segment VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    column_name VARCHAR NOT NULL,
    comparison VARCHAR NOT NULL,
    number DOUBLE,
    words VARCHAR[],
    doc VARCHAR NOT NULL DEFAULT '',
    PRIMARY KEY (segment, position)
)
