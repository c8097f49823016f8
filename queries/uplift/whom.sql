/*
question = "Whom should we contact next, and what is it expected to gain?"
doc = """
Customers by their latest scores, the highest uplift first, with what a contact of each is expected to gain: expected_uplift, which is the score shrunk by what other people bore out, times what a buyer brings, less what a contact costs. \
The advice is contact or leave only where the trial supports it: where the gain per contact lies above 0, costs taken off, in the whole test (then everybody may be contacted who is expected to gain), or in its first tenth while the Qini lies above 0 (then the list is worked from the top). While the order is not proven, all are expected to gain the same. Else it is not known, and why says what is missing. \
Of a trial of mails those are left out who have not agreed to mail."""
misleads = "The expectation is of a contact like those of the trial. Expected gains are means of many alike, and money has no interval of its own. Keep some of those whom you contact held out, or the next fit has nothing to learn from."
grain = ["customer_key"]
headline = ["place", "customer_id", "expected_uplift", "expected_gain", "gain_so_far", "advice", "why"]
needs = ["model.uplift_test", "model.score"]

[chart]
kind = "line"
x = "place"
y = "gain_so_far"

[finding]
text = "Contacting the {contacts:count} customers for whom it pays is expected to gain {gain:money}."
sql = "SELECT count(*) AS contacts, sum(expected_gain) AS gain FROM answer WHERE advice = 'contact' HAVING count(*) > 0"

[params]
contact_cost = { type = "float", min = 0, max = 1000000, doc = "What one contact costs. Default: the mean cost of the mails of the trial, 0 for an experiment." }
order_value = { type = "float", min = 0, max = 1000000000, doc = "What a buyer brings. Default: as the fit found it, the margin within the horizon, or net revenue where costs are not known." }
limit_to = { type = "int", min = 1, max = 100000000, doc = "How many customers at most, from the top. Default: all." }

[columns]
place = "Place on the list, the highest score first."
customer_key = "Customer, as in star.dim_customer."
customer_id = "Identifier of the customer in its source."
as_of = "The moment of asking: only what was known before it counts."
score = "Uplift as the model gives it: the change of the probability to buy within the horizon."
expected_uplift = "The same, shrunk: effect + shrink * (score - centre), as in model.study, or effect alone where the order is not proven; scores beyond those of all but a hundredth of the test count as those, for nobody has tried them."
tested_low = "Lower end of the uplift that the test saw in the tenth of scores like this one. NULL where an arm is empty."
tested_high = "Upper end of it."
expected_gain = "expected_uplift * order_value - contact_cost, in money to fractions of a cent. NULL where the advice is not known."
gain_so_far = "Sum of expected_gain from the top down to this customer. NULL where the advice is not known."
advice = "contact, leave, or not known."
why = "What the advice rests on, in words."
*/
{% from "uplift/_fit.sql" import chosen %}
{% from "uplift/_list.sql" import tested, weighed %}
{% from "uplift/_tenths.sql" import tenths %}
WITH {{ chosen() }},

{{ tested() }},

{{ tenths() }},

areas AS (
    SELECT tested.*, 0 AS label, 0.5e0 - depth AS worth
    FROM tested
),

{{ weighed("qini", "areas") }},

money AS (
    SELECT chosen.*, coalesce($order_value, chosen.usual_value) AS value, coalesce($contact_cost, chosen.usual_cost) AS cost
    FROM chosen
),

-- What a contact gains at least, costs taken off: of all people, and of the first tenth.
evidence AS (
    SELECT
        max(money.value) AS value,
        max(CASE WHEN tenths.tenth = 0 THEN tenths.uplift_low * money.value - money.cost END) AS whole_low,
        max(CASE WHEN tenths.tenth = 0 THEN tenths.uplift_high * money.value - money.cost END) AS whole_high,
        max(CASE WHEN tenths.tenth = 1 THEN tenths.uplift_low * money.value - money.cost END) AS top_low,
        max(CASE WHEN tenths.tenth = 1 THEN tenths.uplift_high * money.value - money.cost END) AS top_high
    FROM tenths
    CROSS JOIN money
),

