-- The effects of the campaigns that held people out, summed for each kind.
-- Fixed point, so that the order of the campaigns does not matter.
gained AS (
    SELECT
        campaigns.campaign_type,
        sum(effects.compared) AS compared_recipients,
        CAST(sum(CAST(effects.orders_gained AS DECIMAL(38, 10))) AS DOUBLE) AS conversions,
        CAST(sum(CAST(effects.orders_variance AS DECIMAL(38, 10))) AS DOUBLE) AS conversions_variance,
        CAST(sum(CAST(effects.revenue_gained AS DECIMAL(38, 10))) AS DOUBLE) AS revenue,
        CAST(sum(CAST(effects.revenue_variance AS DECIMAL(38, 10))) AS DOUBLE) AS revenue_variance
    FROM effects
    INNER JOIN campaigns ON campaigns.campaign_key = effects.campaign_key
    GROUP BY campaigns.campaign_type
),

-- 1.96: 97.5 % of a normal distribution lie below. Without any spread there is nothing to tell how sure the effect is.
effect_of AS (
    SELECT
        campaign_type,
        compared_recipients,
        conversions,
        revenue,
        1.959963984540054 * sqrt(nullif(conversions_variance, 0)) AS conversions_margin,
        1.959963984540054 * sqrt(nullif(revenue_variance, 0)) AS revenue_margin
    FROM gained
)
