/*
doc   = "A day, a channel, a campaign and a source: visits as an analytics tool reports them in totals. Visits one by one are in star.fact_session, where a source tells them; the two need not agree, since each tool counts in its own way. Figures that a report leaves out are NULL."
grain = ["date_key", "channel_key", "campaign_key", "source", "medium"]
watched = ["sessions", "revenue"]

[columns]
date_key = "Day of the visits, in the time zone of the report. 0 where the report is of several days together and does not split them."
channel_key = "Channel through which the visits came."
campaign_key = "Campaign through which they came, or 0."
source = "Traffic source, as in utm_source. (unknown) where the report does not split by it."
medium = "Traffic medium, as in utm_medium. (unknown) where the report does not split by it."
sessions = "Number of visits."
engaged_sessions = "Visits that the tool counts as engaged: longer than ten seconds, with a key event, or with two pages or more in Google Analytics 4."
key_events = "Key events (conversions) that the tool counts, which may be fractions."
revenue = "Revenue that the tool counts, by its own rule."
*/
CREATE TABLE star.fact_session_report (
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    source VARCHAR NOT NULL DEFAULT '(unknown)',
    medium VARCHAR NOT NULL DEFAULT '(unknown)',
    sessions BIGINT NOT NULL DEFAULT 0,
    engaged_sessions BIGINT,
    key_events DECIMAL(18, 2),
    revenue DECIMAL(18, 2),
    PRIMARY KEY (date_key, channel_key, campaign_key, source, medium)
)
