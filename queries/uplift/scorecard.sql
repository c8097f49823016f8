/*
question = "Does the model find the people whom mails really move, as they were planted?"
doc = """
The list of the test held against the planted truth of a synthetic company: by tenth of the list, what the model said, what the trial saw, and what a mail really did on average (true_uplift). Over the whole list: the rank correlation of scores and truth, what order the list would gain if chance did not blur it (true_qini), what sorting by the truth itself would (oracle_qini), the Qini that was measured, \
and how many assignments, in the same arms, it takes to find the mean effect, or the oracle's order, in four trials of five: where that is far more than there are, no model could have found it, and a good figure is luck. \
Each true effect is the chance that the mail is opened times the orders that an open causes within the horizon (truth.channel_effect, truth.effect_modifier, truth.customer); the level of opens by kind of mail is the one seen. Without planted truth, as in your own data, and for an experiment, whose truth is not told by person, there is no row."""
misleads = "The truth counts orders that a mail causes, at most one each, where the trial counts buyers: of effects of a few thousandths that is the same. Interest that fades before a customer leaves is not in it."
grain = ["tenth"]
headline = ["tenth", "people", "predicted_uplift", "true_uplift", "uplift_low", "uplift_high", "rank_correlation", "people_needed_to_sort", "verdict"]
needs = ["model.uplift_test", "truth.effect_modifier", "star.fact_email"]

[chart]
kind = "line"
x = "tenth"
y = "true_uplift"

[finding]
text = "The list and the truth have a rank correlation of {rank_correlation:number}. To find even the true order takes about {people_needed_to_sort:count} assignments; the test has {all_people:count}."
sql = "SELECT rank_correlation, people_needed_to_sort, sum(people) OVER () AS all_people FROM answer WHERE rank_correlation IS NOT NULL AND people_needed_to_sort IS NOT NULL ORDER BY tenth LIMIT 1"

[columns]
tenth = "Number of the tenth of the test rows, 1 has the highest scores."
people = "Assignments in it."
predicted_uplift = "Mean score."
expected_uplift = "The same, shrunk, as in model.study."
uplift = "What the trial saw, as in uplift/deciles. NULL where an arm is empty."
uplift_low = "Lower end of its 95 % interval."
uplift_high = "Upper end."
true_uplift = "What a mail really did on average, by the planted truth."
is_covered = "Whether the interval holds the truth. NULL where there is none."
rank_correlation = "Of scores and true effects over all test rows (Spearman), 1 for the same order. The same in each row, as all that follow. NULL where all scores, or all effects, are the same."
true_effect = "Mean true effect of all test rows."
effect_low = "Lower end of the 95 % interval of what the trial saw of them, as in email/holdout."
effect_high = "Upper end."
qini = "Qini measured on the test, buyers per 1,000, as in uplift/qini."
true_qini = "What the model's order would gain over random order if chance did not blur it."
oracle_qini = "What the order of the true effects would."
people_needed = "Assignments, in the same arms, that find the mean effect in four trials of five, at 5 % two-sided: n * (2.8 * error / effect)^2."
people_needed_to_sort = "The same for the Qini of the oracle: fewer, and nobody can tell a good order from a bad one."
verdict = "In words: found; too few people; or not found, where there would have been enough."
*/
{% from "uplift/_fit.sql" import chosen %}
{% from "uplift/_list.sql" import tested, weighed %}
{% from "uplift/_tenths.sql" import tenths %}
{% from "uplift/_truth.sql" import true_rows %}
WITH {{ chosen() }},

{{ tested() }},

{{ tenths() }},

{{ true_rows() }},

ranked AS MATERIALIZED (
    SELECT
        true_rows.*,
        1 + CAST(floor((place - 1) * 10 / people) AS INTEGER) AS tenth,
        (rank() OVER (ORDER BY true_uplift DESC) + count(*) OVER (PARTITION BY true_uplift) / 2e0 - 1) / people AS true_depth
    FROM true_rows
),

