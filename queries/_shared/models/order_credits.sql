/*
[params]
model = { type = "list[choice]", of = ["first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "markov", "shapley", "counterfactual"], default = ["linear"], doc = "Who gets the credit, one model or several side by side: the first or the last touch; the first or the last that is not direct; the last paid one, else as last_non_direct; all alike; the ends more than the middle (position); the first, the middle and the last more than the others (w_shaped, 30 % each); the later more than the earlier (time_decay); or what is learnt from all paths: what is lost without a channel (markov), its average part in what sets of channels win (shapley), what each step adds to a path's rate (counterfactual)." }
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/paths.sql" as journeys %}
{% import "_shared/models/credits.sql" as shared %}
{% import "_shared/models/incremental.sql" as incremental %}
{% import "_shared/models/learnt.sql" as learnt %}
{% import "_shared/models/rules.sql" as rules %}
{% import "_shared/models/time_decay.sql" as time_decay %}
{# Credits of orders by the models chosen. Reads conversions and journey_steps and, with models that learn, null_journeys. #}

{% macro null_paths(model) %}{{ learnt.null_paths(model) }}{% endmacro %}

{# Each order shared out among its touches: credits, one row for each model, order and step. #}
{% macro credits(model, path_transform, whole=false) %}
{% set by_rule = model | select("in", rules.rules) | list %}
{% set by_learning = ["markov", "counterfactual", "shapley"] | select("in", model) | list %}
{% set shares = [
    "rule_shares" if by_rule,
    "time_decay_shares" if "time_decay" in model,
    "incremental_shares" if "incremental" in model,
    "learnt_shares" if by_learning and not (whole and by_learning == ["markov"]),
] | select | list %}
{{ shared.requested_models(model) }}
{%- if by_rule %}
,

{{ rules.shares(model) }}
{%- endif %}
{%- if "time_decay" in model %}
,

{{ time_decay.shares() }}
{%- endif %}
{%- if "incremental" in model %}
,

{{ incremental.shares(grown=whole) }}
{%- endif %}
{%- if by_learning %}
,

{{ journeys.journeys() }},

{{ learnt.relations(model, path_transform, whole) }}
{%- endif %}
{%- if shares %}
,

{{ shared.credits(shares) }}
{%- endif %}
{%- endmacro %}

{# The credit of each channel, or campaign in its channel; markov shares out all orders at once. #}
{% macro credited(model, path_transform) %}
{{ credits(model, path_transform, whole=true) }},

credited AS (
    {% if model | reject("equalto", "markov") | list %}
    SELECT
        credits.model,
        credits.channel,
        credits.campaign_key,
        sum(credits.credit) AS conversions,
        sum(credits.credit * conversions.net_revenue) AS revenue
    FROM credits
    INNER JOIN conversions ON conversions.order_id = credits.journey_id
    GROUP BY credits.model, credits.channel, credits.campaign_key
    {% endif %}
    {% if "markov" in model %}
    {% if model | length > 1 %}
    UNION ALL
    {% endif %}
    SELECT markov_credited.model, channel, campaign_key, conversions, revenue
    FROM markov_credited
    {% endif %}
)
{%- endmacro %}

{# Credit by period, new and returning customers apart, with the orders without a touch: order_credits. Each order is shared out by
   itself. period_start: SQL expression of conversions.ordered_at. #}
{% macro credited_by_period(model, path_transform, period_start="CAST(NULL AS DATE)") %}
{{ credits(model, path_transform) }},

{{ orders.unattributed() }},

dated_credits AS (
    SELECT
        credits.model,
        credits.channel,
        credits.campaign_key,
        {{ period_start }} AS period_start,
        conversions.is_first_order,
        credits.credit,
        credits.credit * conversions.net_revenue AS revenue
    FROM credits
    INNER JOIN conversions ON conversions.order_id = credits.journey_id
    UNION ALL
    SELECT
        requested_models.model,
        '(unattributed)',
        0,
        {{ period_start }},
        conversions.is_first_order,
        1,
        CAST(conversions.net_revenue AS DECIMAL(38, 17))
    FROM unattributed AS conversions
    CROSS JOIN requested_models
),

order_credits AS MATERIALIZED (
    SELECT
        dated_credits.model,
        channel,
        campaign_key,
        period_start,
        is_first_order,
        sum(credit) AS conversions,
        sum(revenue) AS revenue
    FROM dated_credits
    GROUP BY dated_credits.model, channel, campaign_key, period_start, is_first_order
)
{%- endmacro %}
