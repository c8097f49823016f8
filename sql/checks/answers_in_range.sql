/*
doc       = "Stars and satisfaction lie in 1 to 5, the likelihood to recommend in 0 to 10."
relation  = "star"
severity  = "warn"
generated = "error"
*/
SELECT 'star.fact_review' AS relation, review_id AS id, 'rating ' || rating || ' is not 1 to 5' AS reason
FROM star.fact_review
WHERE rating NOT BETWEEN 1 AND 5
UNION ALL
SELECT 'star.fact_survey', survey_id, 'csat ' || csat || ' is not 1 to 5'
FROM star.fact_survey
WHERE csat NOT BETWEEN 1 AND 5
UNION ALL
SELECT 'star.fact_survey', survey_id, 'nps ' || nps || ' is not 0 to 10'
FROM star.fact_survey
WHERE nps NOT BETWEEN 0 AND 10
ORDER BY 1, 2, 3
