/*
[params]
rule_map = { type = "str", default = "martlet", doc = "The map from scores to segments: martlet, r (as published with R's package rfm, where 5-5-4 is a Potential Loyalist), or one of your own in meta.segment_rule." }
*/
-- The segment of each combination of scores that occurs, by the rules of one map.
segment_rules AS (
    SELECT rule.*, maps.is_known
    FROM (
        SELECT
            CASE
                WHEN list_contains(list(DISTINCT segment_map), $rule_map) THEN true
                ELSE error('rule_map must be a map of meta.segment_rule: ' || array_to_string(list_sort(list(DISTINCT segment_map)), ', '))
            END AS is_known
        FROM meta.segment_rule
    ) AS maps
    INNER JOIN meta.segment_rule AS rule ON rule.segment_map = $rule_map AND maps.is_known
),

score_segments AS (
    SELECT scores.r, scores.f, scores.m, scores.is_older, min_by(segment_rules.segment, segment_rules.position) AS segment
    FROM (
        SELECT DISTINCT customer_scores.r, customer_scores.f, customer_scores.m, customer_values.is_older
        FROM customer_scores
        INNER JOIN customer_values
            ON customer_values.moment = customer_scores.moment
            AND customer_values.customer_key = customer_scores.customer_key
    ) AS scores
    INNER JOIN segment_rules
        ON scores.r BETWEEN segment_rules.recency_low AND segment_rules.recency_high
        AND scores.f BETWEEN segment_rules.frequency_low AND segment_rules.frequency_high
        AND scores.m BETWEEN segment_rules.monetary_low AND segment_rules.monetary_high
        AND NOT (segment_rules.is_for_new AND scores.is_older)
    GROUP BY scores.r, scores.f, scores.m, scores.is_older
)
