/*
question = "How much better is it to begin with the highest scores, and how many are worth an offer?"
doc = """
The test rows in tenths by score, the highest first: to how many it happened, how many times as many as among all (lift), and what an offer to all down to this tenth would have brought. An offer costs offer_cost for each who gets it; of those to whom it would have \
happened it changes offer_success, and each is worth case_value. All three can be asked; by default they are those of the fit's task and data. The tenth with the highest gain_so_far is where to stop. An amount has no gain."""
misleads = "offer_success is an assumption, and the gain hangs on it: only a hold-out knows it. The gain is that of the test rows, not of today's customers."
grain = ["tenth"]
headline = ["tenth", "customers", "rate", "lift", "outcome_share_so_far", "gain_so_far"]
needs = ["model.calibration"]

[chart]
kind = "line"
x = "tenth"
y = "lift"

[finding]
text = "The tenth with the highest scores holds {share:percent} of the cases, {lift:number} times its share."
sql = "SELECT outcome_share_so_far AS share, lift FROM answer WHERE tenth = 1 AND lift > 1"

[params]
offer_cost = { type = "float", min = 0, max = 1000000, doc = "What the offer costs for each who gets it. Default: that of the fit." }
offer_success = { type = "float", min = 0, max = 1, doc = "Share of the cases that the offer changes. Default: that of the fit." }
case_value = { type = "float", min = 0, max = 1000000000, doc = "What a case that is changed is worth. Default: as the fit found it, what a customer who buys brings within the horizon." }

[columns]
tenth = "Number of the tenth, 1 has the highest scores."
customers = "Test rows in it."
score = "Their mean score."
outcomes = "To how many of them it happened; of amounts, what they brought."
rate = "outcomes / customers."
lift = "rate / that of all test rows."
customers_so_far = "Test rows from the highest scores down to this tenth."
outcome_share_so_far = "Share of all outcomes that they hold: recall."
rate_so_far = "Their outcomes / customers_so_far: precision."
gain_so_far = "What the offer to all of them brings less what it costs, in money. NULL for amounts and where a value is not known."
*/
{% from "predict/_fit.sql" import chosen %}
WITH {{ chosen("calibration") }},

offers AS (
    SELECT
        max(CASE WHEN parameter.name = 'offer_value' THEN parameter.value END) AS case_value,
        max(CASE WHEN parameter.name = 'offer_cost' THEN parameter.value END) AS offer_cost,
        max(CASE WHEN parameter.name = 'offer_success' THEN parameter.value END) AS offer_success,
        max(CASE WHEN parameter.name IN ('platt_slope', 'isotonic_raw_01') THEN 1 END) AS is_class
    FROM model.parameter AS parameter
    INNER JOIN chosen ON chosen.model = parameter.model
),

asked_offers AS (
    SELECT
        coalesce($case_value, offers.case_value) * coalesce($offer_success, offers.offer_success) AS worth,
        coalesce($offer_cost, offers.offer_cost) AS cost
    FROM offers
    WHERE offers.is_class = 1
),

tenths AS (
    SELECT
        calibration.bin,
        calibration.rows AS customers,
        calibration.score,
        calibration.outcomes,
        calibration.rate
    FROM model.calibration AS calibration
    INNER JOIN chosen ON chosen.model = calibration.model
),

running AS (
    SELECT
        tenths.*,
        row_number() OVER (ORDER BY bin DESC) AS tenth,
        sum(customers) OVER (ORDER BY bin DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS customers_so_far,
        sum(outcomes) OVER (ORDER BY bin DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS outcomes_so_far,
        sum(customers) OVER () AS all_customers,
        sum(outcomes) OVER () AS all_outcomes
    FROM tenths
)

SELECT
    running.tenth,
    running.customers,
    running.score,
    running.outcomes,
    running.rate,
    main.ratio(running.rate, main.ratio(running.all_outcomes, running.all_customers)) AS lift,
    CAST(running.customers_so_far AS BIGINT) AS customers_so_far,
    main.ratio(running.outcomes_so_far, running.all_outcomes) AS outcome_share_so_far,
    main.ratio(running.outcomes_so_far, running.customers_so_far) AS rate_so_far,
    main.money(running.outcomes_so_far * asked_offers.worth - running.customers_so_far * asked_offers.cost) AS gain_so_far
FROM running
LEFT JOIN asked_offers ON true
ORDER BY running.tenth
