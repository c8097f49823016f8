/*
question = "What drives the scores?"
doc = """
How much worse the chosen model sorts the test rows when one feature is shuffled among them (permutation importance), with the direction: whether more of it goes with higher scores. What drives a score is what the model leans on, which is no cause."""
misleads = "Of two features that say the same, such as visits of 90 and of 365 days, each looks less important than it is, since the other stands in for it."
grain = ["feature"]
headline = ["place", "words", "loss", "error", "direction", "typical"]
needs = ["model.importance"]

[chart]
kind = "bar"
x = "feature"
y = "loss"

[finding]
text = "The model leans most on {first}, then on {second} and {third}."
sql = "SELECT max(words) FILTER (WHERE place = 1) AS first, max(words) FILTER (WHERE place = 2) AS second, max(words) FILTER (WHERE place = 3) AS third FROM answer WHERE loss > 2 * error HAVING count(*) FILTER (WHERE place <= 3) = 3"

[columns]
place = "Place of the feature, 1 matters most."
feature = "Column of the features."
words = "What it is, in words."
loss = "AUC (of amounts, rank correlation) lost without it, the mean over three shuffles; below 0 by chance."
error = "Standard deviation over the shuffles."
direction = "Correlation of the feature with the scores: above 0, more of it goes with higher scores. NULL for words."
typical = "Median of the training rows, or the word that more than half have. NULL where there is none."
*/
{% from "predict/_fit.sql" import chosen %}
WITH {{ chosen("importance") }}

SELECT
    importance.place,
    importance.feature,
    importance.words,
    importance.loss,
    importance.error,
    importance.direction,
    coalesce(
        regexp_replace(CAST(round(TRY_CAST(importance.typical AS DOUBLE), 3) AS VARCHAR), '[.]0$', ''),
        importance.typical
    ) AS typical
FROM model.importance AS importance
INNER JOIN chosen ON chosen.model = importance.model
ORDER BY importance.place
