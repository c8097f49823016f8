/*
[params]
breakdown = { type = "choice", of = ["channel", "campaign"], default = "channel", doc = "What a step of a path is: a channel, or a campaign in its channel (touches without a campaign count for their channel)." }
*/
{% set by_campaign = "$breakdown = 'campaign'" %}
