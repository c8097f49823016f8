-- One attempt of each unit to pass the steps.
attempts AS (
    SELECT
        level_1.unit_id,
        level_1.entered_at,
        level_1.session_id,
        CAST(NULL AS BIGINT) AS taken_1,
        {% for k in range(2, 9) %}
        level_{{ k }}.taken AS taken_{{ k }},
        {% endfor %}
        CASE
            {% for k in range(8, 1, -1) %}
            WHEN level_{{ k }}.taken IS NOT NULL THEN {{ k }}
            {% endfor %}
            ELSE 1
        END AS last_step
    FROM level_1
    {% for k in range(2, 9) %}
    LEFT JOIN level_{{ k }}
        ON level_{{ k }}.unit_id = level_1.unit_id AND level_{{ k }}.entered_at = level_1.entered_at
    {% endfor %}
),

-- A later attempt reaches a step no sooner than an earlier one, so the first to complete is the earliest that does.
chosen AS (
    SELECT attempts.*, asked.step_count, attempts.entered_at + asked.window_length <= asked.today AS is_mature
    FROM attempts
    CROSS JOIN asked
    QUALIFY row_number() OVER (
        PARTITION BY attempts.unit_id
        ORDER BY
            attempts.last_step DESC,
            CASE WHEN attempts.last_step = asked.step_count THEN attempts.entered_at ELSE -attempts.entered_at END
    ) = 1
)
