/*
[params]
campaign_type = { type = "str", doc = "Only campaigns of this kind, in any letter case; an error where no mail or report is of it. Default: all." }
*/
{% from "_shared/words.sql" import asked_words, is_asked %}
{# Campaigns of the kind that is asked for. #}
{% macro asked_campaigns() %}
mailed_campaigns AS (
    SELECT *
    FROM star.dim_campaign
    WHERE campaign_key IN (SELECT campaign_key FROM star.fact_email) OR campaign_key IN (SELECT campaign_key FROM star.fact_email_report)
),

{{ asked_words("$campaign_type", "mailed_campaigns.campaign_type", "mailed_campaigns") }},

asked_campaigns AS (
    SELECT campaign.*
    FROM star.dim_campaign AS campaign
    CROSS JOIN asked_words
    WHERE
        {{ is_asked("$campaign_type", "campaign.campaign_type") }}
)
{%- endmacro %}
