/*
doc       = "No event happens before its session starts."
relation  = "star.fact_event"
severity  = "warn"
generated = "error"
*/
SELECT
    event.event_id,
    event.session_id,
    'event at ' || event.occurred_at || ', session from ' || visit.started_at AS reason
FROM star.fact_event AS event
INNER JOIN star.fact_session AS visit ON visit.session_id = event.session_id
WHERE event.occurred_at < visit.started_at
ORDER BY event.event_id
