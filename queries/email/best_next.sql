/*
question = "Which kind of mail should each segment get next?"
doc = """
Each kind of campaign by each segment (or trait) of the people whom it addressed: how many answered (mart.campaign_response: what a source told or, where none did, a click by a person), bought, and spent. \
expected_rate is what to expect of the next one: the rate seen, drawn towards what segment and kind alone lead one to expect (rate of the segment x rate of the kind / rate of all) as by prior further people, so that few answers don't decide. \
place 1 is the best of the segment by it; is_sure says whether it was really answered more than the next best: 30 times addressed or more, by the test of two proportions at 5 %, corrected for the number of segments by Holm's method (1979). People held out are left out, and kinds that nobody can be sent at will (fixed)."""
misleads = "An answer is not effect: see email/holdout. Segments and traits are those of now."
grain = ["band", "campaign_type"]
headline = ["band", "place", "campaign_type", "addressed", "response_rate", "expected_rate", "is_sure"]
needs = ["star.fact_email or star.fact_campaign_response"]

[chart]
kind = "heat"
x = "campaign_type"
y = "band"
series = "expected_rate"

[finding]
text = "{band} answer {campaign_type} best: {expected_rate:percent} ({rate_low:percent} to {rate_high:percent} seen)."
sql = "SELECT band, campaign_type, expected_rate, rate_low, rate_high FROM answer WHERE place = 1 AND is_sure ORDER BY expected_rate DESC, band LIMIT 1"

[params]
by = { type = "choice", of = ["segment", "age_range", "income_range", "loyalty_tier", "gender", "education", "family", "marital_status", "country", "top_category"], default = "segment", doc = "The RFM segment of now, or a column of mart.customer_profile." }
what = { type = "choice", of = ["campaign_type", "campaign"], default = "campaign_type", doc = "What is compared: kinds of campaign or, where the kinds are not known, campaigns." }
prior = { type = "float", min = 0, max = 1000000, default = 50, doc = "People whose answers the expectation of segment and kind is worth." }
only_types = { type = "list[str]", default = [], doc = "Only these kinds of campaign (or campaigns). Default: all." }
fixed = { type = "list[str]", default = ["Welcome", "Abandoned Cart"], doc = "Kinds that are left out, unless only_types names them, because they answer what somebody does." }

[columns]
band = "Segment or value of the trait; (unknown) for those of whom it is not known, (no order) for customers in no segment."
campaign_type = "Kind of campaign, or campaign."
place = "Place among those of the band, 1 for the best."
addressed = "Times people were addressed."
responded = "Times they answered."
response_rate = "responded / addressed."
rate_low = "Lower end of Wilson's 95 % interval of it."
rate_high = "Upper end."
expected_rate = "What to expect of the next one."
gain = "expected_rate less that of the mean over what the band got."
p_holm = "Two-sided p-value of no difference between the best and the next best, corrected for the number of segments. NULL for the others."
is_sure = "Whether it is the best, addressed 30 times or more, with more answers than the next best and p_holm below 0.05."
revenue_per_addressed = "What they spent then, for each time. NULL where the source does not tell, or there are no orders in the warehouse."
*/
WITH answers AS (
    SELECT
        {% if by == "segment" %}
        coalesce(rfm.segment, '(no order)') AS band,
        {% else %}
        coalesce(profile.{{ by }}, '(unknown)') AS band,
        {% endif %}
        CASE $what WHEN 'campaign' THEN coalesce(campaign.mailing, campaign.name) ELSE campaign.campaign_type END AS campaign_type,
        list_contains($fixed, campaign.campaign_type) AS is_fixed,
        response.has_responded,
        response.revenue
    FROM mart.campaign_response AS response
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = response.campaign_key
    {% if by == "segment" %}
    LEFT JOIN segmentation.rfm AS rfm ON rfm.customer_key = response.customer_key
    {% else %}
    LEFT JOIN mart.customer_profile AS profile ON profile.customer_key = response.customer_key
    {% endif %}
    WHERE response.is_holdout IS NOT TRUE AND response.has_responded IS NOT NULL
),

