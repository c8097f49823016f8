/*
question = "Were people split as planned?"
doc = """
Sample ratio mismatch, arm by arm: people against the allocation meant, and the chi-square test of the whole split, with as many degrees of freedom as arms in use less one. Where an \
allocation is not known, equal shares are meant. An alert at p below 0.001, and where more than 1 % of the people met several arms: such an experiment's effects are not to be believed, and \
its cause (a redirect that loses people, a bot, a late change of the split) is to be found first. People in several arms count in none. Needs star.fact_exposure."""
grain = ["experiment_id", "variant"]
headline = ["experiment", "variant", "people", "expected_people", "split_p", "alert"]
needs = ["star.fact_exposure"]

[chart]
kind = "scatter"
x = "expected_people"
y = "people"

[finding]
text = "{experiment} was not split as planned: {people:count} people in {variant}, where {expected_people:number} were to be expected."
sql = "SELECT experiment, variant, people, expected_people FROM answer WHERE split_p < 0.001 ORDER BY split_p, experiment_id, variant LIMIT 1"

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm."
people = "People who met this arm and no other."
meant_share = "Share of the people that this arm was to have."
share = "Share that it has."
expected_people = "meant_share of the experiment's people."
chi_square = "Chi-square of the whole split, the same in each row of an experiment."
split_p = "Its p-value: the chance of a split at least as uneven, if all went as planned. 0 where an arm that was to have nobody has somebody."
people_in_several = "People who met several arms of the experiment."
several_share = "people_in_several / all people exposed."
alert = "What is wrong, in words: sample ratio mismatch, people in several arms, both. NULL when nothing is."
*/
{% import "experiment/_people.sql" as people %}
WITH {{ people.arms() }},

{{ people.assigned() }},

{{ people.splits() }}

SELECT
    arms.experiment_id,
    arms.experiment,
    arms.variant,
    meant.people,
    meant.meant_share,
    main.ratio(meant.people, meant.experiment_people) AS share,
    meant.experiment_people * meant.meant_share AS expected_people,
    splits.chi_square,
    splits.split_p,
    splits.people_in_several,
    splits.several_share,
    CASE
        WHEN splits.split_p < 0.001 AND splits.several_share > 0.01 THEN 'both'
        WHEN splits.split_p < 0.001 THEN 'sample ratio mismatch'
        WHEN splits.several_share > 0.01 THEN 'people in several arms'
    END AS alert
FROM arms
INNER JOIN meant ON meant.variant_key = arms.variant_key
INNER JOIN splits ON splits.experiment_key = arms.experiment_key
WHERE splits.people + splits.people_in_several > 0
ORDER BY arms.experiment_id, arms.is_control DESC, arms.variant
