/*
question = "Are today's customers still those that the model learnt from?"
doc = """
How far each feature, and the score itself, had moved since training, as martlet model drift found it, moment by moment: the population stability index over tenths of the training rows. Below 0.1 all is as it was; from 0.25 on it is another population, and the model should be fitted again."""
misleads = "Features that grow with the age of the data, such as days since sign-up, move without harm. A feature can keep its spread and mean something else."
grain = ["as_of", "feature"]
headline = ["as_of", "feature", "psi", "band", "place"]
needs = ["model.drift"]

[chart]
kind = "bar"
x = "feature"
y = "psi"

[finding]
text = "{moved:count} of {features:count} features have moved; the score by {psi:number}."
sql = "SELECT count(*) FILTER (WHERE band <> 'stable' AND feature <> '(score)') AS moved, count(*) FILTER (WHERE feature <> '(score)') AS features, max(psi) FILTER (WHERE feature = '(score)') AS psi FROM answer WHERE as_of = (SELECT max(as_of) FROM answer) HAVING max(psi) FILTER (WHERE feature = '(score)') IS NOT NULL"

[columns]
as_of = "The moment that training is held against."
feature = "Column of the features, or (score)."
psi = "Population stability index."
band = "stable below 0.1, moved below 0.25, another from there on."
words = "What the feature is, in words. NULL for the score."
place = "Place of the feature by importance, 1 matters most: a feature that matters and moves is what to look at. NULL for the score."
*/
{% from "predict/_fit.sql" import chosen %}
WITH {{ chosen("importance") }}

SELECT
    drift.as_of,
    drift.feature,
    drift.psi,
    drift.band,
    importance.words,
    importance.place
FROM model.drift AS drift
INNER JOIN chosen ON chosen.model = drift.model
LEFT JOIN model.importance AS importance ON importance.model = drift.model AND importance.feature = drift.feature
ORDER BY drift.as_of DESC, drift.psi DESC, drift.feature
