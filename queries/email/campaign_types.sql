/*
question = "Is the rate of one kind of campaign really above that of another?"
doc = """
Each pair of kinds of campaign, the one with the higher rate first: the difference of their rates, its 95 % interval, and the p-value of a two-sided test, also \
corrected for the number of pairs by Holm's method (1979). test says what varies. clustered, the default: campaigns, each with its own subject and day; the rates are ratios of sums, their \
variance that of a ratio with campaigns as clusters, but never below what chance makes of as many mails at the rate of both kinds together, with Welch's degrees of freedom. welch: the textbook's t-test of the campaigns' rates, each campaign \
counting as one; it tells nothing of a kind with fewer than three campaigns, without any event, or whose campaigns all have the same rate. \
z: the test of two proportions as if each mail stood for itself, with Newcombe's interval (1998). Of a report that tells no unique opens (or clicks), all opens are taken, mails delivered at most."""
misleads = """
z finds a difference almost always, for mails of one campaign are alike; believe it only of two campaigns sent at random. Kinds go to different people at different times: a higher rate does \
not say that the same people would open more of it. Open rates hold opens by machines where a source cannot tell."""
grain = ["campaign_type", "other_type"]
headline = ["pair", "rate", "other_rate", "difference", "p_holm", "verdict"]
needs = ["star.fact_email or star.fact_email_report.unique_opens or star.fact_email_report.opens", "star.fact_email or star.fact_email_report.delivered or star.fact_email_report.hard_bounces", "star.dim_campaign.campaign_type"]

[chart]
kind = "interval"
x = "pair"
y = "difference"
low = "low"
high = "high"

[finding]
text = "{campaign_type} is above {other_type}: {rate:percent} against {other_rate:percent}, with {pairs:count} pairs compared."
sql = "SELECT campaign_type, other_type, rate, other_rate, (SELECT count(*) FROM answer) AS pairs FROM answer WHERE verdict = 'higher' ORDER BY p_holm, campaign_type, other_type LIMIT 1"

[params]
test = { type = "choice", of = ["clustered", "welch", "z"], default = "clustered", doc = "What the test takes as one observation; see above." }

[columns]
campaign_type = "The kind with the higher rate."
other_type = "The kind with the lower rate."
pair = "Both, as in A over B."
campaigns = "Campaigns of the first kind."
other_campaigns = "Campaigns of the other."
mails = "Mails of the first kind that the rate is of."
other_mails = "Mails of the other."
rate = "Its rate; with welch, the mean of the campaigns' rates."
other_rate = "That of the other."
difference = "rate - other_rate."
low = "Lower end of its 95 % interval. NULL where it can't be told, as with one campaign of a kind (with welch two)."
high = "Upper end of the interval."
effect_size = "Cohen's h: the difference of the two rates on the scale of arcsines; 0.2 is small, 0.5 medium."
statistic = "t, or z."
degrees = "Degrees of freedom of t. NULL for z."
p_value = "Two-sided p-value. NULL where it can't be told."
p_holm = "The same, corrected for all pairs."
verdict = "higher, where p_holm is below 0.05; no evidence, where it is not; too little data, where it can't be told."
*/
{% from "email/_campaigns.sql" import campaign_totals %}
{% from "email/_rates.sql" import rated, clustered %}
WITH {{ campaign_totals() }},

{{ rated("campaign_totals") }},

{{ clustered("rated", "campaign_type") }},

kinds AS (
    SELECT
        campaign_type,
        campaigns,
        mails,
        CAST(mails AS DOUBLE) AS size,
        CASE $test WHEN 'welch' THEN mean_rate ELSE rate END AS rate,
        CASE $test
            WHEN 'welch' THEN CASE WHEN campaigns > 2 AND events > 0 AND rate_variance > 0 THEN rate_variance / campaigns END
            WHEN 'clustered' THEN variance
        END AS seen_error
    FROM clustered
),

