{# Gauss's rule of 24 points on 0 to 1: the points and their weights. #}
{% set points = [
    ("0.9975936099985107e0", "0.006170614899994345e0"),
    ("0.9873642779856547e0", "0.01426569431446678e0"),
    ("0.9691372760013663e0", "0.022138719408709706e0"),
    ("0.9432077635022005e0", "0.02964929245771818e0"),
    ("0.9100009929869515e0", "0.03667324070554008e0"),
    ("0.8700620957892772e0", "0.0430950807659766e0"),
    ("0.8240468259684878e0", "0.04880932605205696e0"),
    ("0.7727107356944198e0", "0.05372213505798278e0"),
    ("0.7168967538130225e0", "0.05775283402686276e0"),
    ("0.6575213398480817e0", "0.06083523646390165e0"),
    ("0.5955594337368082e0", "0.06291872817341412e0"),
    ("0.5320284464313028e0", "0.06396909767337601e0"),
    ("0.4679715535686972e0", "0.06396909767337601e0"),
    ("0.40444056626319186e0", "0.06291872817341412e0"),
    ("0.3424786601519183e0", "0.06083523646390165e0"),
    ("0.28310324618697746e0", "0.05775283402686276e0"),
    ("0.22728926430558022e0", "0.05372213505798278e0"),
    ("0.17595317403151223e0", "0.04880932605205696e0"),
    ("0.12993790421072282e0", "0.0430950807659766e0"),
    ("0.08999900701304853e0", "0.03667324070554008e0"),
    ("0.056792236497799464e0", "0.02964929245771818e0"),
    ("0.0308627239986336e0", "0.022138719408709706e0"),
    ("0.012635722014345263e0", "0.01426569431446678e0"),
    ("0.0024063900014893447e0", "0.006170614899994345e0"),
] %}

{# Pareto/NBD of the same customers: pareto, with p_alive and the purchases expected of horizons.days_ahead days. Reads histories and horizons. #}
{% macro pareto() %}
pareto_fit AS (
    SELECT
        max(CASE WHEN parameter.name = 'r' THEN parameter.value END) AS r,
        max(CASE WHEN parameter.name = 'alpha' THEN parameter.value END) AS alpha,
        max(CASE WHEN parameter.name = 's' THEN parameter.value END) AS s,
        max(CASE WHEN parameter.name = 'beta' THEN parameter.value END) AS beta
    FROM model.registry AS registry
    INNER JOIN model.parameter AS parameter ON parameter.model = registry.model
    WHERE registry.model = $fit || '.pareto_nbd' AND registry.converged
),

pareto_arguments AS (
    SELECT
        histories.customer_key,
        histories.age_days,
        fit.r,
        fit.alpha,
        fit.s,
        fit.beta,
        fit.r + histories.x AS power,
        fit.alpha + histories.t_x AS began,
        1 - exp((fit.r + histories.x) * ln((fit.alpha + histories.t_x) / (fit.alpha + histories.age_days))) AS width,
        fit.beta - fit.alpha AS apart,
        ln(fit.beta + histories.t_x) AS first
    FROM histories
    CROSS JOIN pareto_fit AS fit
),

-- Chance of having left: the integral over the day of leaving, from the last purchase on, over w = ((alpha + t_x) / (alpha + day))^(r + x), on
-- which it is nearly flat. All terms are positive, where the textbook's difference of two of Gauss's functions cancels.
pareto_left AS (
    SELECT
        pareto_arguments.*,
        CASE
            WHEN width > 0
                THEN ln(s * greatest(width, 1e-300) / power) + (1 - power) * ln(began) - (s + 1) * first + ln(
                    {% for group in points | batch(6) %}
                    {{ "+ " if not loop.first }}(
                        {% for point, weight in group %}
                        {{ "+ " if not loop.first }}{{ weight }} * exp(
                            -ln(1 - width * {{ point }}) / power
                            + (s + 1) * (first - ln(apart + began * exp(-ln(1 - width * {{ point }}) / power)))
                        )
                        {% endfor %}
                    )
                    {% endfor %}
                )
        END AS left_log
    FROM pareto_arguments
),

pareto_alive AS (
    SELECT
        pareto_left.*,
        CASE
            WHEN r IS NULL THEN NULL
            WHEN left_log IS NULL THEN 1
            ELSE 1 / (1 + exp(least(left_log + power * ln(alpha + age_days) + s * ln(beta + age_days), 700)))
        END AS p_alive
    FROM pareto_left
),

pareto AS (
    SELECT
        pareto_alive.customer_key,
        pareto_alive.p_alive,
        pareto_alive.p_alive * power * (beta + age_days) / (alpha + age_days) * CASE
            WHEN abs(s - 1) < 0.000001 THEN ln(1 + horizons.days_ahead / (beta + age_days))
            ELSE (1 - exp((1 - s) * ln(1 + horizons.days_ahead / (beta + age_days)))) / (s - 1)
        END AS expected_purchases
    FROM pareto_alive
    CROSS JOIN horizons
)
{%- endmacro %}
