-- Who the customers are, and how it shows in what they do.
WITH people AS (
    SELECT
        *,
        date_diff('day', birth_date, CAST(signed_up_at AS DATE)) / 365.25 AS age
    FROM star.dim_customer
    WHERE customer_key <> 0
),

visits AS (
    SELECT
        visit.is_converted,
        place.country,
        place.city,
        date_part('hour', timezone(place.time_zone, timezone('UTC', visit.started_at))) AS hour
    FROM star.fact_session AS visit
    INNER JOIN star.dim_geography AS place ON place.geography_key = visit.geography_key
),

cities AS (
    SELECT
        city,
        count(*) AS visits,
        avg(CAST(is_converted AS INTEGER)) AS conversion
    FROM visits
    GROUP BY city
),

halves AS (
    -- The cities with most visits, up to half of all, and the others.
    SELECT
        conversion,
        visits,
        sum(visits) OVER (ORDER BY visits DESC, city) <= sum(visits) OVER () / 2 AS is_big
    FROM cities
),

bands AS (
    SELECT
        people.income_range,
        avg(profile.sessions) AS visits
    FROM people
    INNER JOIN mart.customer_profile AS profile ON profile.customer_key = people.customer_key
    WHERE people.income_range IS NOT NULL
    GROUP BY people.income_range
),

opens AS (
    SELECT
        people.loyalty_tier IS NOT NULL AS is_member,
        avg(CAST(mail.first_human_opened_at IS NOT NULL AS INTEGER)) AS rate
    FROM star.fact_email AS mail
    INNER JOIN people ON people.customer_key = mail.customer_key
    WHERE mail.delivered_at IS NOT NULL
    GROUP BY 1
),

moves AS (
    SELECT count(*) AS moved
    FROM (
        SELECT
            region,
            lag(region) OVER (PARTITION BY customer_key ORDER BY valid_from) AS before
        FROM star.dim_customer_history
    ) AS versions
    WHERE region <> before
),

lived AS (
    SELECT sum(date_diff('day', signed_up_at, (SELECT max(started_at) FROM star.fact_session))) / 365.25 AS years FROM people
)

SELECT
    NULL AS by_type,
    cast(count(*) FILTER (WHERE age >= 60 AND age < 65) AS DOUBLE) / nullif(count(*) FILTER (WHERE age >= 65 AND age < 70), 0)
        AS early_sixties_to_late_sixties,
    cast(count(*) FILTER (WHERE marital_status = 'Together') AS DOUBLE)
    / count(*) FILTER (WHERE marital_status IN ('Together', 'Married')) AS unmarried_share_of_couples,
    (SELECT moved FROM moves) / (SELECT years FROM lived) AS moves_to_another_region_a_year,
    (SELECT avg(CAST(hour < 6 AS INTEGER)) FROM visits WHERE country = 'Australia') AS night_share_of_visits_in_australia,
    (
        SELECT sum(conversion * visits) FILTER (WHERE is_big) / sum(visits) FILTER (WHERE is_big)
        / (sum(conversion * visits) FILTER (WHERE NOT is_big) / sum(visits) FILTER (WHERE NOT is_big)) FROM halves
    ) AS conversion_of_big_cities_to_others,
    (SELECT arg_max(visits, income_range) / arg_min(visits, income_range) FROM bands) AS visits_of_highest_to_lowest_income,
    (SELECT max(rate) FILTER (WHERE is_member) / max(rate) FILTER (WHERE NOT is_member) FROM opens) AS opens_of_members_to_others
FROM people
