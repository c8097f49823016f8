/*
question = "How much better is it to work the model's list from the top than to contact people at random?"
doc = """
The Qini curve (Radcliffe 2007) of the test rows: how many buyers are gained by contacting the first share of the list, per 1,000 contacted in all: buyers of those treated less those left alone, by weight. The random line goes straight to what contacting everybody gains; it is exact, not drawn. \
Radcliffe's ratio of the arms is taken in the whole mailing instead of above each cut, so that the curve ends where the trial does. The Qini is the area between the two: buyers gained over random order, as a mean over all depths. qini_share holds it against the greatest area that any order of \
these people has (buyers among those treated first, buyers among those left alone last), so it is between -1 and 1, whatever the model; as nobody knows beforehand who buys, a few hundredths are much. Errors are analytic: by the lot within each mailing and arm, a person's assignments summed."""
misleads = "Qinis of other packages are scaled otherwise, often by the total effect, so that they pass 1 where it is small, or with a random line drawn by lot: compare models on the same people only. Rows of the same person on several days make the list longer, not surer."
grain = ["share"]
headline = ["share", "gained", "gained_low", "gained_high", "random", "qini", "qini_low", "qini_high", "verdict"]
needs = ["model.uplift_test"]

[chart]
kind = "line"
x = "share"
y = "gained"
low = "gained_low"
high = "gained_high"

[finding]
text = "Working the list from the top gains {qini:number} buyers per 1,000 over random order, as a mean over all depths ({qini_low:number} to {qini_high:number})."
sql = "SELECT qini, qini_low, qini_high FROM answer WHERE share = 1 AND qini_low > 0"

[params]
steps = { type = "int", min = 1, max = 100, default = 20, doc = "Into how many equal shares the list is cut." }

[columns]
share = "Share of the list that is contacted, from the top."
contacted = "Test rows down to there."
gained = "Buyers gained by it, per 1,000 people treated in the whole test."
gained_low = "Lower end of its 95 % interval, by the normal approximation."
gained_high = "Upper end."
random = "What as many people at random would gain: share times the gain of the whole."
best = "What the best order of these very people has there."
qini = "Area between the curve and the random line: buyers gained per 1,000 over random order, as a mean over all depths. The same in each row."
qini_low = "Lower end of its 95 % interval."
qini_high = "Upper end."
qini_share = "qini / that of the best order of these people: -1 to 1. NULL where nobody bought."
verdict = "better than random, where the interval of qini lies above 0; worse than random, where below; not known, where it holds 0."
*/
{% from "uplift/_fit.sql" import chosen %}
{% from "uplift/_list.sql" import tested, weighed %}
WITH {{ chosen() }},

{{ tested() }},

ranked AS (
    SELECT
        tested.*,
        (rank() OVER (ORDER BY contribution DESC) + count(*) OVER (PARTITION BY contribution) / 2e0 - 1) / people AS best_depth,
        row_number() OVER (ORDER BY contribution DESC, assignment) AS best_place
    FROM tested
),

cuts AS (
    SELECT CAST(unnest(range(1, CAST($steps AS INTEGER) + 1)) AS INTEGER) AS cut
),

-- Label 0 is the area, -1 that of the best order; the others are cuts of the list.
cut_rows AS (
    SELECT ranked.*, cuts.cut AS label, CASE WHEN place <= round(people * cuts.cut / CAST($steps AS DOUBLE)) THEN 1e0 ELSE 0e0 END AS worth
    FROM ranked
    CROSS JOIN cuts
    UNION ALL
    SELECT ranked.*, 0, 0.5e0 - depth
    FROM ranked
),

{{ weighed("sums", "cut_rows") }},

-- The best order has no error that means anything: it was sorted by what happened.
bests AS (
    SELECT
        cuts.cut,
        CAST(sum(main.fixed_point(CASE WHEN best_place <= round(people * cuts.cut / CAST($steps AS DOUBLE)) THEN contribution ELSE 0e0 END)) AS DOUBLE) / max(treated) AS best,
        CAST(sum(main.fixed_point(contribution * (0.5e0 - best_depth))) AS DOUBLE) / max(treated) AS best_area,
        CAST(sum(main.fixed_point(contribution)) AS DOUBLE) / max(treated) AS whole,
        CAST(max(CASE WHEN place <= round(people * cuts.cut / CAST($steps AS DOUBLE)) THEN place END) AS BIGINT) AS contacted
    FROM ranked
    CROSS JOIN cuts
    GROUP BY cuts.cut
)

SELECT
    bests.cut / CAST($steps AS DOUBLE) AS share,
    coalesce(bests.contacted, 0) AS contacted,
    1000 * sums.total AS gained,
    1000 * (sums.total - stats.z_95() * sums.error) AS gained_low,
    1000 * (sums.total + stats.z_95() * sums.error) AS gained_high,
    1000 * bests.whole * bests.cut / CAST($steps AS DOUBLE) AS random,
    1000 * bests.best AS best,
    1000 * area.total AS qini,
    1000 * (area.total - stats.z_95() * area.error) AS qini_low,
    1000 * (area.total + stats.z_95() * area.error) AS qini_high,
    area.total / nullif(bests.best_area, 0) AS qini_share,
    CASE
        WHEN area.total - stats.z_95() * area.error > 0 THEN 'better than random'
        WHEN area.total + stats.z_95() * area.error < 0 THEN 'worse than random'
        ELSE 'not known'
    END AS verdict
FROM bests
INNER JOIN sums ON sums.label = bests.cut
INNER JOIN sums AS area ON area.label = 0
ORDER BY bests.cut
