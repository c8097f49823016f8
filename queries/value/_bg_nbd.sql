{# Whether a customer is still there: alive. Reads histories and fitted. #}
{% macro alive() %}
alive AS (
    SELECT
        histories.*,
        fitted.r,
        fitted.alpha,
        fitted.a,
        fitted.b,
        fitted.p,
        fitted.q,
        fitted.v,
        fitted.fit_as_of,
        fitted.fit_status,
        fitted.alpha + histories.age_days AS alive_at,
        -- Odds of having left. The bound keeps the exponential of customers with thousands of purchases finite.
        CASE
            WHEN fitted.r IS NULL THEN NULL
            WHEN histories.x = 0 THEN 1
            ELSE 1 / (
                1 + exp(
                    least(
                        ln(fitted.a) - ln(fitted.b + greatest(histories.x, 1) - 1)
                        + (fitted.r + histories.x)
                        * (ln(fitted.alpha + histories.age_days) - ln(fitted.alpha + histories.t_x)),
                        700
                    )
                )
            )
        END AS p_alive
    FROM histories
    CROSS JOIN fitted
)
{%- endmacro %}

{# The part of an expectation at one node; first and last node stand for all beyond them, which fall off geometrically. #}
{% macro node(place, first, last) -%}
{% set at = "log_odds - " ~ place ~ " * step" if place >= 0 else "log_odds + " ~ (-place) ~ " * step" %}
exp(norm + kept * ({{ at }}) - rest * ln(1 + exp({{ at }})))
                * 2 / (1 + 1 / tanh(k * atanh(stretch / (2 + 2 * exp({{ at }}) + stretch))))
                {%- if place == first %} / (1 - exp(-a * step)){% elif place == last %} / (1 - exp(-kept * step)){% endif %}
{%- endmacro %}

{# Lobatto's rule of seven points on 0 to 1: the points after 0, where nothing is bought yet, and their weights. #}
{% set points = [
    ("0.08488805186071653e0", "0.138413023680783e0"),
    ("0.2655756032646429e0", "0.2158726906049313e0"),
    ("0.5e0", "0.2438095238095238e0"),
    ("0.7344243967353571e0", "0.2158726906049313e0"),
    ("0.9151119481392835e0", "0.138413023680783e0"),
    ("1e0", "1 / 42e0"),
] %}

{# Purchases expected of who is still there, by x, age_days and moment: waits. Reads alive and asked_moments, whose v is the share of the
   days_ahead, on a scale of logarithms. #}
{% macro waits() %}
-- Who has as many purchases and is known for as long is expected to buy alike, if still there.
equals AS (
    SELECT DISTINCT x, age_days, r, a, b, alive_at
    FROM alive
    WHERE r IS NOT NULL
),

-- Purchases expected of who is still there: the mean of (1 - (1 + p stretch)^-(r + x)) / p over the chance p of leaving after a
-- purchase, which is Beta(a, b + x). The textbook writes it with Gauss's hypergeometric function; as a sum over equal steps of
-- p's log odds, about their middle, all terms are positive, nothing overflows and no a, b or x is a pole. 1 - (1 + y)^-k is
-- 2 / (1 + 1 / tanh(k atanh(y / (2 + y)))), which keeps all digits of the smallest y.
arguments AS (
    SELECT
        equals.x,
        equals.age_days,
        asked_moments.moment,
        equals.a,
        equals.b + equals.x AS kept,
        equals.a + equals.b + equals.x - 1 AS rest,
        equals.r + equals.x AS k,
        lgamma(equals.a + equals.b + equals.x) - lgamma(equals.a) - lgamma(equals.b + equals.x) AS norm,
        ln((equals.b + equals.x) / equals.a) AS log_odds,
        0.4e0 * least(1, 2 * sqrt(1 / equals.a + 1 / (equals.b + equals.x))) AS step,
        exp(asked_moments.v * ln(1 + asked_moments.days_ahead / equals.alive_at)) - 1 AS stretch
    FROM equals
    CROSS JOIN asked_moments
),

waits AS (
    SELECT
        x,
        age_days,
        moment,
        -- In groups, since DuckDB takes long to keep a sum that is many terms deep.
        step * (
            {% for places in range(-45, 37) | batch(9) %}
            {{ "+ " if not loop.first }}(
                {% for place in places %}
                {{ "+ " if not loop.first }}{{ node(place, -45, 36) }}
                {% endfor %}
            )
            {% endfor %}
        ) AS purchases
    FROM arguments
)
{%- endmacro %}

{# Expected purchases of horizons.days_ahead days, and the same discounted by horizons.discount a day: expectations. Reads alive and
   horizons, one row; alive needs customer_key, x, age_days, r, a, b, alive_at and p_alive. #}
{% macro expectations() %}
-- The days of the horizon by v = ln(1 + days / alive_at) / ln(1 + horizon / alive_at), on which expectations are smooth. Without a discount the
-- end is all that counts; with one, Lobatto's rule makes the integral of what comes when.
moments (moment, v) AS (
    VALUES {% for v, _ in points %}({{ loop.index }}, {{ v }}){{ ", " if not loop.last }}{% endfor %}
),

asked_moments AS (
    SELECT moments.moment, moments.v, horizons.days_ahead
    FROM moments
    CROSS JOIN horizons
    WHERE (moments.v = 1 OR horizons.discount > 0) AND horizons.days_ahead > 0
),

{{ waits() }},

waits_by_age AS (
    SELECT
        x,
        age_days,
        {% for _ in points %}
        max(CASE WHEN moment = {{ loop.index }} THEN purchases END) AS wait_{{ loop.index }}{{ "," if not loop.last }}
        {% endfor %}
    FROM waits
    GROUP BY x, age_days
),

spans AS (
    SELECT
        alive.*,
        {% for _ in points %}
        waits.wait_{{ loop.index }},
        {% endfor %}
        horizons.days_ahead,
        horizons.discount,
        ln(1 + horizons.days_ahead / alive.alive_at) AS span
    FROM alive
    CROSS JOIN horizons
    LEFT JOIN waits_by_age AS waits ON waits.x = alive.x AND waits.age_days = alive.age_days
),

expectations AS (
    SELECT
        spans.*,
        p_alive * CASE WHEN days_ahead > 0 THEN wait_{{ points | length }} ELSE 0 END AS expected_purchases,
        p_alive * (
            exp(-discount * days_ahead) * wait_{{ points | length }}
            + CASE
                WHEN discount > 0 THEN discount * alive_at * span * (
                    {% for v, weight in points %}
                    {{ "+ " if not loop.first }}{{ weight }} * exp({{ v }} * span - discount * alive_at * (exp({{ v }} * span) - 1)) * wait_{{ loop.index }}
                    {% endfor %}
                )
                ELSE 0
            END
        ) AS discounted_purchases
    FROM spans
)
{%- endmacro %}

{# What a purchase of a customer comes to, by Gamma-Gamma, of columns x, monetary, p, q and v. NULL where that has no mean. #}
{% macro purchase_value() -%}
CASE
            WHEN p * x + q > 1 THEN p * (v + x * greatest(coalesce(CAST(monetary AS DOUBLE), 0), 0)) / (p * x + q - 1)
        END
{%- endmacro %}
