/*
question = "What in a subject line makes people open?"
doc = """
What goes with a feature of the line, the others being equal: the factor on the open rate, with its 95 % interval. It comes from a regression of the logarithm of the campaigns' open rates on \
all features at once, each weighing by what its opens tell (and no factor surer than these opens), within strata: the versions of one mailing, which went to parts of one audience at random, are compared with each other; \
a campaign that stands alone, with the others of its kind that do. Beside it the plain rates of the lines with and without the feature, which mix all else in. Opens are those by people, \
or by whomever where a source cannot tell for one of the campaigns. first name is a placeholder for a name in any tool's writing; The last one is length: ten characters more, or one word more (length_in). A feature that the campaigns don't tell from others has no factor, nor have these. Of a report that tells no unique opens (or clicks), all opens are taken, mails delivered at most."""
misleads = "Only versions of one mailing are an experiment: where campaigns stand alone, lines with a feature may have gone out on better days. Of eight features without effect one has a p-value below 0.05 in a third of all cases. Open rates that hold opens by machines make every factor look nearer to 1."
grain = ["feature"]
headline = ["feature", "campaigns", "factor", "factor_low", "factor_high", "p_value"]
needs = ["star.fact_email or star.fact_email_report.unique_opens or star.fact_email_report.opens", "star.fact_email or star.fact_email_report.delivered or star.fact_email_report.hard_bounces", "star.dim_campaign.subject_line"]

[chart]
kind = "interval"
x = "feature"
y = "factor"
low = "factor_low"
high = "factor_high"
reference = 1

[finding]
text = "{feature} in the subject line goes with {change} opens: times {factor:number} ({factor_low:number} to {factor_high:number})."
sql = "SELECT feature, CASE WHEN factor > 1 THEN 'more' ELSE 'fewer' END AS change, factor, factor_low, factor_high FROM answer WHERE p_value < 0.05 / (SELECT count(*) FROM answer) ORDER BY p_value, feature LIMIT 1"

[params]
word = { type = "str", doc = "A word, or words in a row, of your own, in any letter case, as one more feature: whole words, whatever stands between them. Default: none." }
length_in = { type = "choice", of = ["characters", "words"], default = "characters", doc = "What length is counted in: ten characters, or one word." }

[columns]
feature = "Feature of the line; the last is its length, in ten characters or in words."
campaigns = "Campaigns whose line has it; of length, all."
delivered = "Their mails delivered."
open_rate = "Opens of these per mail delivered."
other_open_rate = "The same of the campaigns whose line has it not. NULL for length."
factor = "Times how many opens go with it, the other features being equal. NULL where the campaigns don't tell, as of features that always come together."
factor_low = "Lower end of its 95 % interval."
factor_high = "Upper end."
p_value = "Two-sided p-value of no effect, by Student's t."
*/
{% set features = [
    ("first name", "[{][^}]*name[^}]*[}]|[*][|][a-z_]*name[a-z_]*[|][*]"),
    ("urgency", "\\b(today|tonight|hurry|last chance|ends|final|soon|while stocks last|now only|expires?)\\b"),
    ("question", "[?]"),
    ("exclamation", "!"),
    ("number", "[0-9]"),
    ("emoji", "[\\x{2190}-\\x{2BFF}\\x{1F000}-\\x{1FAFF}]"),
    ("discount", "%|\\b(save|off|sale|deals?|free)\\b"),
] %}
{% from "email/_kinds.sql" import asked_campaigns %}
{% from "email/_campaigns.sql" import campaign_totals %}
{% from "_shared/regression.sql" import coefficients %}
WITH RECURSIVE {{ campaign_totals() }},

{{ asked_campaigns() }},

opened_by AS (
    SELECT count(*) FILTER (WHERE unique_human_opens IS NULL) = 0 AS people_opened
    FROM campaign_totals
),

