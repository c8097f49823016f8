/*
doc      = "Of each load, rows read = rows loaded + rows merged + rows quarantined, and the quarantine holds as many rows as that says."
relation = "meta.load"
severity = "error"
*/
WITH kept AS (
    SELECT load_id, count(*) AS rejected_rows
    FROM quarantine.rejected_row
    GROUP BY load_id
)

SELECT
    load.load_id,
    load.source,
    'read ' || load.rows_read || ', loaded ' || load.rows_loaded || ', merged ' || load.rows_merged
    || ', quarantined ' || load.rows_quarantined || '; in quarantine ' || coalesce(kept.rejected_rows, 0) AS reason
FROM meta.load AS load
LEFT JOIN kept ON kept.load_id = load.load_id
WHERE
    load.rows_read <> load.rows_loaded + load.rows_merged + load.rows_quarantined
    OR load.rows_quarantined <> coalesce(kept.rejected_rows, 0)
ORDER BY load.load_id
