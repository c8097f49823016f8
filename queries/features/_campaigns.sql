/*
[params]
campaign = { type = "str", doc = "Name of the campaign. Default: the last of those whose answers a source tells." }
*/
{# The campaigns whose answers are told, in order, the one asked for, and whom it addressed: placed, chosen_campaign, addressed. #}
{% macro campaigns() %}
placed AS (
    SELECT
        told.campaign_key,
        campaign.name,
        row_number() OVER (ORDER BY campaign.starts_on NULLS FIRST, told.campaign_key) AS place
    FROM (SELECT DISTINCT campaign_key FROM star.fact_campaign_response) AS told
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = told.campaign_key
),

chosen_campaign AS (
    SELECT ranked.campaign_key, ranked.name, ranked.place
    FROM (
        SELECT placed.*, row_number() OVER (ORDER BY placed.place DESC) AS from_last
        FROM placed
        WHERE $campaign IS NULL OR placed.name = $campaign
    ) AS ranked
    WHERE ranked.from_last = 1
),

addressed AS (
    SELECT response.customer_key, chosen_campaign.name, response.has_responded
    FROM star.fact_campaign_response AS response
    INNER JOIN chosen_campaign ON chosen_campaign.campaign_key = response.campaign_key
    WHERE response.customer_key <> 0 AND NOT response.is_holdout AND response.has_responded IS NOT NULL
)
{%- endmacro %}
