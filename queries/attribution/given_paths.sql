/*
question = "Which channels would each model credit, for paths that somebody has already counted?"
doc = """
The models of attribution/channels on star.fact_path: paths with their conversions, value and people who did not convert, as analytics \
tools export them and as published data sets hold them (load them with martlet.ingest_paths). There are no times in such data, so there is no time_decay, \
no lookback in days and no way to tell whether a touch was near; what a tool has collapsed stays collapsed. Everything is credited: the \
rows of a model sum to the table. (A value on a path without a conversion is credited by the rules; models that learn from conversions leave it out.) Channels count as direct or paid when star.dim_channel knows their name."""
grain = ["model", "channel"]
headline = ["model", "channel", "conversions", "revenue"]

[chart]
kind = "bar"
x = "channel"
y = "conversions"
series = "model"

[finding]
text = "By the model {model}, {channel} has {share:percent} of the {total:count} conversions to its credit, more than any other."
sql = """
WITH credits AS (
    SELECT
        model,
        channel,
        conversions,
        sum(conversions) OVER () AS total,
        row_number() OVER (ORDER BY conversions DESC) AS place,
        lead(conversions) OVER (ORDER BY conversions DESC) AS next_conversions
    FROM answer
)
SELECT model, channel, conversions / total AS share, total
FROM credits
WHERE
    place = 1 AND conversions > next_conversions AND total >= 30
    AND (SELECT count(DISTINCT model) FROM answer) = 1"""

[params]
model = { type = "list[choice]", of = ["first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped", "markov", "shapley", "counterfactual"], default = ["linear"], doc = "Who gets the credit, one model or several side by side: the first or the last step; the first or the last that is not direct; the last paid one, else as last_non_direct; all alike; the ends more than the middle (position); the first, the middle and the last more than the others (w_shaped, 30 % each); or what is learnt from all paths: what is lost without a channel (markov), its average part in what sets of channels win (shapley), what each step adds to a path's rate (counterfactual)." }
include_null_paths = { type = "bool", default = true, doc = "Whether people who did not convert are known to the models that learn from them (markov, counterfactual, shapley by rate)." }

[columns]
model = "Model that gives the credit."
channel = "Channel, as the paths name it."
conversions = "Conversions credited, with fractions."
revenue = "Value credited, not rounded."
removal_effect = "By markov: share of conversions that pass through the channel. NULL for other models."
revenue_removal_effect = "By markov: share of value that does. NULL for other models."
*/
{% import "_shared/journeys/transforms.sql" as transforms %}
{% import "_shared/models/credits.sql" as models %}
{% import "_shared/models/learnt.sql" as learnt %}
{% import "_shared/models/rules.sql" as rules %}
{% set by_rule = model | select("in", rules.rules) | list %}
{% set by_learning = ["markov", "counterfactual", "shapley"] | select("in", model) | list %}
{% set shares = ["rule_shares" if by_rule, "learnt_shares" if by_learning not in ([], ["markov"])] | select | list %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}given_steps AS MATERIALIZED (
    SELECT path_id, generate_subscripts(steps, 1) AS place, trim(unnest(steps)) AS step
    FROM (SELECT path_id, string_split(path, '>') AS steps FROM star.fact_path) AS split_paths
),

known_steps AS MATERIALIZED (
    SELECT
        row_number() OVER (ORDER BY names.step) AS step_key,
        names.step,
        names.step AS channel,
        0 AS campaign_key,
        coalesce(channel.is_direct, false) AS is_direct,
        coalesce(channel.is_paid, false) AS is_paid
    FROM (SELECT DISTINCT step FROM given_steps) AS names
    LEFT JOIN star.dim_channel AS channel ON channel.channel = names.step
),

given_touches AS (
    SELECT
        given_steps.path_id AS journey_id,
        CAST(NULL AS BIGINT) AS touchpoint_id,
        CAST(NULL AS DOUBLE) AS days_before,
        known_steps.step_key,
        known_steps.channel,
        given_steps.place
    FROM given_steps
    INNER JOIN known_steps ON known_steps.step = given_steps.step
),

{{ transforms.journey_steps("given_touches", path_transform) }},

journeys AS (
    SELECT
        path_id AS journey_id,
        conversions,
        revenue,
        greatest(-revenue, 0) AS losses,
        CASE WHEN $include_null_paths THEN non_conversions ELSE 0 END AS non_conversions
    FROM star.fact_path
),

{{ models.requested_models() }},

{% if by_rule %}
{{ rules.shares(model) }},

{% endif %}
{% if by_learning %}
{{ learnt.relations(model, path_transform, whole=true) }},

{% endif %}
{% if shares %}
{{ models.credits(shares) }},

{% endif %}
channel_entries AS (
    SELECT
        requested_models.model,
        known_steps.channel,
        CAST(0 AS DECIMAL(38, 15)) AS conversions,
        CAST(0 AS DECIMAL(38, 21)) AS revenue,
        CAST(NULL AS DOUBLE) AS effect,
        CAST(NULL AS DOUBLE) AS revenue_effect
    FROM known_steps
    CROSS JOIN requested_models
    {% if shares %}
    UNION ALL
    SELECT credits.model, credits.channel, credits.credit * journeys.conversions, credits.credit * journeys.revenue, NULL, NULL
    FROM credits
    INNER JOIN journeys ON journeys.journey_id = credits.journey_id
    {% endif %}
    {% if "markov" in model %}
    UNION ALL
    SELECT markov_credited.model, channel, conversions, revenue, NULL, NULL
    FROM markov_credited
    UNION ALL
    SELECT DISTINCT 'markov', path_steps.channel, 0, 0, removal_effects.effect, removal_effects.revenue_effect
    FROM removal_effects
    INNER JOIN path_steps ON path_steps.step = removal_effects.step
    {% endif %}
)

SELECT
    channel_entries.model,
    channel,
    CAST(sum(conversions) AS DOUBLE) AS conversions,
    CAST(sum(revenue) AS DOUBLE) AS revenue,
    max(effect) AS removal_effect,
    max(revenue_effect) AS revenue_removal_effect
FROM channel_entries
GROUP BY channel_entries.model, channel
ORDER BY list_position($model, channel_entries.model), conversions DESC, channel
