/*
question = "How many people does the next test of an email need?"
doc = """
For each kind of campaign, and all together, the people that each of two versions must reach so that a change of the rate by so much, relative to now, is found with the power asked for, \
in a two-sided test of two proportions at the confidence asked for: n = (z_a sqrt(2 p (1 - p)) + z_b sqrt(p1 (1 - p1) + p2 (1 - p2)))^2 / (p2 - p1)^2, p1 being the rate now (Fleiss 1981). \
mailings says how many mailings of the usual size that takes, smallest_lift what one such mailing can find. Of a report that tells no unique opens (or clicks), all opens are taken, mails delivered at most."""
misleads = "People who get several mailings of a test are counted as many times, which tells less than as many people would. A test that is looked at again and again finds differences that are not there."
grain = ["campaign_type", "lift"]
headline = ["campaign_type", "lift", "rate", "per_version", "mailings", "smallest_lift"]
needs = ["star.fact_email or star.fact_email_report.unique_opens or star.fact_email_report.opens", "star.fact_email or star.fact_email_report.delivered or star.fact_email_report.hard_bounces"]

[chart]
kind = "line"
x = "lift"
y = "per_version"
series = "campaign_type"

[finding]
text = "To see a change of {lift:percent} in {campaign_type} a version must reach {per_version:count} people, {mailings:number} usual mailings for both."
sql = "SELECT lift, campaign_type, per_version, mailings FROM answer WHERE campaign_type <> '(all)' AND lift BETWEEN 0.0999 AND 0.1001 AND mailings > 0 ORDER BY mailings, campaign_type LIMIT 1"

[params]
lift = { type = "float", min = -0.99, max = 10, doc = "Relative change to be found, such as 0.1 for ten percent more. Default: a choice of them." }
power_percent = { type = "choice", of = ["80", "90", "95"], default = "80", doc = "Chance, in percent, to find a change of that size." }
confidence_percent = { type = "choice", of = ["90", "95", "99"], default = "95", doc = "Chance, in percent, that no difference is found where there is none." }

[columns]
campaign_type = "Kind of campaign, or (all)."
lift = "Relative change of the rate."
rate = "The rate so far: a ratio of sums; of a report that tells no unique opens, of all opens."
changed_rate = "rate x (1 + lift)."
per_version = "People that each version must reach. NULL where the changed rate would lie beyond 1, or nothing would change."
in_total = "Of both versions."
usual_mailing = "Mails, on the mean, of a mailing of the kind, its versions together."
mailings = "in_total / usual_mailing."
smallest_lift = "Smallest relative change that one usual mailing, halved, finds with that power, as far as the rate's own variance tells."
*/
{% from "email/_campaigns.sql" import campaign_totals %}
{% from "email/_rates.sql" import rated %}
WITH {{ campaign_totals() }},

{{ rated("campaign_totals") }},

mailings AS (
    SELECT campaign_type, coalesce(mailing, campaign_id) AS mailing, mailing IS NULL AS stands_alone, sum(events) AS events, sum(mails) AS mails
    FROM rated
    GROUP BY campaign_type, coalesce(mailing, campaign_id), mailing IS NULL
),

kinds AS (
    SELECT
        coalesce(campaign_type, '(all)') AS campaign_type,
        CAST(sum(events) AS DOUBLE) / CAST(sum(mails) AS DOUBLE) AS rate,
        CAST(sum(mails) AS DOUBLE) / count(*) AS usual_mailing
    FROM mailings
    GROUP BY GROUPING SETS ((campaign_type), ())
    HAVING sum(mails) > 0
),

changes AS (
    SELECT DISTINCT
        kinds.*,
        listed.lift,
        kinds.rate * (1 + listed.lift) AS changed_rate,
        CASE $confidence_percent WHEN '90' THEN 1.6448536269514722 WHEN '95' THEN 1.959963984540054 ELSE 2.5758293035489004 END AS z_alpha,
        CASE $power_percent WHEN '80' THEN 0.8416212335729143 WHEN '90' THEN 1.2815515655446004 ELSE 1.6448536269514722 END AS z_beta
    FROM kinds
    CROSS JOIN (VALUES (0.05), (0.1), (0.2), (0.3)) AS usual (usual_lift)
    CROSS JOIN LATERAL (SELECT coalesce($lift, CAST(usual.usual_lift AS DOUBLE)) AS lift) AS listed
),

sizes AS (
    SELECT
        changes.*,
        CASE
            WHEN changed_rate <= 1 AND changed_rate <> rate
                THEN ceil(
                    power(
                        z_alpha * sqrt((rate + changed_rate) * (1 - (rate + changed_rate) / 2))
                        + z_beta * sqrt(rate * (1 - rate) + changed_rate * (1 - changed_rate)),
                        2
                    ) / power(changed_rate - rate, 2)
                )
        END AS per_version
    FROM changes
)

SELECT
    sizes.campaign_type,
    sizes.lift,
    rate,
    changed_rate,
    CAST(per_version AS BIGINT) AS per_version,
    CAST(2 * per_version AS BIGINT) AS in_total,
    usual_mailing,
    2 * per_version / usual_mailing AS mailings,
    CASE WHEN rate > 0 THEN (z_alpha + z_beta) * sqrt(2 * rate * (1 - rate) / (usual_mailing / 2)) / rate END AS smallest_lift
FROM sizes
ORDER BY sizes.campaign_type, sizes.lift
