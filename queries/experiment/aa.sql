/*
question = "Does our own test call chance an effect as often as it says?"
doc = """
A/A: the people of each experiment are drawn into two halves anew, by a hash of person and draw, whatever arm they met, and tested as experiment/results would with their real outcomes. There is nothing to find, so a p-value up to 0.05 should come up in 5 % of the draws, up to \
0.5 in half of them. Where far more come up, the metric is one that the test can't take: a few great orders (set cap), or people who are counted twice. At most max_people of each experiment are taken, those exposed first. Needs what experiment/results needs."""
misleads = "Draws of one experiment share its people, so that they are not quite independent of each other: the interval is a little too narrow. Small shares with few successes come in steps, and the p-values with them."
grain = ["experiment_id", "p_up_to"]
headline = ["experiment", "p_up_to", "found_share", "low", "high"]
needs = ["star.fact_exposure"]

[chart]
kind = "interval"
x = "p_up_to"
y = "found_share"
low = "low"
high = "high"
series = "experiment"

[finding]
text = "In {experiment} chance alone looks like an effect in {found_share:percent} of the draws, where it should in 5 %."
sql = "SELECT experiment, found_share FROM answer WHERE p_up_to = 0.05 AND people >= 100 AND low > 0.05 ORDER BY low DESC, experiment_id LIMIT 1"

[params]
draws = { type = "int", min = 16, max = 1600, default = 208, doc = "How often people are drawn anew; a multiple of 16 is made of it." }
max_people = { type = "int", min = 10, max = 100000000, default = 2000, doc = "People of each experiment who are taken at most." }

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
metric = "What is measured of each person."
people = "People taken."
p_up_to = "A p-value, which is also the share of draws to be expected up to it."
draws = "Draws that could be tested."
found = "Draws with a p-value up to p_up_to."
found_share = "found / draws."
low = "Lower end of its interval (Wilson)."
high = "Upper end."
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
WITH {{ people.assigned() }},

{{ values.measured() }},

taken AS (
    SELECT *
    FROM measured
    QUALIFY row_number() OVER (PARTITION BY experiment_key ORDER BY exposed_at, person) <= $max_people
),

-- Sixteen draws from the bits of one hash.
hashed AS (
    SELECT
        taken.experiment_key,
        taken.metric_name,
        taken.value,
        blocks.block,
        CAST(md5_number_lower(concat(taken.person, '/', taken.experiment_key, '/', blocks.block)) % 65536 AS INTEGER) AS bits
    FROM taken
    CROSS JOIN (SELECT unnest(range(CAST(ceil($draws / 16e0) AS BIGINT))) AS block) AS blocks
),

halves AS (
    SELECT
        hashed.experiment_key,
        hashed.block,
        bit.bit,
        min(hashed.metric_name) AS metric_name,
        count(*) AS people,
        CAST(sum(hashed.value) AS DOUBLE) / 1000000 AS total,
        CAST(sum(CAST(hashed.value AS DECIMAL(38, 0)) * hashed.value) AS DOUBLE) / 1000000000000 AS squares,
        count(*) FILTER (WHERE (hashed.bits // bit.bit) % 2 = 1) AS people_1,
        coalesce(CAST(sum(hashed.value) FILTER (WHERE (hashed.bits // bit.bit) % 2 = 1) AS DOUBLE) / 1000000, 0) AS total_1,
        coalesce(
            CAST(sum(CAST(hashed.value AS DECIMAL(38, 0)) * hashed.value) FILTER (WHERE (hashed.bits // bit.bit) % 2 = 1) AS DOUBLE) / 1000000000000, 0
        ) AS squares_1
    FROM hashed
    CROSS JOIN (VALUES (1), (2), (4), (8), (16), (32), (64), (128), (256), (512), (1024), (2048), (4096), (8192), (16384), (32768)) AS bit (bit)
    GROUP BY hashed.experiment_key, hashed.block, bit.bit
),

variances AS (
    SELECT
        halves.*,
        people - people_1 AS people_2,
        total - total_1 AS total_2,
        greatest(squares_1 - total_1 * total_1 / nullif(people_1, 0), 0) / nullif(people_1 - 1, 0) AS variance_1,
        greatest(squares - squares_1 - (total - total_1) * (total - total_1) / nullif(people - people_1, 0), 0) / nullif(people - people_1 - 1, 0) AS variance_2
    FROM halves
),

scores AS (
    SELECT
        variances.*,
        CASE
            WHEN metric_name IN ('conversion', 'visit', 'add_to_cart', 'checkout') THEN stats.two_proportion_z(total_1, people_1, total_2, people_2)
            ELSE stats.welch_t(people_1, total_1 / nullif(people_1, 0), variance_1, people_2, total_2 / nullif(people_2, 0), variance_2)
        END AS score,
        CASE
            WHEN metric_name NOT IN ('conversion', 'visit', 'add_to_cart', 'checkout') THEN stats.welch_degrees(people_1, variance_1, people_2, variance_2)
        END AS degrees
    FROM variances
),

p_values AS (
    SELECT
        experiment_key,
        metric_name,
        people,
        CASE WHEN degrees IS NULL THEN stats.normal_p(score) ELSE stats.student_t_p(score, degrees) END AS p_value
    FROM scores
),

found AS (
    SELECT
        p_values.experiment_key,
        min(p_values.metric_name) AS metric_name,
        max(p_values.people) AS people,
        level.p_up_to,
        count(p_values.p_value) AS draws,
        count(*) FILTER (WHERE p_values.p_value <= level.p_up_to) AS found
    FROM p_values
    CROSS JOIN (VALUES (0.01e0), (0.05e0), (0.1e0), (0.2e0), (0.3e0), (0.4e0), (0.5e0), (0.6e0), (0.7e0), (0.8e0), (0.9e0)) AS level (p_up_to)
    GROUP BY p_values.experiment_key, level.p_up_to
)

SELECT
    experiment.experiment_id,
    experiment.name AS experiment,
    found.metric_name AS metric,
    found.people,
    found.p_up_to,
    found.draws,
    found.found,
    main.ratio(found.found, found.draws) AS found_share,
    stats.wilson_low(main.ratio(found.found, found.draws), found.draws, stats.z_95()) AS low,
    stats.wilson_high(main.ratio(found.found, found.draws), found.draws, stats.z_95()) AS high
FROM found
INNER JOIN star.dim_experiment AS experiment ON experiment.experiment_key = found.experiment_key
WHERE found.draws > 0
ORDER BY experiment.experiment_id, found.p_up_to
