/*
question = "Which experiments share people, and does one disturb the other?"
doc = """
Pairs of experiments that have people in common: how many, and whether the arms of one are spread evenly over those of the other, by the chi-square test of the table of both. Sharing people \
does no harm as long as each draw is independent of the other: then the arms of one meet the other alike, and its effect cancels out. People in several arms of one experiment are in \
experiment/srm, and count here by the first of them. Needs star.fact_exposure."""
misleads = "An even split says that the draws are independent, not that the effects add up: two changes of the same page can still work against each other."
grain = ["experiment_id", "other_id"]
headline = ["experiment", "other_experiment", "shared_people", "shared_share", "association_p"]
needs = ["star.fact_exposure"]

[finding]
text = "{experiment} and {other_experiment} were not drawn independently: among their {shared_people:count} shared people the arms go together."
sql = "SELECT experiment, other_experiment, shared_people FROM answer WHERE association_p < 0.001 AND shared_people >= 100 ORDER BY association_p, experiment_id, other_id LIMIT 1"

[chart]
kind = "bar"
x = "experiment"
y = "shared_people"
series = "other_experiment"

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
other_id = "Identifier of the other experiment, a later one by key."
other_experiment = "Name of the other experiment."
shared_people = "People who were in both."
shared_share = "shared_people / the people of the smaller of both."
chi_square = "Chi-square of the arms of one against those of the other, among the shared people."
degrees = "Its degrees of freedom. 0 where all shared people met one arm of an experiment."
association_p = "Its p-value: small where the draws of both go together. NULL where degrees is 0."
*/
{% import "experiment/_people.sql" as people %}
WITH {{ people.assigned() }},

sizes AS (
    SELECT assigned.*, count(*) OVER (PARTITION BY experiment_key) AS experiment_people
    FROM assigned
),

cells AS (
    SELECT
        one.experiment_key,
        other.experiment_key AS other_key,
        one.variant_key,
        other.variant_key AS other_variant_key,
        count(*) AS people,
        min(least(one.experiment_people, other.experiment_people)) AS smaller
    FROM sizes AS one
    INNER JOIN sizes AS other ON other.person = one.person AND other.experiment_key > one.experiment_key
    GROUP BY one.experiment_key, other.experiment_key, one.variant_key, other.variant_key
),

margins AS (
    SELECT
        cells.*,
        sum(people) OVER (PARTITION BY experiment_key, other_key) AS shared,
        CAST(sum(people) OVER (PARTITION BY experiment_key, other_key, variant_key) AS DOUBLE) AS of_arm,
        CAST(sum(people) OVER (PARTITION BY experiment_key, other_key, other_variant_key) AS DOUBLE) AS of_other_arm
    FROM cells
),

tests AS (
    SELECT
        experiment_key,
        other_key,
        CAST(max(shared) AS BIGINT) AS shared_people,
        max(smaller) AS smaller,
        -- Cells without anybody are no rows, so the sum is taken over those with people: n (sum of o^2 / (r c)) - n. The sum is exact, so that it is the same in any order.
        greatest(max(shared) * (CAST(sum(CAST(people * people / (of_arm * of_other_arm) AS DECIMAL(38, 20))) AS DOUBLE) - 1), 0) AS chi_square,
        CAST((count(DISTINCT variant_key) - 1) * (count(DISTINCT other_variant_key) - 1) AS INTEGER) AS degrees
    FROM margins
    GROUP BY experiment_key, other_key
)

SELECT
    one.experiment_id,
    one.name AS experiment,
    other.experiment_id AS other_id,
    other.name AS other_experiment,
    tests.shared_people,
    main.ratio(tests.shared_people, tests.smaller) AS shared_share,
    tests.chi_square,
    tests.degrees,
    CASE WHEN tests.degrees > 0 THEN stats.chi_square_sf(tests.chi_square, tests.degrees) END AS association_p
FROM tests
INNER JOIN star.dim_experiment AS one ON one.experiment_key = tests.experiment_key
INNER JOIN star.dim_experiment AS other ON other.experiment_key = tests.other_key
ORDER BY one.experiment_id, other.experiment_id
