/*
question = "Does the list grow, and is it awake?"
doc = """
One row a month of sending: the people who got mail, those who got their first, those lost (who unsubscribed, complained, or whose address does not exist), and how many of those reached showed life: \
opened or clicked, as a person where that is known, a mail of this month or of the months before it (awake_months in all). Everybody counts once a month, in each row that they belong to. \
Mails to nobody in particular are left out. What no mail of the warehouse tells (unsubscribes, complaints, bounces) is NULL, not 0."""
misleads = "Where a source cannot tell people from machines, sleepers look awake. People who left the list without a word, by no longer being mailed, are not lost here. In the first months of the data everybody is new, and its last month may not be over."
grain = ["month"]
headline = ["month", "reached", "joined", "lost", "net_growth", "loss_rate", "awake_share"]
needs = ["star.fact_email"]

[chart]
kind = "line"
x = "month"
y = ["joined", "lost"]

[finding]
text = "In {month} {lost:count} people left the list and {joined:count} joined; {awake_share:percent} of the {reached:count} who got mail opened or clicked, then or in the months before."
sql = """
SELECT strftime(month, '%B %Y') AS month, lost, joined, awake_share, reached
FROM answer
WHERE month = (SELECT max(month) FROM answer WHERE month < (SELECT max(month) FROM answer)) AND reached >= 100 AND lost > joined"""

[params]
start = { type = "timestamp", doc = "Months that begin before it are not shown, but who got mail then has not joined after. Default: all." }
until = { type = "timestamp", doc = "End of the mails, exclusive. Default: all." }
awake_months = { type = "int", min = 1, max = 36, default = 3, doc = "Months, this one included, within which an open or a click shows life." }

[columns]
month = "First day of the month."
reached = "People to whom a mail was delivered."
mails_per_person = "Mails delivered for each of them."
joined = "People who got their first mail."
unsubscribed = "People who unsubscribed through a mail of the month."
complained = "People who reported one as spam."
gone = "People whose address turned out not to exist."
lost = "People of whom one of the three is true, as far as they are known. NULL where none is."
net_growth = "joined - lost."
loss_rate = "lost / people to whom a mail was sent."
engaged = "People reached who opened or clicked a mail of the month."
awake = "People reached who opened or clicked one of the months asked for."
awake_share = "awake / reached."
awake_low = "Lower end of its interval, Wilson's of 95 %."
awake_high = "Upper end."
asleep = "reached - awake."
*/
{% from "email/_known.sql" import known %}
WITH {{ known() }},

person_months AS (
    SELECT
        customer_key,
        CAST(extract(year FROM sent_at) * 12 + extract(month FROM sent_at) AS INTEGER) AS month_number,
        count(delivered_at) AS delivered,
        count(unsubscribed_at) > 0 AS has_unsubscribed,
        count(complained_at) > 0 AS has_complained,
        count(*) FILTER (WHERE bounce_type = 'hard') > 0 AS is_gone,
        count(
            CASE
                WHEN delivered_at IS NULL THEN NULL
                WHEN is_human_known THEN coalesce(first_human_opened_at, first_human_clicked_at)
                ELSE coalesce(first_opened_at, first_clicked_at)
            END
        ) > 0 AS is_engaged
    FROM star.fact_email
    WHERE customer_key <> 0 AND sent_at IS NOT NULL AND ($until IS NULL OR sent_at < $until)
    GROUP BY customer_key, month_number
),

lives AS (
    SELECT
        person_months.*,
        row_number() OVER (PARTITION BY customer_key ORDER BY month_number) = 1 AS is_first,
        max(CASE WHEN is_engaged THEN month_number END) OVER (
            PARTITION BY customer_key ORDER BY month_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) > month_number - $awake_months AS is_awake
    FROM person_months
),

months AS (
    SELECT
        month_number,
        count(*) AS people,
        count(*) FILTER (WHERE delivered > 0) AS reached,
        CAST(sum(delivered) AS BIGINT) AS delivered,
        count(*) FILTER (WHERE is_first) AS joined,
        count(*) FILTER (WHERE has_unsubscribed) AS unsubscribed,
        count(*) FILTER (WHERE has_complained) AS complained,
        count(*) FILTER (WHERE is_gone) AS gone,
        count(*) FILTER (WHERE has_unsubscribed OR has_complained OR is_gone) AS lost,
        count(*) FILTER (WHERE delivered > 0 AND is_engaged) AS engaged,
        count(*) FILTER (WHERE delivered > 0 AND is_awake) AS awake
    FROM lives
    GROUP BY month_number
),

dated AS (
    SELECT make_date(CAST((month_number - 1) // 12 AS INTEGER), CAST((month_number - 1) % 12 + 1 AS INTEGER), 1) AS month, months.*
    FROM months
)

SELECT
    month,
    reached,
    main.ratio(delivered, reached) AS mails_per_person,
    joined,
    CASE WHEN known.unsubscribes THEN unsubscribed END AS unsubscribed,
    CASE WHEN known.complaints THEN complained END AS complained,
    CASE WHEN known.bounces THEN gone END AS gone,
    CASE WHEN known.unsubscribes OR known.complaints OR known.bounces THEN lost END AS lost,
    CASE WHEN known.unsubscribes OR known.complaints OR known.bounces THEN joined - lost END AS net_growth,
    CASE WHEN known.unsubscribes OR known.complaints OR known.bounces THEN main.ratio(lost, people) END AS loss_rate,
    engaged,
    awake,
    main.ratio(awake, reached) AS awake_share,
    stats.wilson_low(main.ratio(awake, reached), reached, stats.z_95()) AS awake_low,
    stats.wilson_high(main.ratio(awake, reached), reached, stats.z_95()) AS awake_high,
    reached - awake AS asleep
FROM dated
CROSS JOIN known
WHERE $start IS NULL OR month >= $start
ORDER BY month
