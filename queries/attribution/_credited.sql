-- What each model credits each step with: path by path, but for markov, which shares out the whole.
{% include "attribution/_weights.sql" %},

summed_credits AS (
    SELECT
        weights.model,
        weights.label,
        weights.channel,
        weights.campaign_key,
        weights.campaign_id,
        CAST(coalesce(sum(weights.credit * weights.conversions), 0) AS DOUBLE) AS conversions,
        CAST(coalesce(sum(weights.credit * weights.revenue), 0) AS DOUBLE) AS revenue,
        max(weights.effect) AS effect,
        max(weights.revenue_effect) AS revenue_effect
    FROM weights
    GROUP BY weights.model, weights.label, weights.channel, weights.campaign_key, weights.campaign_id
),

credited AS (
    SELECT
        summed_credits.model,
        summed_credits.label,
        summed_credits.channel,
        summed_credits.campaign_key,
        summed_credits.campaign_id,
        summed_credits.effect,
        summed_credits.revenue_effect,
        CASE summed_credits.model
            WHEN 'markov' THEN coalesce(
                summed_credits.effect
                / nullif(sum(summed_credits.effect) OVER (PARTITION BY summed_credits.model ORDER BY summed_credits.label ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0)
                * sum(summed_credits.conversions) OVER (PARTITION BY summed_credits.model ORDER BY summed_credits.label ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING),
                0
            )
            ELSE summed_credits.conversions
        END AS conversions,
        CASE summed_credits.model
            WHEN 'markov' THEN coalesce(
                summed_credits.revenue_effect
                / nullif(sum(summed_credits.revenue_effect) OVER (PARTITION BY summed_credits.model ORDER BY summed_credits.label ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0)
                * sum(summed_credits.revenue) OVER (PARTITION BY summed_credits.model ORDER BY summed_credits.label ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING),
                0
            )
            ELSE summed_credits.revenue
        END AS revenue
    FROM summed_credits
)
