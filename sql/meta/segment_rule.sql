/*
doc   = "A rule by which segmentation.rfm names a segment from the three scores, moved to 1 to 5: of the rules of one map the first that fits wins. The maps `martlet` and `r` come with the file; write rows under another name to have one of your own (rule_map := 'mine'), which loads leave as they are."
grain = ["segment_map", "position"]

[columns]
segment_map = "Name of the map that the rule belongs to."
position = "Place of the rule in its map, the first that fits wins."
segment = "Name of the segment."
recency_low = "Lowest score of recency, 5 is the most recent."
recency_high = "Highest score of recency."
frequency_low = "Lowest score of frequency, 5 is the most orders."
frequency_high = "Highest score of frequency."
monetary_low = "Lowest score of money, 5 is the most."
monetary_high = "Highest score of money."
is_for_new = "Whether the rule is only for new customers: with one order, and not known to have bought before the orders that count."
action = "What fits the segment, in a sentence."
*/
CREATE TABLE meta.segment_rule (
    segment_map VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    segment VARCHAR NOT NULL,
    recency_low INTEGER NOT NULL DEFAULT 1,
    recency_high INTEGER NOT NULL DEFAULT 5,
    frequency_low INTEGER NOT NULL DEFAULT 1,
    frequency_high INTEGER NOT NULL DEFAULT 5,
    monetary_low INTEGER NOT NULL DEFAULT 1,
    monetary_high INTEGER NOT NULL DEFAULT 5,
    is_for_new BOOLEAN NOT NULL DEFAULT false,
    action VARCHAR NOT NULL DEFAULT '',
    PRIMARY KEY (segment_map, position)
)
