/*
question = "Who answers campaigns?"
doc = """
Answers to campaigns by a trait of the customers, from mart.campaign_response: a row of it is one customer and one campaign that addressed them. Where no source \
told the answers, an answer is a person's click in the mail. People held out as a control are left out, for nobody wrote to them. Intervals are \
Wilson's, of 95 %, as if answers of one customer to several campaigns were independent: they are somewhat too narrow."""
misleads = "The segment and the traits are those of now, the answers were given before: who answered and bought is in a better segment because of it."
grain = ["band"]
headline = ["band", "addressed", "response_rate", "rate_low", "rate_high"]
needs = ["mart.campaign_response"]

[chart]
kind = "interval"
x = "band"
y = "response_rate"
low = "rate_low"
high = "rate_high"

[finding]
text = "The most answers come from {band}: {response_rate:percent} ({rate_low:percent} to {rate_high:percent})."
sql = "SELECT band, response_rate, rate_low, rate_high FROM answer WHERE band <> '(unknown)' AND customers >= 30 AND rate_low > (SELECT sum(responded) / sum(addressed) FROM answer) ORDER BY response_rate DESC, band LIMIT 1"

[params]
by = { type = "choice", of = ["segment", "age_range", "income_range", "education", "family", "marital_status", "gender", "country", "loyalty_tier", "acquisition_channel", "top_category", "campaign_type", "campaign"], default = "segment", doc = "The trait: the RFM segment, a column of mart.customer_profile, or of the campaign." }
campaign_type = { type = "str", doc = "Only campaigns of this type, as in star.dim_campaign. Default: all." }

[columns]
band = "Value of the trait; (unknown) for those of whom it is not known, (no order) for customers who are in no segment."
customers = "Number of customers who were addressed."
addressed = "How often they were: customers times campaigns."
responded = "How often they answered."
response_rate = "responded / addressed."
rate_low = "Lower end of its interval."
rate_high = "Upper end of its interval."
converted = "How often they bought in answer. NULL where the source does not tell."
conversion_rate = "converted / addressed. NULL where the source does not tell."
revenue = "What they spent then. NULL where the source does not tell."
revenue_per_addressed = "revenue / addressed. NULL where the source does not tell."
*/
WITH answers AS (
    SELECT
        {% if by == "segment" %}
        coalesce(rfm.segment, '(no order)') AS band,
        {% elif by == "campaign_type" %}
        coalesce(campaign.campaign_type, '(unknown)') AS band,
        {% elif by == "campaign" %}
        campaign.name AS band,
        {% else %}
        coalesce(profile.{{ by }}, '(unknown)') AS band,
        {% endif %}
        response.customer_key,
        response.has_responded,
        response.has_converted,
        response.revenue
    FROM mart.campaign_response AS response
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = response.campaign_key
    {% if by == "segment" %}
    LEFT JOIN segmentation.rfm AS rfm ON rfm.customer_key = response.customer_key
    {% elif by not in ("campaign_type", "campaign") %}
    LEFT JOIN mart.customer_profile AS profile ON profile.customer_key = response.customer_key
    {% endif %}
    WHERE
        response.is_holdout IS NOT TRUE
        AND response.has_responded IS NOT NULL
        AND ($campaign_type IS NULL OR campaign.campaign_type = $campaign_type)
),

totals AS (
    SELECT
        band,
        count(DISTINCT customer_key) AS customers,
        count(*) AS addressed,
        count(*) FILTER (WHERE has_responded) AS responded,
        CASE WHEN count(has_converted) > 0 THEN count(*) FILTER (WHERE has_converted) END AS converted,
        sum(revenue) AS revenue
    FROM answers
    GROUP BY band
)

SELECT
    band,
    customers,
    addressed,
    responded,
    responded / addressed AS response_rate,
    stats.wilson_low(responded / addressed, addressed, stats.z_95()) AS rate_low,
    stats.wilson_high(responded / addressed, addressed, stats.z_95()) AS rate_high,
    converted,
    converted / addressed AS conversion_rate,
    main.money(revenue) AS revenue,
    main.money(revenue / addressed) AS revenue_per_addressed
FROM totals
ORDER BY band