cells AS (
    SELECT
        band,
        campaign_type,
        count(*) AS addressed,
        count(*) FILTER (WHERE has_responded) AS responded,
        sum(revenue) AS revenue
    FROM answers
    WHERE CASE WHEN array_length($only_types) = 0 THEN NOT is_fixed ELSE list_contains($only_types, campaign_type) END
    GROUP BY band, campaign_type
),

-- The rate of segment and kind alone: as if they had nothing to do with each other.
rates AS (
    SELECT
        cells.*,
        CAST(sum(responded) OVER (PARTITION BY band) AS DOUBLE) / CAST(sum(addressed) OVER (PARTITION BY band) AS DOUBLE) AS band_rate,
        CAST(sum(responded) OVER (PARTITION BY campaign_type) AS DOUBLE) / CAST(sum(addressed) OVER (PARTITION BY campaign_type) AS DOUBLE) AS kind_rate,
        CAST(sum(responded) OVER () AS DOUBLE) / CAST(sum(addressed) OVER () AS DOUBLE) AS all_rate
    FROM cells
),

expectations AS (
    SELECT
        rates.*,
        (responded + $prior * CASE WHEN all_rate = 0 THEN 0 WHEN band_rate * kind_rate > all_rate THEN 1 ELSE band_rate * kind_rate / all_rate END) / (addressed + $prior) AS expected_rate
    FROM rates
),

placed AS (
    SELECT
        expectations.*,
        stats.wilson_low(responded / addressed, addressed, stats.z_95()) AS rate_low,
        stats.wilson_high(responded / addressed, addressed, stats.z_95()) AS rate_high,
        row_number() OVER (PARTITION BY band ORDER BY expected_rate DESC, campaign_type) AS place,
        main.ratio(sum(CAST(addressed AS DOUBLE) * expected_rate) OVER (PARTITION BY band), sum(addressed) OVER (PARTITION BY band)) AS usual_rate
    FROM expectations
),

-- The best beside the next best of its band.
followed AS (
    SELECT
        placed.*,
        CASE WHEN place = 1 THEN max(responded) OVER (PARTITION BY band ORDER BY place ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING) END AS next_responded,
        CASE WHEN place = 1 THEN max(addressed) OVER (PARTITION BY band ORDER BY place ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING) END AS next_addressed
    FROM placed
),

compared AS (
    SELECT followed.*, CAST(responded + next_responded AS DOUBLE) / (addressed + next_addressed) AS pooled
    FROM followed
),

scored AS (
    SELECT
        compared.*,
        (responded / addressed - next_responded / next_addressed) / nullif(sqrt(pooled * (1 - pooled) * (1 / addressed + 1 / next_addressed)), 0) AS z
    FROM compared
),

tested AS (
    SELECT scored.*, 2 * stats.normal_tail(abs(z)) AS p_value
    FROM scored
),

corrected AS (
    SELECT tested.*, count(p_value) OVER () AS tests, row_number() OVER (ORDER BY p_value NULLS LAST, band, place) AS test_place
    FROM tested
),

judged AS (
    SELECT
        corrected.*,
        CASE
            WHEN p_value IS NOT NULL
                THEN max(least(1, p_value * (tests - test_place + 1))) OVER (ORDER BY test_place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        END AS p_holm
    FROM corrected
)

SELECT
    band,
    campaign_type,
    place,
    addressed,
    responded,
    responded / addressed AS response_rate,
    rate_low,
    rate_high,
    expected_rate,
    expected_rate - usual_rate AS gain,
    p_holm,
    place = 1 AND addressed >= 30 AND coalesce(z > 0 AND p_holm < 0.05, false) AS is_sure,
    main.ratio(revenue, addressed) AS revenue_per_addressed
FROM judged
ORDER BY band, place