-- Label 0 is the mean effect, 1 the Qini of the model's order, 2 that of the true one.
areas AS (
    SELECT ranked.*, 0 AS label, 1e0 AS worth FROM ranked
    UNION ALL
    SELECT ranked.*, 1, 0.5e0 - depth FROM ranked
    UNION ALL
    SELECT ranked.*, 2, 0.5e0 - true_depth FROM ranked
),

{{ weighed("sums", "areas") }},

measured AS (
    SELECT
        max(CASE WHEN label = 0 THEN error END) AS effect_error,
        max(CASE WHEN label = 1 THEN total END) AS qini,
        max(CASE WHEN label = 1 THEN error END) AS qini_error,
        max(CASE WHEN label = 2 THEN error END) AS oracle_error
    FROM sums
),

planted AS (
    SELECT
        count(*) AS people,
        main.ratio(sum(main.fixed_point(true_uplift)), count(*)) AS true_effect,
        main.ratio(sum(main.fixed_point(true_uplift * (0.5e0 - depth))), count(*)) AS true_qini,
        main.ratio(sum(main.fixed_point(true_uplift * (0.5e0 - true_depth))), count(*)) AS oracle_qini,
        CAST(sum(main.fixed_point((0.5e0 - depth) * (0.5e0 - true_depth))) AS DOUBLE)
        / nullif(
            sqrt(CAST(sum(main.fixed_point((0.5e0 - depth) * (0.5e0 - depth))) AS DOUBLE))
            * sqrt(CAST(sum(main.fixed_point((0.5e0 - true_depth) * (0.5e0 - true_depth))) AS DOUBLE)),
            0
        ) AS rank_correlation
    FROM ranked
),

-- 1.96 for 5 %, two-sided, and 0.84 for four trials of five.
needed AS (
    SELECT
        planted.*,
        measured.*,
        planted.people * power((stats.z_95() + 0.8416212335729143) * measured.effect_error / nullif(planted.true_effect, 0), 2) AS people_needed,
        planted.people * power((stats.z_95() + 0.8416212335729143) * measured.oracle_error / nullif(planted.oracle_qini, 0), 2) AS people_needed_to_sort
    FROM planted
    CROSS JOIN measured
),

true_tenths AS (
    SELECT tenth, main.ratio(sum(main.fixed_point(true_uplift)), count(*)) AS true_uplift
    FROM ranked
    GROUP BY tenth
)

SELECT
    tenths.tenth,
    tenths.people,
    tenths.score AS predicted_uplift,
    chosen.effect + chosen.shrink * (tenths.score - chosen.centre) AS expected_uplift,
    tenths.uplift,
    tenths.uplift_low,
    tenths.uplift_high,
    true_tenths.true_uplift,
    true_tenths.true_uplift >= tenths.uplift_low AND true_tenths.true_uplift <= tenths.uplift_high AS is_covered,
    needed.rank_correlation,
    needed.true_effect,
    whole.uplift_low AS effect_low,
    whole.uplift_high AS effect_high,
    1000 * needed.qini AS qini,
    1000 * needed.true_qini AS true_qini,
    1000 * needed.oracle_qini AS oracle_qini,
    CAST(round(needed.people_needed) AS BIGINT) AS people_needed,
    CAST(round(needed.people_needed_to_sort) AS BIGINT) AS people_needed_to_sort,
    CASE
        WHEN needed.qini - stats.z_95() * needed.qini_error > 0 AND needed.true_qini > 0 THEN 'found: the order is better than random, in the test and in truth'
        WHEN coalesce(needed.people_needed_to_sort > needed.people, true)
            THEN 'too few people: even the true order would not show in a test of this size'
        ELSE 'not found, where there were people enough'
    END AS verdict
FROM tenths
INNER JOIN tenths AS whole ON whole.tenth = 0
INNER JOIN true_tenths ON true_tenths.tenth = tenths.tenth
CROSS JOIN needed
CROSS JOIN chosen
ORDER BY tenths.tenth
