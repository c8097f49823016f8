{# Who meets all conditions of a segment of the user's own, at each of the moments: what was bought is as of the moment, all else as of now. #}
{% macro members() %}
{% include "segmentation/_customer_value.sql" %},

asked_conditions AS (
    SELECT condition.*
    FROM meta.segment_condition AS condition
    INNER JOIN (
        SELECT
            CASE
                WHEN $name IS NULL OR list_contains(list(DISTINCT segment), $name) THEN true
                ELSE error('name must be one that martlet install-segments put here: ' || coalesce(array_to_string(list_sort(list(DISTINCT segment)), ', '), 'there is none'))
            END AS is_known
        FROM meta.segment_condition
    ) AS checked ON checked.is_known
    WHERE $name IS NULL OR condition.segment = $name
),

customer_facts AS (
    SELECT
        moments.moment,
        profile.*,
        {% for name in ["recency_days", "frequency", "monetary"] %}
        CAST({{ "customer_values." ~ name if name == "recency_days" else "coalesce(customer_values." ~ name ~ ", 0)" }} AS DOUBLE) AS {{ name }}_then,
        {% endfor %}
        main.ratio(customer_values.monetary, customer_values.frequency) AS avg_order_value_then
    FROM mart.customer_profile AS profile
    INNER JOIN moments ON profile.first_seen_at IS NULL OR moments.asked_at IS NULL OR profile.first_seen_at <= moments.asked_at
    LEFT JOIN customer_values ON customer_values.moment = moments.moment AND customer_values.customer_key = profile.customer_key
),

condition_values AS (
    SELECT
        facts.moment,
        facts.customer_key,
        facts.monetary_then,
        asked_conditions.segment,
        asked_conditions.comparison,
        asked_conditions.number,
        asked_conditions.words,
        CASE asked_conditions.column_name
            {% for name in ["recency_days", "frequency", "monetary", "avg_order_value"] %}
            WHEN '{{ name }}' THEN facts.{{ name }}_then
            {% endfor %}
            {% for name in ["age_years", "income", "children", "categories", "sessions", "emails_received", "open_rate", "rating", "nps", "tenure_days"] %}
            WHEN '{{ name }}' THEN CAST(facts.{{ name }} AS DOUBLE)
            {% endfor %}
        END AS value,
        CASE asked_conditions.column_name
            {% for name in ["gender", "age_range", "income_range", "education", "marital_status", "family", "country", "region", "loyalty_tier", "acquisition_channel", "top_category"] %}
            WHEN '{{ name }}' THEN facts.{{ name }}
            {% endfor %}
        END AS word
    FROM customer_facts AS facts
    CROSS JOIN asked_conditions
),

-- What is not known meets no condition but the one that it is not.
members AS (
    SELECT moment, segment, customer_key, max(monetary_then) AS monetary
    FROM condition_values
    GROUP BY moment, segment, customer_key
    HAVING
        bool_and(
            coalesce(
                CASE comparison
                    WHEN 'at_least' THEN value >= number
                    WHEN 'at_most' THEN value <= number
                    WHEN 'above' THEN value > number
                    WHEN 'below' THEN value < number
                    WHEN 'is' THEN list_contains(words, word)
                    WHEN 'is_not' THEN NOT list_contains(words, word)
                    WHEN 'is_known' THEN coalesce(CAST(value AS VARCHAR), word) IS NOT NULL
                    WHEN 'is_unknown' THEN coalesce(CAST(value AS VARCHAR), word) IS NULL
                END,
                false
            )
        )
)
{%- endmacro %}
