/*
[params]
by = { type = "choice", of = ["channel", "platform", "campaign"], default = "channel", doc = "What a row is: a channel, an ad platform, or a campaign in its channel. Touches without a campaign count for their channel." }
*/
{% set by_campaign = "$by <> 'channel'" %}
