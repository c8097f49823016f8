/*
question = "Which campaigns will overspend their budget, and which will leave money on the table?"
doc = """
Every campaign with a budget or with spend up to as_of: what it has spent against what an even spend from its first to \
its last planned day would have cost by then, and where it ends if it goes on as in the last recent_days. Even spend is a \
yardstick, not a plan: a campaign that is meant to peak late reads as under. Spend outside of the planned days counts. \
Spend without a campaign stands in a row of its own, so that the rows sum to the ledger up to as_of."""
grain = ["campaign_key"]
headline = ["campaign_name", "status", "budget", "spend", "pace", "projected_overspend"]

[chart]
kind = "dumbbell"
x = "campaign_name"
y = ["expected_spend", "spend"]

[finding]
text = "{campaign_name} ends {amount:money} {side} its budget of {budget:money} if its last days go on."
sql = """
SELECT
    campaign_name,
    abs(projected_overspend) AS amount,
    CASE WHEN projected_overspend > 0 THEN 'above' ELSE 'below' END AS side,
    budget
FROM answer
WHERE (status = 'over' AND projected_overspend > 0) OR (status = 'under' AND projected_overspend < 0)
ORDER BY abs(projected_overspend) DESC, campaign_key LIMIT 1"""

[params]
as_of = { type = "date", doc = "Last day whose spend counts, itself included. Default: the last day with spend." }
recent_days = { type = "int", min = 1, max = 365, default = 7, doc = "Days up to as_of whose mean spend is taken to go on." }
tolerance = { type = "float", min = 0, max = 1, default = 0.1, doc = "How far pace may lie from 1 and still count as on pace." }

[columns]
campaign_key = "Campaign, 0 for spend without one."
campaign_id = "The campaign's identifier in its source."
campaign_name = "Name of the campaign."
channel = "Channel through which the campaign runs."
starts_on = "First planned day. NULL when not known."
ends_on = "Last planned day, itself included. NULL without an end."
budget = "Money planned for the whole campaign. NULL without a budget."
spend = "Money spent up to as_of."
planned_days = "Planned days. NULL without a start or an end."
elapsed_days = "Planned days up to as_of. NULL without a start or an end."
expected_spend = "budget x elapsed_days / planned_days: even spend."
pace = "spend / expected_spend: 1 is even. NULL before the first day."
share_spent = "spend / budget."
remaining_budget = "budget - spend, negative once it is overspent."
recent_daily_spend = "Mean spend a day over the last recent_days, days without spend included; over fewer where the campaign is younger."
needed_daily_spend = "What would use up the remaining budget by the last planned day. NULL once no days or no money are left."
projected_spend = "Spend by the last planned day if recent_daily_spend goes on. NULL before the first day, when nothing tells how it will run."
projected_overspend = "projected_spend - budget; negative is money left on the table."
status = "over, on pace or under; ended, not started, no end (a budget without planned days) or no budget."
*/
WITH ledger AS (
    SELECT ad.campaign_key, day.date, ad.spend
    FROM star.fact_ad_spend AS ad
    INNER JOIN star.dim_date AS day ON day.date_key = ad.date_key
),

today AS (
    SELECT coalesce($as_of, last_date) AS date
    FROM (SELECT max(date) AS last_date FROM ledger WHERE spend > 0) AS ends
),

campaign_spend AS (
    SELECT
        ledger.campaign_key,
        min(ledger.date) AS first_date,
        sum(ledger.spend) AS spend,
        sum(CASE WHEN date_diff('day', ledger.date, today.date) < $recent_days THEN ledger.spend ELSE 0 END) AS recent_spend
    FROM ledger
    -- Spend of an unknown day has no date, and counts.
    INNER JOIN today ON coalesce(ledger.date, today.date) <= today.date
    GROUP BY ledger.campaign_key
),

campaign_plans AS (
    SELECT
        campaign.campaign_key,
        campaign.campaign_id,
        campaign.name AS campaign_name,
        channel.channel,
        campaign.starts_on,
        campaign.ends_on,
        campaign.budget,
        today.date AS today,
        coalesce(spent.spend, 0) AS spend,
        spent.recent_spend / least($recent_days, greatest(date_diff('day', spent.first_date, today.date) + 1, 1))
            AS recent_daily_spend,
        date_diff('day', campaign.starts_on, campaign.ends_on) + 1 AS planned_days,
        greatest(date_diff('day', campaign.starts_on, least(today.date, campaign.ends_on)) + 1, 0) AS elapsed_days
    FROM star.dim_campaign AS campaign
    CROSS JOIN today
    LEFT JOIN campaign_spend AS spent ON spent.campaign_key = campaign.campaign_key
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
    WHERE spent.campaign_key IS NOT NULL OR campaign.budget IS NOT NULL
),

campaign_pace AS (
    SELECT
        *,
        main.money(main.ratio(budget * elapsed_days, planned_days)) AS expected_spend,
        planned_days - elapsed_days AS days_left,
        CASE
            WHEN today >= starts_on THEN main.money(spend + coalesce(recent_daily_spend, 0) * (planned_days - elapsed_days))
        END AS projected_spend
    FROM campaign_plans
)

SELECT
    campaign_key,
    campaign_id,
    campaign_name,
    channel,
    starts_on,
    ends_on,
    budget,
    CAST(spend AS DECIMAL(18, 2)) AS spend,
    planned_days,
    CASE WHEN planned_days IS NOT NULL THEN elapsed_days END AS elapsed_days,
    expected_spend,
    main.ratio(spend, expected_spend) AS pace,
    main.ratio(spend, budget) AS share_spent,
    CAST(budget - spend AS DECIMAL(18, 2)) AS remaining_budget,
    CAST(coalesce(recent_daily_spend, 0) AS DOUBLE) AS recent_daily_spend,
    CASE WHEN budget > spend THEN main.ratio(budget - spend, days_left) END AS needed_daily_spend,
    projected_spend,
    CAST(projected_spend - budget AS DECIMAL(18, 2)) AS projected_overspend,
    CASE
        WHEN budget IS NULL THEN 'no budget'
        WHEN today < starts_on THEN 'not started'
        WHEN planned_days IS NULL THEN 'no end'
        WHEN today > ends_on THEN 'ended'
        WHEN main.ratio(spend, expected_spend) > 1 + $tolerance THEN 'over'
        WHEN main.ratio(spend, expected_spend) < 1 - $tolerance THEN 'under'
        ELSE 'on pace'
    END AS status
FROM campaign_pace
-- What has ended needs nobody's attention.
ORDER BY
    CASE WHEN today > ends_on THEN 1 ELSE 0 END,
    campaign_key
