/*
[params]
markov_order = { type = "int", min = 1, max = 3, default = 1, doc = "Markov model: how many of the last touches the next one depends on." }
*/
{# How people move: from state to state, to the order, or to nothing. A state is the last markov_order steps. Reads path_steps. #}
{% macro transitions(when="true") %}
steps_with_earlier AS (
    SELECT
        place,
        path_length,
        step,
        max(step) OVER (PARTITION BY path_id ORDER BY place ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) AS one_before,
        max(step) OVER (PARTITION BY path_id ORDER BY place ROWS BETWEEN 2 PRECEDING AND 2 PRECEDING) AS two_before,
        max(step) OVER (PARTITION BY path_id ORDER BY place ROWS BETWEEN 3 PRECEDING AND 3 PRECEDING) AS three_before,
        conversions,
        revenue,
        losses,
        non_conversions
    FROM path_steps
    {% if when != "true" %}
    WHERE {{ when }}
    {% endif %}
),

states AS (
    SELECT
        steps_with_earlier.*,
        concat_ws(
            ' > ',
            CASE WHEN $markov_order >= 3 THEN two_before END,
            CASE WHEN $markov_order >= 2 THEN one_before END,
            step
        ) AS state,
        CASE
            WHEN place = 1 THEN '(start)'
            ELSE concat_ws(
                ' > ',
                CASE WHEN $markov_order >= 3 THEN three_before END,
                CASE WHEN $markov_order >= 2 THEN two_before END,
                one_before
            )
        END AS state_before
    FROM steps_with_earlier
),

-- Each step is a move, and the last is two more: to the order, and to nothing.
moves AS (
    SELECT
        CASE kind WHEN 'step' THEN state_before ELSE state END AS from_state,
        CASE kind WHEN 'step' THEN state ELSE kind END AS to_state,
        CASE kind WHEN 'step' THEN step ELSE kind END AS to_step,
        CASE kind
            WHEN 'step' THEN conversions + non_conversions WHEN '(conversion)' THEN conversions ELSE non_conversions
        END AS passages,
        CASE kind WHEN '(conversion)' THEN revenue ELSE 0 END AS revenue,
        CASE kind WHEN '(conversion)' THEN losses ELSE 0 END AS losses
    FROM states
    CROSS JOIN (VALUES ('step'), ('(conversion)'), ('(null)')) AS kinds (kind)
    WHERE kind = 'step' OR place = path_length
),

counted_moves AS (
    SELECT from_state, to_state, to_step, sum(passages) AS passages, sum(revenue) AS revenue, sum(losses) AS losses
    FROM moves
    GROUP BY from_state, to_state, to_step
    HAVING sum(passages) > 0
),

transitions AS MATERIALIZED (
    SELECT
        from_state,
        to_state,
        to_step,
        passages,
        main.ratio(passages, sum(passages) OVER (PARTITION BY from_state)) AS probability,
        main.ratio(revenue, sum(passages) OVER (PARTITION BY from_state)) AS revenue_rate,
        main.ratio(losses, sum(passages) OVER (PARTITION BY from_state)) AS loss_rate
    FROM counted_moves
)
{%- endmacro %}
