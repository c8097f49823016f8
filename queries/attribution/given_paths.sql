/*
question = "Which channels would each model credit, for paths that somebody has already counted?"
doc = """
The models of attribution/channels on star.fact_path: paths with their conversions, value and people who did not convert, as analytics \
tools export them and as published data sets hold them (load them with martlet.ingest_paths). There are no times in such data, so there is no time_decay, \
no lookback and no way to tell whether a touch was near; what a tool has collapsed stays collapsed. Everything is credited: the \
rows of a model sum to the table. Channels count as direct or paid when star.dim_channel knows their name."""
grain = ["model", "channel"]

[params]
model = { of = ["first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped", "markov", "shapley", "counterfactual"] }

[columns]
model = "Model that gives the credit."
channel = "Channel, as the paths name it."
conversions = "Conversions credited, with fractions."
revenue = "Value credited, not rounded."
removal_effect = "By markov: share of conversions that pass through the channel. NULL for other models."
revenue_removal_effect = "By markov: share of value that does. NULL for other models."
*/
{% from "attribution/_when.sql" import counterfactual_when, markov_when, shapley_rate_when %}
WITH RECURSIVE given_steps AS MATERIALIZED (
    SELECT path_id, generate_subscripts(steps, 1) AS place, trim(unnest(steps)) AS label
    FROM (SELECT path_id, string_split(path, '>') AS steps FROM star.fact_path)
),

known_nodes AS MATERIALIZED (
    SELECT
        row_number() OVER (ORDER BY seen.label) AS node,
        seen.label,
        seen.label AS channel,
        0 AS campaign_key,
        '(none)' AS campaign_id,
        coalesce(channel.is_direct, false) AS is_direct,
        coalesce(channel.is_paid, false) AS is_paid
    FROM (SELECT DISTINCT label FROM given_steps) AS seen
    LEFT JOIN star.dim_channel AS channel ON channel.channel = seen.label
),

given_nodes AS (
    SELECT given_steps.path_id, list(known_nodes.node ORDER BY given_steps.place) AS nodes
    FROM given_steps
    INNER JOIN known_nodes ON known_nodes.label = given_steps.label
    GROUP BY given_steps.path_id
),

paths AS MATERIALIZED (
    SELECT
        CAST(given_nodes.nodes AS VARCHAR) AS path_id,
        given_nodes.nodes,
        sum(path.conversions) AS conversions,
        CAST(sum(path.revenue) AS DECIMAL(18, 6)) AS revenue,
        sum(path.non_conversions) AS non_conversions
    FROM given_nodes
    INNER JOIN star.fact_path AS path ON path.path_id = given_nodes.path_id
    GROUP BY given_nodes.nodes
),

{% include "attribution/_path_steps.sql" %},

{% include "attribution/_credited.sql" %},

entries AS (
    SELECT
        credited.model, credited.channel, credited.conversions, credited.revenue, credited.effect, credited.revenue_effect
    FROM credited
    UNION ALL
    SELECT asked.model, known_nodes.channel, 0, 0, NULL, NULL
    FROM known_nodes
    CROSS JOIN asked
)

SELECT
    entries.model,
    entries.channel,
    sum(entries.conversions) AS conversions,
    sum(entries.revenue) AS revenue,
    max(CASE WHEN entries.model = 'markov' THEN entries.effect END) AS removal_effect,
    max(CASE WHEN entries.model = 'markov' THEN entries.revenue_effect END) AS revenue_removal_effect
FROM entries
GROUP BY entries.model, entries.channel
ORDER BY list_position($model, entries.model), conversions DESC, entries.channel