lines AS (
    SELECT
        totals.campaign_key AS observation,
        coalesce('mailing ' || totals.mailing, 'alone ' || totals.campaign_type) AS stratum,
        totals.subject_line,
        ' ' || regexp_replace(lower(totals.subject_line), '[^\p{L}\p{N}]+', ' ', 'g') || ' ' AS words,
        CAST(totals.delivered AS DOUBLE) AS delivered,
        CAST(CASE WHEN opened_by.people_opened THEN totals.unique_human_opens ELSE totals.unique_opens END AS DOUBLE) AS opens
    FROM campaign_totals AS totals
    INNER JOIN asked_campaigns AS campaign ON campaign.campaign_key = totals.campaign_key
    CROSS JOIN opened_by
    WHERE
        totals.subject_line IS NOT NULL
        AND totals.delivered > 0
        AND CASE WHEN opened_by.people_opened THEN totals.unique_human_opens ELSE totals.unique_opens END <= totals.delivered
),

-- Half an open more keeps the logarithm where nobody opened; the rate of the stratum says what an open tells, since a version's own would favour the lucky ones.
regressed AS (
    SELECT
        observation,
        stratum,
        ln((opens + 0.5) / (delivered + 1)) AS outcome,
        (delivered + 1) * stratum_rate / (1 - stratum_rate) AS weight
    FROM (
        SELECT lines.*, (sum(opens) OVER (PARTITION BY stratum) + 0.5) / (sum(delivered) OVER (PARTITION BY stratum) + 1) AS stratum_rate
        FROM lines
    ) AS rated
),

line_features AS (
    SELECT lines.observation, lines.delivered, lines.opens, listed.position, listed.feature, listed.value
    FROM lines
    CROSS JOIN LATERAL (
        VALUES
            {% for name, pattern in features %}
            ({{ loop.index }}, '{{ name }}', CASE WHEN regexp_matches(lower(lines.subject_line), '{{ pattern }}') THEN 1.0 ELSE 0.0 END),
            {% endfor %}
            (90, CASE $length_in WHEN 'words' THEN 'one word more' ELSE 'ten characters more' END, CASE $length_in WHEN 'words' THEN CAST(length(regexp_replace(trim(lines.subject_line), '[^ ]+ *', 'x', 'g')) AS DOUBLE) ELSE length(lines.subject_line) / 10.0 END),
            (91, 'word: ' || coalesce(lower($word), ''), CASE WHEN contains(lines.words, ' ' || trim(regexp_replace(lower($word), '[^\p{L}\p{N}]+', ' ', 'g')) || ' ') THEN 1.0 ELSE 0.0 END)
    ) AS listed (position, feature, value)
    WHERE
        CASE
            WHEN listed.position <> 91 THEN true
            WHEN $word IS NULL THEN false
            WHEN regexp_matches($word, '[\p{L}\p{N}]') THEN true
            ELSE error('word must hold a letter or a digit')
        END
),

regressors AS (
    SELECT observation, position + 100 AS term, value
    FROM line_features
),

{{ coefficients("1") }},

plain_rates AS (
    SELECT
        position,
        feature,
        count(*) FILTER (WHERE value > 0) AS campaigns,
        CAST(coalesce(sum(delivered) FILTER (WHERE value > 0), 0) AS BIGINT) AS delivered,
        main.ratio(sum(opens) FILTER (WHERE value > 0), sum(delivered) FILTER (WHERE value > 0)) AS open_rate,
        main.ratio(sum(opens) FILTER (WHERE value = 0), sum(delivered) FILTER (WHERE value = 0)) AS other_open_rate
    FROM line_features
    GROUP BY position, feature
)

SELECT
    plain_rates.feature,
    plain_rates.campaigns,
    plain_rates.delivered,
    plain_rates.open_rate,
    plain_rates.other_open_rate,
    exp(effects.coefficient) AS factor,
    exp(effects.coefficient - effects.error_margin) AS factor_low,
    exp(effects.coefficient + effects.error_margin) AS factor_high,
    effects.p_value
FROM plain_rates
LEFT JOIN effects ON effects.term = plain_rates.position + 100
ORDER BY plain_rates.position
