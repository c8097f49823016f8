/*
[params]
by = { type = "choice", of = ["channel", "platform", "campaign"], default = "channel", doc = "What a row is: a channel, an ad platform, or a campaign in its channel. Touches without a campaign count for their channel." }
period = { type = "choice", of = ["all", "year", "quarter", "month", "week", "day"], default = "all", doc = "Length of the periods; weeks begin on Monday." }
*/
{% set dimension = "CASE WHEN $by = 'channel' THEN 'channel' ELSE 'campaign' END" %}
{% set period_start = "CASE $period WHEN 'all' THEN CAST(NULL AS DATE) ELSE CAST(date_trunc(CASE $period WHEN 'all' THEN 'day' ELSE $period END, ordered_at) AS DATE) END" %}
