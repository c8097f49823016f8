/*
doc      = "The newest load added neither far fewer nor far more rows to a table than the median of the earlier loads that added any. Tables with too few such loads are not judged."
relation = "meta.load_relation"
severity = "warn"

[params]
times = { type = "float", default = 4.0, min = 1.0, doc = "How many times as many, or as few, are allowed." }
loads = { type = "int", default = 3, min = 1, doc = "How many earlier loads a table must have." }
rows  = { type = "int", default = 50, min = 1, doc = "The median from which a table is judged." }
*/
WITH newest AS (
    SELECT max(load_id) AS load_id
    FROM meta.load_relation
),

compared AS (
    SELECT
        loads.relation,
        max(loads.rows_added) FILTER (WHERE loads.load_id = newest.load_id) AS added_rows,
        median(loads.rows_added) FILTER (WHERE loads.load_id < newest.load_id) AS usual_rows,
        count(*) FILTER (WHERE loads.load_id < newest.load_id) AS earlier_loads
    FROM meta.load_relation AS loads
    CROSS JOIN newest
    WHERE loads.rows_added > 0
    GROUP BY loads.relation
)

SELECT relation, added_rows || ' rows were added, usually ' || usual_rows AS reason
FROM compared
WHERE
    earlier_loads >= $loads
    AND usual_rows >= $rows
    AND (added_rows * $times < usual_rows OR added_rows > usual_rows * $times)
ORDER BY relation
