/*
question = "Which kind of campaign does this subject line sound like, and how many would open it?"
doc = """
A row a kind of campaign: the chance that the line is of it, by the words of the lines that were sent (martlet model fit subject_type), and the share of mails that would be opened if a campaign of this kind had it (martlet model fit opens). Without a line asked for, that of the last campaign is taken. What no fit tells is NULL."""
misleads = "Words that no line has had teach nothing, and known_words says how many are left. Whether a word makes people open, only a test on parts of one audience tells: email/subject_lines."
grain = ["campaign_type"]
headline = ["campaign_type", "chance", "open_rate", "known_words", "words"]
needs = ["model.term"]

[chart]
kind = "bar"
x = "campaign_type"
y = "chance"

[finding]
text = "The line sounds like {campaign_type}, with a chance of {chance:percent}."
sql = "SELECT campaign_type, chance FROM answer WHERE chance IS NOT NULL ORDER BY chance DESC, campaign_type LIMIT 1"

[params]
subject = { type = "str", doc = "The subject line; {first_name} stands for the recipient's name. Default: that of the last campaign." }
type_fit = { type = "str", default = "subject_type", doc = "Name of the fit of kinds." }
open_fit = { type = "str", default = "opens", doc = "Name of the fit of opens." }

[columns]
campaign_type = "Kind of campaign; (any) where the fit of opens knows no kinds and there is no other."
line = "The subject line."
chance = "Chance that the line is of this kind, as against the others. NULL without a fit of kinds, and where it knows none of the words."
open_rate = "Share of mails that would be opened if a campaign of this kind had the line. NULL without a fit of opens."
words = "Words of the line, as main.line_words writes them."
known_words = "Of these, those that a fit has learnt."
*/
WITH asked_line AS (
    SELECT coalesce($subject, (
        SELECT arg_max(campaign.subject_line, row(campaign.starts_on, campaign.campaign_key))
        FROM star.dim_campaign AS campaign
        WHERE campaign.subject_line IS NOT NULL
    )) AS line
),

all_words AS (
    SELECT unnest(main.line_words(line)) AS word
    FROM asked_line
),

counted_words AS (
    SELECT word, count(*) AS times
    FROM all_words
    GROUP BY word
),

asked_models AS (
    SELECT registry.model, split_part(registry.model, '.', 1) = $type_fit AS is_of_kinds
    FROM model.registry AS registry
    WHERE
        registry.is_chosen
        AND CASE registry.task
            WHEN 'subject_type' THEN split_part(registry.model, '.', 1) = $type_fit
            WHEN 'opens' THEN split_part(registry.model, '.', 1) = $open_fit
            ELSE false
        END
),

terms AS (
    SELECT asked_models.is_of_kinds, term.class, term.term, term.idf, term.weight
    FROM model.term AS term
    INNER JOIN asked_models ON asked_models.model = term.model
),

-- The words of the line weigh one together.
weighed_words AS (
    SELECT
        terms.is_of_kinds,
        terms.class,
        terms.weight,
        counted_words.times * terms.idf AS value,
        sqrt(sum((counted_words.times * terms.idf) ** 2) OVER (PARTITION BY terms.is_of_kinds, terms.class)) AS whole
    FROM terms
    INNER JOIN counted_words ON counted_words.word = terms.term
    WHERE terms.idf IS NOT NULL
),

word_sums AS (
    SELECT is_of_kinds, class, sum(weight * value / whole) AS total
    FROM weighed_words
    GROUP BY is_of_kinds, class
),

kind_sums AS (
    SELECT terms.class AS campaign_type, terms.weight + coalesce(word_sums.total, 0) AS raw
    FROM terms
    LEFT JOIN word_sums ON word_sums.is_of_kinds AND word_sums.class = terms.class
    WHERE terms.is_of_kinds AND terms.term = '(constant)'
),

kind_chances AS (
    SELECT campaign_type, 1 / sum(exp(other_raw - raw)) AS chance
    FROM (
        SELECT kind_sums.campaign_type, kind_sums.raw, others.raw AS other_raw
        FROM kind_sums
        CROSS JOIN kind_sums AS others
    ) AS pairs
    GROUP BY campaign_type
),

open_sums AS (
    SELECT
        max(terms.weight) FILTER (WHERE terms.term = '(constant)')
        + max(terms.weight) FILTER (WHERE terms.term = '(length)') * length(max(asked_line.line)) / 10
        + coalesce(max(word_sums.total), 0) AS raw
    FROM terms
    CROSS JOIN asked_line
    LEFT JOIN word_sums ON NOT word_sums.is_of_kinds
    WHERE NOT terms.is_of_kinds
),

open_kinds AS (
    SELECT substr(terms.term, 8) AS campaign_type, terms.weight
    FROM terms
    WHERE NOT terms.is_of_kinds AND starts_with(terms.term, '(type) ')
),

all_kinds AS (
    SELECT campaign_type FROM kind_chances
    UNION
    SELECT campaign_type FROM open_kinds
),

some_kinds AS (
    SELECT campaign_type FROM all_kinds
    UNION ALL
    SELECT '(any)' FROM asked_models WHERE (SELECT count(*) FROM all_kinds) = 0 GROUP BY ALL
),

word_counts AS (
    SELECT
        (SELECT count(*) FROM all_words) AS words,
        (SELECT coalesce(sum(times), 0) FROM counted_words WHERE word IN (SELECT term FROM terms WHERE idf IS NOT NULL)) AS known_words
)

SELECT
    some_kinds.campaign_type,
    asked_line.line,
    CASE WHEN word_counts.known_words > 0 THEN kind_chances.chance END AS chance,
    1 / (1 + exp(-(open_sums.raw + coalesce(open_kinds.weight, 0)))) AS open_rate,
    word_counts.words,
    CAST(word_counts.known_words AS BIGINT) AS known_words
FROM some_kinds
CROSS JOIN asked_line
CROSS JOIN word_counts
CROSS JOIN open_sums
LEFT JOIN kind_chances ON kind_chances.campaign_type = some_kinds.campaign_type
LEFT JOIN open_kinds ON open_kinds.campaign_type = some_kinds.campaign_type
ORDER BY kind_chances.chance DESC NULLS LAST, some_kinds.campaign_type
