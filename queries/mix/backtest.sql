/*
question = "Would the model have foretold the last weeks?"
doc = "The last weeks (a quarter unless the fit was told otherwise) as a fit of the weeks before foretold them, knowing their spend, with an interval of 90 % of what was to be expected; beside it the same weeks of the year before."
misleads = "To foretell well is not to know causes: season and trend alone can foretell. A model that fails here is not to be believed; one that passes may still share sales out wrongly among channels."
grain = ["week_start"]
headline = ["week_start", "actual", "predicted", "low", "high", "naive", "is_inside"]
needs = ["model.mix_backtest"]

[chart]
kind = "line"
x = "week_start"
y = ["actual", "predicted", "naive"]

[finding]
text = "The last {weeks:count} weeks were foretold with a mean error of {error:percent}; {inside:count} lay within the interval of 90 %."
sql = "SELECT count(*) AS weeks, avg(error) AS error, count(CASE WHEN is_inside THEN 1 END) AS inside FROM answer HAVING count(error) > 0"

[columns]
week_start = "Monday of the week."
actual = "Sales of the week: orders or net revenue."
predicted = "Sales as foretold."
low = "Lower end of the interval of 90 %."
high = "Its upper end."
is_inside = "Whether the sales lay in it."
error = "Distance of what was foretold from the sales, as a share of them. NULL without sales."
naive = "Sales 52 weeks before. NULL where there are none."
naive_error = "Distance of these from the sales, likewise."
*/
{% from "mix/_fit.sql" import fitted %}
WITH {{ fitted() }}

SELECT
    held.week_start,
    held.actual,
    held.predicted,
    held.low,
    held.high,
    held.actual BETWEEN held.low AND held.high AS is_inside,
    main.ratio(abs(held.predicted - held.actual), held.actual) AS error,
    held.naive,
    main.ratio(abs(held.naive - held.actual), held.actual) AS naive_error
FROM model.mix_backtest AS held
INNER JOIN fitted ON fitted.model = held.model
ORDER BY held.week_start
