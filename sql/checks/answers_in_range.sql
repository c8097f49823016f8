/*
doc       = "Stars, satisfaction and preferences lie in 1 to 5, the likelihood to recommend in 0 to 10."
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
UNION ALL
SELECT 'star.fact_preference', preference_id, 'an answer is not 1 to 5'
FROM star.fact_preference
WHERE
    price_sensitivity NOT BETWEEN 1 AND 5
    OR brand_loyalty NOT BETWEEN 1 AND 5
    OR sustainability NOT BETWEEN 1 AND 5
    OR novelty NOT BETWEEN 1 AND 5
UNION ALL
SELECT 'star.fact_support_contact', support_contact_id, 'satisfaction ' || satisfaction || ' is not 1 to 5'
FROM star.fact_support_contact
WHERE satisfaction NOT BETWEEN 1 AND 5
ORDER BY 1, 2, 3
