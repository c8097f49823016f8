/*
question = "What does the boosted model know that the linear one does not?"
doc = """
Each figure of both models of a fit, on the rows of training, validation and test, at the threshold of the offer and against the planted truth. A boosted model that is much better on training than on test has learnt its rows by heart; where the linear one is as good on the test, take it: it can be read."""
misleads = "Some figures are better when greater (auc), some when less (brier, log_loss, mae, rmse). A difference below twice auc_error is none."
grain = ["subset", "metric"]
headline = ["subset", "metric", "boosted", "linear", "difference"]
needs = ["model.metric"]

[chart]
kind = "bar"
x = "metric"
y = "boosted"

[finding]
text = "On the test, the boosted model has an AUC of {boosted:number}, the linear one of {linear:number}."
sql = "SELECT boosted, linear FROM answer WHERE subset = 'test' AND metric = 'auc' AND boosted IS NOT NULL AND linear IS NOT NULL"

[columns]
subset = "Rows that the figure is of: train, validation, test, decision, random_split, baseline or truth."
metric = "Name of the figure, as in model.metric."
boosted = "That of the boosted model. NULL where it has none."
linear = "That of the linear model. NULL where it has none."
difference = "boosted less linear. NULL where one is."
*/
{% from "predict/_fit.sql" import chosen %}
WITH compared AS (
    SELECT list_sort(list(DISTINCT replace(replace(metric.model, '.boosted', ''), '.linear', ''))) AS fits
    FROM model.metric AS metric
    WHERE ends_with(metric.model, '.boosted') OR ends_with(metric.model, '.linear')
),

both_models AS (
    SELECT
        metric.subset,
        metric.metric,
        max(CASE WHEN metric.model = $fit || '.boosted' THEN metric.value END) AS boosted,
        max(CASE WHEN metric.model = $fit || '.linear' THEN metric.value END) AS linear
    FROM model.metric AS metric
    CROSS JOIN compared
    WHERE
        CASE
            WHEN metric.model = $fit || '.boosted' OR metric.model = $fit || '.linear' THEN true
            WHEN compared.fits IS NULL OR list_contains(compared.fits, $fit) THEN false
            ELSE error('fit must be one of: ' || array_to_string(compared.fits, ', ') || '; predict/models has the figures of others')
        END
    GROUP BY metric.subset, metric.metric
)

SELECT subset, metric, boosted, linear, boosted - linear AS difference
FROM both_models
ORDER BY CASE subset WHEN 'test' THEN 1 WHEN 'validation' THEN 2 WHEN 'train' THEN 3 ELSE 4 END, subset, metric
