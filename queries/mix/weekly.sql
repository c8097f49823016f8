/*
question = "What were the sales of each week made of?"
doc = "Each week's sales by the fit of the marketing mix: what would have come without media, what each channel's spend brought, also that of earlier weeks, and what the model does not explain. The parts of a week add up to its sales."
misleads = "The interval of a channel is that of its own part. What the model does not explain is mostly chance: of n orders a week, some square root of n."
grain = ["week_start", "part"]
headline = ["week_start", "part", "sales", "low", "high", "actual"]
needs = ["model.mix_week"]

[chart]
kind = "line"
x = "week_start"
y = "sales"
series = "part"

[finding]
text = "Media brought most in the week of {week_start}: {media:percent} of its {actual:count} {outcome}."
sql = """
WITH weeks AS (
    SELECT week_start, max(actual) AS actual, max(outcome) AS outcome, sum(CASE WHEN low IS NOT NULL THEN share END) AS media
    FROM answer
    GROUP BY week_start
)
SELECT week_start, actual, outcome, media FROM weeks WHERE media BETWEEN 0 AND 1 ORDER BY media DESC, week_start LIMIT 1"""

[params]
start = { type = "date", doc = "First week by its Monday, inclusive. Default: the first of the fit." }
until = { type = "date", doc = "End of the weeks, exclusive. Default: after the last of the fit." }

[columns]
week_start = "Monday of the week."
part = "(demand), what would have come without media; a channel; or (unexplained), which may be below 0."
sales = "Orders or net revenue."
low = "Lower end of the interval of 90 %. NULL of demand and of the rest."
high = "Its upper end."
share = "Share of the week's sales."
actual = "Sales of the week."
outcome = "What sales are: orders or revenue."
*/
{% from "mix/_fit.sql" import fitted %}
WITH {{ fitted() }},

parts AS (
    SELECT
        week.week_start,
        week.part,
        week.sales,
        week.low,
        week.high,
        sum(main.fixed_point(week.sales)) OVER (PARTITION BY week.week_start) AS actual,
        fitted.outcome
    FROM model.mix_week AS week
    INNER JOIN fitted ON fitted.model = week.model
    WHERE
        ($start IS NULL OR week.week_start >= $start)
        AND ($until IS NULL OR week.week_start < $until)
)

SELECT
    week_start,
    part,
    sales,
    low,
    high,
    main.ratio(sales, CAST(actual AS DOUBLE)) AS share,
    CAST(actual AS DOUBLE) AS actual,
    outcome
FROM parts
ORDER BY week_start, CASE part WHEN '(demand)' THEN 0 WHEN '(unexplained)' THEN 2 ELSE 1 END, part