compared AS (
    SELECT
        kind.campaign_type,
        other.campaign_type AS other_type,
        kind.campaigns,
        other.campaigns AS other_campaigns,
        kind.mails,
        other.mails AS other_mails,
        kind.size,
        other.size AS other_size,
        kind.rate,
        other.rate AS other_rate,
        kind.rate - other.rate AS difference,
        kind.seen_error,
        other.seen_error AS other_seen_error,
        (kind.rate * kind.size + other.rate * other.size) / (kind.size + other.size) AS pooled
    FROM kinds AS kind
    INNER JOIN kinds AS other
        ON kind.rate > other.rate OR (kind.rate = other.rate AND kind.campaign_type < other.campaign_type)
),

-- Few campaigns may agree by chance: what their mails would differ by, had both kinds one rate, is the least that is believed.
errors AS (
    SELECT
        compared.*,
        CASE WHEN $test = 'clustered' AND seen_error < pooled * (1 - pooled) / size THEN pooled * (1 - pooled) / size ELSE seen_error END AS squared_error,
        CASE WHEN $test = 'clustered' AND other_seen_error < pooled * (1 - pooled) / other_size THEN pooled * (1 - pooled) / other_size ELSE other_seen_error END AS other_squared_error
    FROM compared
),

pairs AS (
    SELECT
        errors.*,
        sqrt(squared_error + other_squared_error) AS standard_error,
        CASE
            WHEN campaigns > 1 AND other_campaigns > 1
                THEN power(squared_error + other_squared_error, 2)
                    / nullif(power(squared_error, 2) / (campaigns - 1) + power(other_squared_error, 2) / (other_campaigns - 1), 0)
        END AS degrees
    FROM errors
),

scores AS (
    SELECT
        pairs.*,
        CASE $test
            WHEN 'z' THEN difference / nullif(sqrt(pooled * (1 - pooled) * (1 / size + 1 / other_size)), 0)
            ELSE difference / nullif(standard_error, 0)
        END AS statistic,
        -- Between the closed forms of one and two degrees the approximations of t are poor: take the safe side.
        CASE WHEN degrees < 3 THEN greatest(floor(degrees), 1) ELSE degrees END AS told_degrees
    FROM pairs
),

tested AS (
    SELECT
        scores.*,
        CASE $test WHEN 'z' THEN 2 * stats.normal_tail(abs(statistic)) ELSE stats.student_t_p(statistic, told_degrees) END AS p_value,
        CASE WHEN $test <> 'z' THEN stats.student_t_quantile(0.975, told_degrees) * standard_error END AS margin
    FROM scores
),

corrected AS (
    SELECT
        tested.*,
        count(p_value) OVER () AS tests,
        row_number() OVER (ORDER BY p_value NULLS LAST, campaign_type, other_type) AS place
    FROM tested
)

SELECT
    campaign_type,
    other_type,
    campaign_type || ' over ' || other_type AS pair,
    campaigns,
    other_campaigns,
    mails,
    other_mails,
    rate,
    other_rate,
    difference,
    CASE $test
        WHEN 'z' THEN difference - sqrt(power(rate - stats.wilson_low(rate, size, stats.z_95()), 2) + power(stats.wilson_high(other_rate, other_size, stats.z_95()) - other_rate, 2))
        ELSE difference - margin
    END AS low,
    CASE $test
        WHEN 'z' THEN difference + sqrt(power(stats.wilson_high(rate, size, stats.z_95()) - rate, 2) + power(other_rate - stats.wilson_low(other_rate, other_size, stats.z_95()), 2))
        ELSE difference + margin
    END AS high,
    2 * asin(sqrt(rate)) - 2 * asin(sqrt(other_rate)) AS effect_size,
    statistic,
    CASE WHEN $test <> 'z' THEN degrees END AS degrees,
    p_value,
    CASE
        WHEN p_value IS NOT NULL
            THEN max(least(1, p_value * (tests - place + 1))) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    END AS p_holm,
    CASE
        WHEN p_value IS NULL THEN 'too little data'
        WHEN max(least(1, p_value * (tests - place + 1))) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) < 0.05 THEN 'higher'
        ELSE 'no evidence'
    END AS verdict
FROM corrected
ORDER BY p_value NULLS LAST, campaign_type, other_type
