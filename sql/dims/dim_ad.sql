/*
doc   = "An ad of a campaign: what it says, in which form, and for what it is shown. Key 0 is the unknown ad, also of reports that name ads by words alone."
grain = ["ad_key"]
natural = ["ad_id"]
unknown = true

[columns]
ad_key = "Key of the ad. 0 is unknown."
ad_id = "Identifier of the ad."
campaign_key = "Campaign that shows it."
channel_key = "Channel of the campaign."
ad_group = "Ad group within the campaign."
creative_format = "Form of the creative: Text, Image, Carousel or Video."
angle = "How the headline speaks: Benefit, Offer, Question or Proof."
headline = "Headline."
body = "Text under the headline."
keyword = "Search term that the ad is shown for. NULL outside of search."
match_type = "How close to the keyword a search must be: Exact, Phrase or Broad. NULL outside of search."
intent = "What who searches for the keyword wants: informational, commercial, transactional or navigational. NULL outside of search."
*/
CREATE TABLE star.dim_ad (
    ad_key INTEGER PRIMARY KEY,
    ad_id VARCHAR NOT NULL DEFAULT '(unknown)',
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    ad_group VARCHAR,
    creative_format VARCHAR,
    angle VARCHAR,
    headline VARCHAR,
    body VARCHAR,
    keyword VARCHAR,
    match_type VARCHAR,
    intent VARCHAR
)
