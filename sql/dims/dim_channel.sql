/*
doc   = "A marketing channel, named as in GA4's default channel groups. Key 0 is the unknown channel."
grain = ["channel_key"]
natural = ["channel"]
# Standard channels may be added to in later versions, so a company's own are numbered apart from them.
first_key = 1001
unknown = true
placeholder = { medium = "'(not set)'" }

[columns]
channel_key = "Key of the channel. 0 is unknown."
channel = "Name of the channel, such as Paid Search. No two channels share a name."
medium = "Medium in the sense of utm_medium, such as cpc, email or organic."
is_paid = "Whether contacts through the channel are bought one by one (clicks, impressions, commissions)."
is_direct = "Whether the channel stands for visits without a known source, which several attribution models skip."
*/
CREATE TABLE star.dim_channel (
    channel_key INTEGER PRIMARY KEY,
    channel VARCHAR NOT NULL DEFAULT '(unknown)',
    medium VARCHAR NOT NULL DEFAULT '(unknown)',
    is_paid BOOLEAN NOT NULL DEFAULT false,
    is_direct BOOLEAN NOT NULL DEFAULT false
)
