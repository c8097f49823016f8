/*
doc   = "A campaign: what was said, to whom, through which channel. Key 0 is the unknown campaign, and stands for no campaign too."
grain = ["campaign_key"]
natural = ["campaign_id"]
alias = "name"
folded = true
# Words of analytics tools for none, and placeholders of ad platforms that nobody filled in: {{campaign.name}}, {campaignid}, [campaign], %%CAMPAIGN%%, ${campaign}.
nothing = '\((not set|none|direct|organic|referral|not provided|unknown|other)\)|undefined|not set|\$?\{.*\}|\[[a-z_. ]*campaign[a-z_. ]*\]|%+[a-z_. ]+%+|<.*>'
plural = "campaigns"
unknown = true
placeholder = { name = "campaign_id" }

[columns]
campaign_key = "Key of the campaign. 0 is unknown or none."
campaign_id = "Identifier of the campaign in its source. No two campaigns share it."
name = "Name of the campaign."
channel_key = "Channel through which the campaign runs."
campaign_type = "Kind of campaign: Newsletter, Promotional, Welcome, Abandoned Cart, Re-engagement, Product Launch, Loyalty, Prospecting, Retargeting, Brand, or a source's own word."
objective = "What the campaign is to achieve, such as awareness or sales. NULL when not known."
audience = "Whom the campaign addresses, in words. NULL when not known."
platform = "Platform that delivers it, such as Google Ads. NULL when not known."
subject_line = "Subject line of an email campaign, as it was written: {first_name} stands for the first name, which is never stored here. NULL for all others."
mailing = "Mailing of which the campaign is one version: versions differ in their subject line and go to parts of one audience at random, with one share held out. NULL for campaigns that stand alone."
starts_on = "First day of the campaign. NULL when not known."
ends_on = "Last day of the campaign, itself included. NULL while it has no end."
budget = "Money planned for the whole campaign. NULL when none was set."
is_placeholder = "Whether the campaign is known only from other data, such as spend, and no list of campaigns has described it yet."
*/
CREATE TABLE star.dim_campaign (
    campaign_key INTEGER PRIMARY KEY,
    campaign_id VARCHAR NOT NULL DEFAULT '(unknown)',
    name VARCHAR NOT NULL DEFAULT '(unknown)',
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    campaign_type VARCHAR NOT NULL DEFAULT '(unknown)',
    objective VARCHAR,
    audience VARCHAR,
    platform VARCHAR,
    subject_line VARCHAR,
    mailing VARCHAR,
    starts_on DATE,
    ends_on DATE,
    budget DECIMAL(18, 2),
    is_placeholder BOOLEAN NOT NULL DEFAULT false
)
