/*
[params]
fit = { type = "str", default = "segments", doc = "Name of the fit whose clusters are used, as martlet model fit was told." }
*/
{# The columns of mart.customer_profile that clusters may be made of; loaders/fitting/segments.toml declares the same, and as many shares. #}
{% set columns = ["recency_days", "frequency", "monetary", "avg_order_value", "categories", "sessions", "emails_received", "open_rate", "rating", "nps", "tenure_days", "age_years", "income", "children"] %}
{% set shares = 12 %}
{% set seats = columns | length + shares %}
{# Values at each tenth of the customers, least and greatest included. #}
{% set knots = 11 %}

{# The features of the fit, each with the seat of its values: its column's place, or the next of those for shares. #}
{% macro fit_features(features="model.feature") %}
fit_features AS (
    SELECT
        feature,
        position,
        scale,
        fill,
        centre,
        spread,
        knots,
        CASE feature
            {% for column in columns %}
            WHEN '{{ column }}' THEN {{ loop.index }}
            {% endfor %}
            ELSE {{ columns | length }} + row_number() OVER (PARTITION BY starts_with(feature, 'share:') ORDER BY position)
        END AS seat
    FROM {{ features }}
    WHERE model = $fit || '.k_means'
)
{%- endmacro %}

{# A row for each customer who has bought: what they are called, their money, and a value a seat, NULL where it is not known. #}
{% macro raw_values() %}
-- The latest figures of each customer.
latest_spend AS (
    SELECT
        customer_key,
        category,
        greatest(spend, 0) AS spend,
        snapshot_on = max(snapshot_on) OVER (PARTITION BY customer_key) AS is_latest
    FROM mart.customer_category_spend
),

share_spend AS (
    SELECT
        latest_spend.customer_key,
        {% for seat in range(columns | length + 1, seats + 1) %}
        sum(CASE WHEN fit_features.seat = {{ seat }} THEN latest_spend.spend ELSE 0 END) AS s{{ seat }},
        {% endfor %}
        sum(latest_spend.spend) AS spend
    FROM latest_spend
    LEFT JOIN fit_features ON fit_features.feature = 'share:' || latest_spend.category
    WHERE latest_spend.is_latest
    GROUP BY latest_spend.customer_key
),

raw_values AS (
    SELECT
        profile.customer_key,
        profile.customer_id,
        profile.monetary,
        {% for column in columns %}
        CAST(profile.{{ column }} AS DOUBLE) AS v{{ loop.index }},
        {% endfor %}
        {% for seat in range(columns | length + 1, seats + 1) %}
        main.ratio(share_spend.s{{ seat }}, share_spend.spend) AS v{{ seat }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM mart.customer_profile AS profile
    LEFT JOIN share_spend ON share_spend.customer_key = profile.customer_key
    WHERE profile.frequency > 0
)
{%- endmacro %}

{# The same customers on the scales of the fit, seats that it does not use at 0. #}
{% macro points(source="raw_values") %}
seat_features AS (
    SELECT
        {% for seat in range(1, seats + 1) %}
        max(CASE WHEN seat = {{ seat }} THEN scale END) AS scale{{ seat }},
        max(CASE WHEN seat = {{ seat }} THEN fill END) AS fill{{ seat }},
        max(CASE WHEN seat = {{ seat }} THEN centre END) AS centre{{ seat }},
        max(CASE WHEN seat = {{ seat }} THEN spread END) AS spread{{ seat }},
        max(CASE WHEN seat = {{ seat }} THEN knots END) AS knots{{ seat }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM fit_features
),

known_values AS (
    SELECT
        {{ source }}.customer_key,
        {{ source }}.customer_id,
        {{ source }}.monetary,
        {% for seat in range(1, seats + 1) %}
        coalesce({{ source }}.v{{ seat }}, seat_features.fill{{ seat }}) AS k{{ seat }},
        {% endfor %}
        seat_features.*
    FROM {{ source }}
    CROSS JOIN seat_features
),

-- For ranks: how many knots lie below the value, and how many not above it. Written out, which is forty times faster than to sort lists.
knot_counts AS (
    SELECT
        known_values.*,
        {% for seat in range(1, seats + 1) %}
        CASE
            WHEN scale{{ seat }} = 'rank'
                THEN {% for knot in range(1, knots + 1) %}CAST(k{{ seat }} > knots{{ seat }}[{{ knot }}] AS INTEGER){{ "" if loop.last else " + " }}{% endfor %}

        END AS below{{ seat }},
        CASE
            WHEN scale{{ seat }} = 'rank'
                THEN {% for knot in range(1, knots + 1) %}CAST(k{{ seat }} >= knots{{ seat }}[{{ knot }}] AS INTEGER){{ "" if loop.last else " + " }}{% endfor %}

        END AS upto{{ seat }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM known_values
),

-- A rank between two knots is in proportion, one among equal knots in their middle.
placed_values AS (
    SELECT
        knot_counts.*,
        {% for seat in range(1, seats + 1) %}
        CASE
            WHEN scale{{ seat }} = 'log' THEN sign(k{{ seat }}) * ln(1 + abs(k{{ seat }}))
            WHEN scale{{ seat }} = 'linear' THEN k{{ seat }}
            WHEN upto{{ seat }} = 0 THEN 0
            WHEN below{{ seat }} = {{ knots }} THEN 1
            WHEN upto{{ seat }} > below{{ seat }} THEN (below{{ seat }} + upto{{ seat }} - 1) / {{ 2 * (knots - 1) }}e0
            ELSE
                (
                    below{{ seat }} - 1
                    + (k{{ seat }} - knots{{ seat }}[below{{ seat }}]) / (knots{{ seat }}[below{{ seat }} + 1] - knots{{ seat }}[below{{ seat }}])
                ) / {{ knots - 1 }}e0
        END AS p{{ seat }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM knot_counts
),

-- On a grid of 2^-20, on which sums of doubles are exact, so that no order of rows makes another cluster.
points AS (
    SELECT
        customer_key,
        customer_id,
        monetary,
        {% for seat in range(1, seats + 1) %}
        coalesce(round((p{{ seat }} - centre{{ seat }}) / spread{{ seat }} * 1048576) / 1048576, 0) AS z{{ seat }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM placed_values
)
{%- endmacro %}