verdicts AS (
    SELECT
        CASE
            WHEN evidence.value IS NULL THEN 'not known'
            WHEN evidence.whole_low > 0 AND qini.total - stats.z_95() * qini.error > 0 THEN 'by gain'
            WHEN evidence.whole_low > 0 THEN 'all'
            WHEN evidence.top_low > 0 AND qini.total - stats.z_95() * qini.error > 0 THEN 'by gain'
            WHEN evidence.whole_high < 0 AND evidence.top_high < 0 THEN 'leave'
            ELSE 'not known'
        END AS verdict,
        CASE
            WHEN evidence.value IS NULL THEN 'what a buyer brings is not known: give order_value'
            WHEN evidence.whole_low > 0 AND qini.total - stats.z_95() * qini.error > 0
                THEN 'on the test a contact gains more than it costs, and the order of the list is better than random'
            WHEN evidence.whole_low > 0
                THEN 'on the test a contact gains more than it costs; that the order is better than random is not proven, so all are expected to gain the same'
            WHEN evidence.top_low > 0 AND qini.total - stats.z_95() * qini.error > 0
                THEN 'on the test a contact gains more than it costs in the first tenth, and the order of the list is better than random'
            WHEN evidence.whole_high < 0 AND evidence.top_high < 0 THEN 'on the test a contact costs more than it gains, even in the first tenth'
            ELSE 'the intervals of the test include no gain, of all people and of the first tenth or its order: a larger trial must tell'
        END AS why
    FROM evidence
    CROSS JOIN qini
),

listed AS (
    SELECT
        scores.customer_key,
        customer.customer_id,
        scores.as_of,
        scores.score,
        row_number() OVER (ORDER BY scores.score DESC, scores.customer_key) AS place
    FROM model.score AS scores
    INNER JOIN chosen ON chosen.model = scores.model
    INNER JOIN star.dim_customer AS customer ON customer.customer_key = scores.customer_key
    WHERE
        scores.as_of = (SELECT max(latest.as_of) FROM model.score AS latest INNER JOIN chosen ON chosen.model = latest.model)
        AND NOT (chosen.trial = 'mails' AND coalesce(NOT customer.is_email_opted_in, false))
),

-- The tenth of the test whose scores begin below this one: the least number of those.
placed AS (
    SELECT listed.*, coalesce(min(tenths.tenth), 10) AS tenth
    FROM listed
    LEFT JOIN tenths ON tenths.tenth > 0 AND tenths.low_score <= listed.score
    GROUP BY ALL
),

tried AS (
    SELECT quantile_cont(score, 0.01) AS least, quantile_cont(score, 0.99) AS most
    FROM tested
),

expected AS (
    SELECT
        placed.*,
        money.value,
        money.cost,
        verdicts.verdict,
        verdicts.why,
        money.effect + CASE WHEN verdicts.verdict = 'by gain' THEN money.shrink ELSE 0 END * (
            CASE WHEN placed.score > tried.most THEN tried.most WHEN placed.score < tried.least THEN tried.least ELSE placed.score END - money.centre
        ) AS expected_uplift
    FROM placed
    CROSS JOIN money
    CROSS JOIN tried
    CROSS JOIN verdicts
),

gains AS (
    SELECT
        expected.*,
        CASE WHEN expected.verdict <> 'not known' THEN expected.expected_uplift * expected.value - expected.cost END AS gain
    FROM expected
)

SELECT
    gains.place,
    gains.customer_key,
    gains.customer_id,
    gains.as_of,
    gains.score,
    gains.expected_uplift,
    tenths.uplift_low AS tested_low,
    tenths.uplift_high AS tested_high,
    gains.gain AS expected_gain,
    main.money(sum(main.fixed_point(gains.gain)) OVER (ORDER BY gains.place)) AS gain_so_far,
    CASE WHEN gains.verdict IN ('not known', 'leave') THEN gains.verdict WHEN gains.gain > 0 THEN 'contact' ELSE 'leave' END AS advice,
    CASE
        WHEN gains.verdict IN ('by gain', 'all') AND gains.gain <= 0 THEN 'a contact is expected to cost more than it gains'
        ELSE gains.why
    END AS why
FROM gains
LEFT JOIN tenths ON tenths.tenth = gains.tenth
WHERE $limit_to IS NULL OR gains.place <= $limit_to
ORDER BY gains.place
