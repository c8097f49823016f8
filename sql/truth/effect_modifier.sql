/*
doc   = "How contacts work on different people: a contact's effect is truth.channel_effect.base_orders_per_touch times the factors of all segments that the person and the mail are in; a mail's chance to be opened is that of its type times those that act on opens, what its subject line does (truth.subject_effect) and the person's open_factor (truth.customer). Compare with an analysis by segment: the ratio of two factors of a segment is the ratio of the responses."
grain = ["channel_key", "campaign_type", "acts_on", "segment", "value"]

[columns]
channel_key = "Channel."
campaign_type = "Kind of campaign on which the factor acts, as in star.dim_campaign. Empty when on all of the channel's."
acts_on = "orders: on the orders that a contact causes. opens: on the chance that a person opens a mail."
segment = "What the factor depends on: age range (at sign-up), children, consent (to mail, at sign-up), hour of sending (UTC), recent mails, type of mail."
value = "Value of the segment. For recent mails, how they are counted."
factor = "Factor on the effect, 1 for no difference. For recent mails, the factor is raised to their count."
*/
CREATE TABLE truth.effect_modifier (
    channel_key INTEGER NOT NULL REFERENCES star.dim_channel (channel_key),
    campaign_type VARCHAR NOT NULL DEFAULT '',
    acts_on VARCHAR NOT NULL,
    segment VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    factor DOUBLE NOT NULL,
    PRIMARY KEY (channel_key, campaign_type, acts_on, segment, value)
)
