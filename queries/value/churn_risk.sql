/*
question = "Which customers are about to be lost, and why do we think so?"
doc = """
Every customer with a purchase, by risk of having left: by the probability of still being there (P(alive) of BG/NBD, where a fit has been made) and by how long \
they have been silent compared with their own cycle, the median days between their purchases. Who bought once has no cycle of their own, and is compared with \
everybody's: the time within which half, and nine tenths, of the repeat purchases come. Risk is high where P(alive) is below alive_below or the silence over \
cycles_over cycles (for one purchase: over the nine tenths); medium from half way there; else low. Within a risk the customers who brought in most come \
first, since they are the ones to call."""
misleads = """
Silence is no proof: a customer with a long cycle looks lost for long. BG/NBD takes everybody who bought once for still there; of them the cycle alone speaks."""
grain = ["customer_key"]
headline = ["customer_id", "risk", "p_alive", "days_since", "cycle_days", "kept", "reason"]
needs = ["star.fact_order"]

[chart]
kind = "scatter"
x = "days_since"
y = "kept"
series = "risk"

[finding]
text = "{customers:count} customers are at high risk; they have brought in {kept:money}, {share:percent} of all."
effect = "share"
sql = "SELECT count(*) FILTER (WHERE risk = 'high') AS customers, sum(kept) FILTER (WHERE risk = 'high') AS kept, sum(kept) FILTER (WHERE risk = 'high') / nullif(sum(kept), 0) AS share FROM answer HAVING sum(kept) > 0 AND count(*) FILTER (WHERE risk = 'high') > 0"

[params]
alive_below = { type = "float", min = 0, max = 1, default = 0.5, doc = "P(alive) below which the risk is high." }
cycles_over = { type = "float", min = 0, default = 3, doc = "Own cycles of silence over which the risk is high." }
include_older = { type = "bool", default = true, doc = "Whether customers whose first purchase lies before the orders that count are in the answer, counted from their first purchase within them." }

[columns]
risk_rank = "1 is the customer to call first."
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
is_older = "Whether the customer's first purchase lies before the orders that count."
risk = "high, medium or low."
reason = "Why, in words."
p_alive = "Probability that the customer has not left. NULL without a fit."
purchases = "Days with purchases."
last_purchased_on = "The last of them."
days_since = "Days from it to the day of as_of."
cycle_days = "Median days between purchases. NULL for a single one."
cycles_silent = "days_since / cycle_days."
kept = "Net revenue less refunds of all purchases."
*/
{% from "value/_asked.sql" import as_of, before, within %}
{% from "value/_histories.sql" import histories %}
{% from "value/_fitted.sql" import fitted %}
{% from "value/_bg_nbd.sql" import alive %}
WITH {{ histories(as_of, within, before) }},

{{ fitted() }},

{{ alive() }},

gaps AS (
    SELECT customer_key, kept, date_diff('day', lag(day) OVER (PARTITION BY customer_key ORDER BY day), day) AS gap
    FROM (
        SELECT customer_key, kept, CASE WHEN sold_at IS NOT NULL THEN day END AS day
        FROM purchase_days
    ) AS days
),

cycles AS (
    SELECT customer_key, CAST(median(gap) AS DOUBLE) AS cycle_days, main.money(sum(kept)) AS kept
    FROM gaps
    GROUP BY customer_key
),

usual AS (
    SELECT CAST(quantile_disc(gap, 0.5) AS DOUBLE) AS half_days, CAST(quantile_disc(gap, 0.9) AS DOUBLE) AS most_days
    FROM gaps
    WHERE gap IS NOT NULL
),

silences AS (
    SELECT
        alive.customer_key,
        alive.customer_id,
        alive.is_older,
        alive.p_alive,
        alive.x,
        alive.last_purchased_on,
        alive.age_days - alive.t_x AS days_since,
        cycles.cycle_days,
        main.ratio(alive.age_days - alive.t_x, cycles.cycle_days) AS cycles_silent,
        cycles.kept,
        usual.half_days,
        usual.most_days
    FROM alive
    INNER JOIN cycles ON cycles.customer_key = alive.customer_key
    CROSS JOIN usual
),

risks AS (
    SELECT
        silences.*,
        CASE
            WHEN x = 0 AND days_since > most_days THEN 3
            WHEN x = 0 AND days_since > half_days THEN 2
            WHEN x = 0 THEN 1
            WHEN cycles_silent > $cycles_over THEN 3
            WHEN cycles_silent > $cycles_over / 2 THEN 2
            ELSE 1
        END AS silence_risk,
        CASE WHEN x > 0 AND p_alive < $alive_below THEN 3 WHEN x > 0 AND p_alive < (1 + $alive_below) / 2 THEN 2 ELSE 1 END AS model_risk
    FROM silences
)

SELECT
    row_number() OVER (
        ORDER BY greatest(risks.silence_risk, risks.model_risk) DESC, risks.kept DESC, risks.customer_key
    ) AS risk_rank,
    risks.customer_key,
    risks.customer_id,
    risks.is_older,
    CASE greatest(risks.silence_risk, risks.model_risk) WHEN 3 THEN 'high' WHEN 2 THEN 'medium' ELSE 'low' END AS risk,
    CASE
        WHEN risks.x = 0 AND risks.silence_risk = 3
            THEN 'bought once, ' || risks.days_since || ' days ago; nine of ten who come back do so within '
            || CAST(risks.most_days AS BIGINT)
        WHEN risks.x = 0 AND risks.silence_risk = 2
            THEN 'bought once, ' || risks.days_since || ' days ago; half of those who come back do so within '
            || CAST(risks.half_days AS BIGINT)
        WHEN risks.x = 0 THEN 'bought once, ' || risks.days_since || ' days ago'
        ELSE 'silent for ' || risks.days_since || ' days, buys every ' || CAST(round(risks.cycle_days) AS BIGINT)
            || coalesce('; ' || CAST(round(100 * risks.p_alive) AS BIGINT) || ' % likely to be there still', '')
    END AS reason,
    risks.p_alive,
    risks.x + 1 AS purchases,
    risks.last_purchased_on,
    risks.days_since,
    risks.cycle_days,
    risks.cycles_silent,
    risks.kept
FROM risks
ORDER BY risk_rank
