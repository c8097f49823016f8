-- Subject lines: how many and how alike.
WITH lines AS (
    SELECT subject_line, count(*) AS campaigns
    FROM star.dim_campaign
    WHERE subject_line IS NOT NULL
    GROUP BY subject_line
)

SELECT
    NULL AS by_type,
    count(*) AS distinct_lines,
    cast(max(campaigns) AS DOUBLE) / sum(campaigns) AS share_of_the_most_frequent_line,
    avg(length(subject_line)) AS characters,
    avg(CASE WHEN contains(subject_line, '{first_name}') THEN 1.0 ELSE 0.0 END) AS share_with_a_first_name
FROM lines
