/*
doc      = "What the newest load added is distributed as what was there before. The measure is the population stability index, the sum over buckets of (added - before) * ln(added / before), of shares (Siddiqi, Credit Risk Scorecards, 2006), with half a row added to each bucket so that empty ones count. It must also be more than chance explains in 999 of 1000 loads: of equal distributions it follows (1/n + 1/m) chi-square with one degree of freedom less than there are buckets (Yurdakul, Statistical Properties of Population Stability Index, 2018)."
relation = "meta.load_profile"
severity = "warn"

[params]
psi = { type = "float", default = 0.2, min = 0, doc = "The greatest index that is allowed." }
*/
WITH buckets AS (
    SELECT
        relation,
        column_name,
        bucket,
        rows_added,
        (rows_before + 0.5) / (sum(rows_before + 0.5) OVER by_column) AS share_before,
        (rows_added + 0.5) / (sum(rows_added + 0.5) OVER by_column) AS share_added,
        sum(rows_before) OVER by_column AS all_before,
        sum(rows_added) OVER by_column AS all_added,
        count(*) OVER by_column - 1 AS freedom
    FROM meta.load_profile
    WHERE load_id = (SELECT max(load_id) FROM meta.load_relation)
    WINDOW by_column AS (PARTITION BY relation, column_name)
),

indexes AS (
    SELECT
        relation,
        column_name,
        sum((share_added - share_before) * ln(share_added / share_before)) AS psi,
        -- The quantile of chi-square by Wilson and Hilferty; 3.0902 is that of the normal distribution at 0.999.
        (1.0 / max(all_before) + 1.0 / max(all_added))
        * max(freedom) * power(1 - 2.0 / (9 * max(freedom)) + 3.0902 * sqrt(2.0 / (9 * max(freedom))), 3) AS chance,
        arg_max(bucket, abs(share_added - share_before)) AS moved_most,
        max(all_added) AS added_rows
    FROM buckets
    WHERE freedom > 0 AND all_before > 0 AND all_added > 0
    GROUP BY relation, column_name
)

SELECT
    relation,
    column_name,
    round(psi, 3) AS psi,
    'the ' || added_rows || ' rows added differ most in: ' || moved_most AS reason
FROM indexes
WHERE psi > $psi AND psi > chance
ORDER BY relation, column_name
