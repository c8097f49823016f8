/*
question = "Is the model fair: are its scores as right for all groups of people?"
doc = """
The test rows by age, gender and region: the mean score beside the share to whom it happened, with its 95 % interval, and how well the model sorts within the group. Where the mean score lies outside the interval, the scores of the group are too high or too low by more than chance explains."""
misleads = "Of twenty groups, one is outside its interval by chance. A model can be right for a group on average and an offer made by it unfair all the same."
grain = ["grouping", "value"]
headline = ["grouping", "value", "customers", "rate", "score", "is_off", "auc"]
needs = ["model.subgroup"]

[chart]
kind = "interval"
x = "value"
y = "rate"
low = "rate_low"
high = "rate_high"

[finding]
text = "The scores of {off:count} of {groups:count} groups are off by more than chance explains."
sql = "SELECT count(*) FILTER (WHERE is_off) AS off, count(*) AS groups FROM answer HAVING count(is_off) > 0"

[columns]
grouping = "What the groups are made by: age_band, gender or region."
value = "The group; (unknown) where it is not known."
customers = "Test rows in it."
rate = "Share to whom it happened; of amounts, the mean."
rate_low = "Lower end of its 95 % interval, by Wilson. NULL for amounts."
rate_high = "Upper end of it. NULL for amounts."
score = "Mean score."
is_off = "Whether the mean score lies outside the interval. NULL for amounts."
auc = "AUC within the group. NULL where one class is missing, and for amounts."
*/
{% from "predict/_fit.sql" import chosen %}
WITH {{ chosen("subgroup") }}

SELECT
    subgroup.grouping,
    subgroup.value,
    subgroup.rows AS customers,
    subgroup.rate,
    subgroup.rate_low,
    subgroup.rate_high,
    subgroup.score,
    NOT subgroup.score BETWEEN subgroup.rate_low AND subgroup.rate_high AS is_off,
    subgroup.auc
FROM model.subgroup AS subgroup
INNER JOIN chosen ON chosen.model = subgroup.model
ORDER BY subgroup.grouping, subgroup.value
