/*
question = "What is a winner worth a year?"
doc = """
The difference in revenue per person between arm and control, times the people that a year brings at the experiment's pace, times the share of revenue that stays: what it would be worth to give the arm to everybody, \
with its interval. People a year are those of all arms per day of exposures, over 365.25 days, over the share of the traffic that the experiment took in. Needs exposures, and orders or values that a source told."""
misleads = "A year of the experiment's pace counts people who come back after months as new ones, and takes the effect to last: see experiment/novelty. Chosen because it won, a winner's worth is too high on average; experiment/bayesian shrinks it."
grain = ["experiment_id", "variant"]
headline = ["experiment", "variant", "worth_a_year", "worth_low", "worth_high"]
needs = ["star.fact_exposure"]

[chart]
kind = "interval"
x = "experiment"
y = "worth_a_year"
low = "worth_low"
high = "worth_high"
series = "variant"

[finding]
text = "{variant} of {experiment} is worth {worth_a_year:money} a year ({worth_low:money} to {worth_high:money})."
sql = "SELECT variant, experiment, worth_a_year, worth_low, worth_high FROM answer WHERE people >= 100 AND (worth_low > 0 OR worth_high < 0) ORDER BY abs(worth_a_year) DESC, experiment_id, variant LIMIT 1"

[params]
metric = { type = "choice", of = ["revenue"], default = "revenue", doc = "What is measured: net revenue per person, before refunds, or the value that a source told." }
margin_share = { type = "float", min = 0, max = 1, default = 1, doc = "Share of the revenue that stays after the cost of the goods. 1: the worth is revenue." }
traffic_share = { type = "float", min = 0.0001, max = 1, default = 1, doc = "Share of all people that the experiment took in." }

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm, never the control."
people = "People in the arm."
revenue_per_person = "Mean revenue of the arm."
control_revenue_per_person = "Mean revenue of the control."
difference = "The one less the other."
people_a_year = "People that a year brings, all arms together. NULL where all exposures of the experiment have one moment, such as that of loading a file without moments: then its days are not known."
worth_a_year = "difference x people_a_year x margin_share, in the warehouse's currency. NULL where people_a_year is."
worth_low = "Lower end of its interval, by Welch's t."
worth_high = "Upper end."
p_value = "Two-sided p-value of no difference."

[advice]
text = "Give {variant} of {experiment} to everybody."
assumption = "People were split as planned (experiment/srm), and the effect lasts (experiment/novelty); a winner's worth is too high on average, because it was chosen for having won."
unit = "net revenue"
period = "a year"
only = { margin_share = 1.0 }
# Of as many arms as there are, none passes this by chance in 95 of 100 cases (Bonferroni).
sql = """
SELECT variant, experiment, worth_a_year AS worth, worth_low, worth_high
FROM answer
WHERE people >= 100 AND worth_a_year > 0 AND p_value < 0.05 / (SELECT count(p_value) FROM answer)
ORDER BY worth_low DESC, experiment_id, variant LIMIT 1"""
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
{% import "experiment/_compared.sql" as tests %}
WITH {{ people.arms() }},

{{ people.assigned() }},


{{ values.measured() }},

{{ tests.sums() }},

{{ tests.compared() }},

paces AS (
    SELECT
        experiment_key,
        CASE
            WHEN min(exposed_at) < max(exposed_at)
                THEN count(*) / greatest(main.elapsed_days(min(exposed_at), max(exposed_at)), 1) * 365.25 / $traffic_share
        END AS people_a_year
    FROM assigned
    WHERE NOT is_in_several
    GROUP BY experiment_key
)

SELECT
    compared.experiment_id,
    compared.experiment,
    compared.variant,
    compared.people,
    compared.mean AS revenue_per_person,
    compared.control_mean AS control_revenue_per_person,
    compared.difference,
    paces.people_a_year,
    main.money(compared.difference * paces.people_a_year * $margin_share) AS worth_a_year,
    main.money(compared.difference_low * paces.people_a_year * $margin_share) AS worth_low,
    main.money(compared.difference_high * paces.people_a_year * $margin_share) AS worth_high,
    compared.p_value
FROM compared
INNER JOIN paces ON paces.experiment_key = compared.experiment_key
WHERE NOT compared.is_control AND compared.people > 0
ORDER BY compared.experiment_id, compared.variant
