{# The scores and the segment of each customer who had bought, at each of the moments; `bounds_of` is the moment whose bounds score them. #}
{% macro scored_customers(bounds_of="customer_measures.moment") %}
{% include "segmentation/_customer_value.sql" %},

{% include "segmentation/_neighbours.sql" %},

{% include "segmentation/_score_bounds.sql" %},

customer_scores AS (
    SELECT
        customer_measures.moment,
        customer_measures.customer_key,
        max(CASE score_bounds.measure WHEN 'recency' THEN score_bounds.score END) AS recency_score,
        max(CASE score_bounds.measure WHEN 'frequency' THEN score_bounds.score END) AS frequency_score,
        max(CASE score_bounds.measure WHEN 'monetary' THEN score_bounds.score END) AS monetary_score,
        max(CASE score_bounds.measure WHEN 'recency' THEN score_bounds.fifth END) AS r,
        max(CASE score_bounds.measure WHEN 'frequency' THEN score_bounds.fifth END) AS f,
        max(CASE score_bounds.measure WHEN 'monetary' THEN score_bounds.fifth END) AS m,
        CASE WHEN max(score_bounds.bin_count) > 9 THEN 100 ELSE 10 END AS base
    FROM customer_measures
    INNER JOIN score_bounds
        ON score_bounds.moment = {{ bounds_of }}
        AND score_bounds.measure = customer_measures.measure
        AND (score_bounds.above_step IS NULL OR customer_measures.steps > score_bounds.above_step)
        AND (score_bounds.highest_step IS NULL OR customer_measures.steps <= score_bounds.highest_step)
    GROUP BY customer_measures.moment, customer_measures.customer_key
),

{% include "segmentation/_segments.sql" %},

scored_customers AS (
    SELECT
        customer_values.moment,
        customer_values.customer_key,
        customer_values.last_ordered_at,
        customer_values.recency_days,
        customer_values.frequency,
        customer_values.monetary,
        CAST(customer_scores.recency_score AS INTEGER) AS recency_score,
        CAST(customer_scores.frequency_score AS INTEGER) AS frequency_score,
        CAST(customer_scores.monetary_score AS INTEGER) AS monetary_score,
        CAST(
            (customer_scores.recency_score * customer_scores.base + customer_scores.frequency_score) * customer_scores.base
            + customer_scores.monetary_score AS INTEGER
        ) AS rfm_score,
        coalesce(score_segments.segment, 'Others') AS segment
    FROM customer_values
    INNER JOIN customer_scores
        ON customer_scores.moment = customer_values.moment
        AND customer_scores.customer_key = customer_values.customer_key
    LEFT JOIN score_segments
        ON score_segments.r = customer_scores.r
        AND score_segments.f = customer_scores.f
        AND score_segments.m = customer_scores.m
        AND score_segments.is_older = customer_values.is_older
)
{%- endmacro %}
