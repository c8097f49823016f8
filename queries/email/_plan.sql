{# From what a mail of each kind was seen to bring to a plan. Reads seen (campaign_type, mailings, revenue_each, variance), order_values and email_reports. #}
{% macro plan() %}
-- DerSimonian and Laird: how far the kinds differ beyond their errors.
known_gains AS (
    SELECT
        campaign_type,
        mailings,
        revenue_each - coalesce(order_values.mail_cost, 0) AS gain,
        variance,
        CASE WHEN variance > 0 THEN 1 / variance END AS weight
    FROM seen
    CROSS JOIN order_values
),

between_kinds AS (
    SELECT
        CASE
            WHEN sum(weight) - sum(weight * weight) / sum(weight) > 0
                THEN greatest(
                    sum(weight * gain * gain) - power(sum(weight * gain), 2) / sum(weight) - (count(weight) - 1), 0
                ) / (sum(weight) - sum(weight * weight) / sum(weight))
            ELSE 0
        END AS spread
    FROM known_gains
    WHERE weight IS NOT NULL
),

mean_gain AS (
    SELECT
        sum(known_gains.gain / (known_gains.variance + between_kinds.spread)) / sum(1 / (known_gains.variance + between_kinds.spread)) AS mean,
        1 / sum(1 / (known_gains.variance + between_kinds.spread)) AS variance
    FROM known_gains
    CROSS JOIN between_kinds
    WHERE known_gains.weight IS NOT NULL
),

-- own_variance is of the kind alone, mean_share by how much an error of the mean moves it.
expected_gains AS (
    SELECT
        known_gains.campaign_type,
        known_gains.mailings,
        known_gains.gain,
        known_gains.variance,
        CASE
            WHEN known_gains.weight IS NOT NULL
                THEN CASE WHEN between_kinds.spread = 0 THEN mean_gain.mean ELSE (between_kinds.spread * known_gains.gain + known_gains.variance * mean_gain.mean) / (between_kinds.spread + known_gains.variance) END
        END AS expected_gain,
        between_kinds.spread = 0 AS are_alike,
        between_kinds.spread * known_gains.variance / nullif(between_kinds.spread + known_gains.variance, 0) AS own_variance,
        known_gains.variance / nullif(between_kinds.spread + known_gains.variance, 0) AS mean_share,
        mean_gain.variance AS mean_variance
    FROM known_gains
    CROSS JOIN between_kinds
    CROSS JOIN mean_gain
),

sends AS (
    SELECT campaign.campaign_type, mail.assigned_at AS sent_at, mail.customer_key, CAST(1 AS BIGINT) AS mails
    FROM star.fact_email AS mail
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = mail.campaign_key
    WHERE NOT mail.is_holdout AND ($as_of IS NULL OR mail.assigned_at <= $as_of)
    UNION ALL
    SELECT campaign_type, sent_at, NULL, recipients
    FROM email_reports
    WHERE recipients > 0 AND ($as_of IS NULL OR sent_at <= $as_of)
),

last_send AS (
    SELECT max(sent_at) AS last_at
    FROM sends
),

recent_sends AS (
    SELECT sends.*
    FROM sends
    CROSS JOIN last_send
    WHERE epoch_us(coalesce($as_of, last_send.last_at)) - epoch_us(sends.sent_at) < main.microseconds($days)
),

-- Whole mails, within their bounds; a kind of which nothing is known, or that is fixed, is sent as now.
present AS (
    SELECT
        totals.campaign_type,
        totals.sends_now,
        CASE WHEN is_open THEN floor($at_least * totals.sends_now) ELSE totals.sends_now END AS least,
        CASE WHEN is_open THEN floor($at_most * totals.sends_now) ELSE totals.sends_now END AS most,
        expected_gains.* EXCLUDE (campaign_type)
    FROM (
        SELECT kinds.*, gains.expected_gain IS NOT NULL AND NOT list_contains($fixed, kinds.campaign_type) AS is_open
        FROM (
            SELECT campaign_type, CAST(sum(mails) AS DOUBLE) AS sends_now
            FROM recent_sends
            GROUP BY campaign_type
        ) AS kinds
        LEFT JOIN expected_gains AS gains ON gains.campaign_type = kinds.campaign_type
    ) AS totals
    LEFT JOIN expected_gains ON expected_gains.campaign_type = totals.campaign_type
),

limits AS (
    SELECT
        CASE
            WHEN $contacts IS NULL OR people.people = 0 THEN now_sent.sends
            ELSE floor($contacts * people.people)
        END AS mails
    FROM (SELECT sum(sends_now) AS sends FROM present) AS now_sent
    CROSS JOIN (SELECT count(DISTINCT nullif(customer_key, 0)) AS people FROM recent_sends) AS people
),

-- The best kinds first, as far as there are mails left; a kind that costs more than it brings gets no more than its least. Where nothing tells the
-- kinds apart, all are sent in the ratio of now.
shared_out AS (
    SELECT
        present.*,
        limits.mails AS all_mails,
        sum(least) OVER () AS all_least,
        sum(most) OVER () AS all_most,
        sum(sends_now) OVER () AS all_now,
        CASE WHEN expected_gain > 0 THEN most - least ELSE 0 END AS more,
        coalesce(
            sum(CASE WHEN expected_gain > 0 THEN most - least ELSE 0 END) OVER (
                ORDER BY expected_gain DESC NULLS LAST, campaign_type ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS taken
    FROM present
    CROSS JOIN limits
),

planned AS (
    SELECT
        shared_out.*,
        CASE
            WHEN all_mails < all_least THEN floor(least * all_mails / all_least)
            WHEN NOT coalesce(bool_or(NOT are_alike) OVER (), false) AND all_mails = all_now THEN sends_now
            WHEN NOT coalesce(bool_or(NOT are_alike) OVER (), false) THEN round(least + (most - least) * least((all_mails - all_least) / nullif(all_most - all_least, 0), 1))
            ELSE least + greatest(least(more, all_mails - all_least - taken), 0)
        END AS planned_sends
    FROM shared_out
),

changes AS (
    SELECT
        planned.*,
        CASE WHEN planned_sends = sends_now AND expected_gain IS NOT NULL THEN 0 ELSE (planned_sends - sends_now) * expected_gain END AS expected_change,
        power(planned_sends - sends_now, 2) * own_variance AS own_change_variance,
        (planned_sends - sends_now) * mean_share AS mean_change
    FROM planned
),

plan AS (
    SELECT
        1 AS position,
        campaign_type,
        mailings,
        gain,
        variance,
        expected_gain,
        sends_now,
        planned_sends,
        expected_change,
        sqrt(own_change_variance + mean_change * mean_change * mean_variance) AS change_error
    FROM changes
    UNION ALL
    SELECT
        2,
        '(all)',
        CAST(sum(mailings) AS BIGINT),
        NULL,
        NULL,
        sum(sends_now * expected_gain) / nullif(sum(CASE WHEN expected_gain IS NOT NULL THEN sends_now END), 0),
        sum(sends_now),
        sum(planned_sends),
        sum(expected_change),
        sqrt(sum(own_change_variance) + power(sum(mean_change), 2) * max(mean_variance))
    FROM changes
    HAVING count(*) > 0
)
{%- endmacro %}
