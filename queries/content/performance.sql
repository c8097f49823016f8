/*
question = "Which content is used, and which goes on being used?"
doc = """
One row an asset: its views, downloads and leads in the range, and how its use goes on. launch_views_per_day is of the first 30 days since it was published, later_views_per_day of those from day later_from on; lasting_share is the second over the first. \
It is NULL where the range does not hold all of the first 30 days, or no later day. A day without a row is a day without views, from the day of publication (or the asset's first row) to the last day of the data in the range."""
misleads = "More readers come as the company grows, and topics have seasons, so lasting_share of an asset of the low season looks low. Downloads and leads are at least as much the doing of the kind as of the asset."
grain = ["content_id"]
headline = ["title", "content_type", "views", "views_per_day", "lasting_share", "life", "leads"]
needs = ["star.fact_content"]

[chart]
kind = "bar"
x = "title"
y = "views"
series = "content_type"

[finding]
text = "{lasting:count} of {known:count} assets of which it is known go on being used; the most viewed of them is {title}, with {views:count} views."
sql = """
SELECT
    count(*) FILTER (WHERE life = 'lasting') AS lasting,
    count(lasting_share) AS known,
    max_by(title, (views, content_id)) FILTER (WHERE life = 'lasting') AS title,
    max(views) FILTER (WHERE life = 'lasting') AS views
FROM answer
HAVING count(*) FILTER (WHERE life = 'lasting') > 0"""

[params]
start = { type = "timestamp", doc = "First day of use, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the days of use, exclusive. Default: all." }
only_type = { type = "str", doc = "Only assets of this kind, in any letter case; an error where there is none. Default: all." }
later_from = { type = "int", min = 30, max = 3650, default = 90, doc = "Days since publication from which on use is later use." }
lasting_from = { type = "float", min = 0, max = 10, default = 0.25, doc = "lasting_share from which on an asset lasts." }

[columns]
content_id = "Asset, as in star.fact_content."
title = "Its title."
content_type = "Kind of asset."
topic = "What it is about. NULL when not known."
published_on = "Day on which it was published. NULL when not known."
days = "Days on which it could be used in the range."
views = "Times viewed."
views_per_day = "views / days."
downloads = "Times downloaded."
download_rate = "downloads / views."
leads = "Leads that it brought."
lead_rate = "leads / views."
launch_views_per_day = "Views a day of the first 30 days. NULL where the range does not hold them."
later_views_per_day = "Views a day from later_from on. NULL where no such day is in the range."
lasting_share = "later_views_per_day / launch_views_per_day."
life = "lasting or fading, by lasting_from; young, where no later day has come; unknown, where the launch is not on record."
*/
{% from "_shared/words.sql" import asked_words, is_asked %}
WITH {{ asked_words("$only_type", "content_type", "star.fact_content") }},

daily AS (
    SELECT content.*, days.date
    FROM star.fact_content AS content
    INNER JOIN star.dim_date AS days ON days.date_key = content.date_key
    WHERE
        days.date IS NOT NULL
        AND ($start IS NULL OR days.date >= $start)
        AND ($until IS NULL OR days.date < $until)
),

bounds AS (
    SELECT min(date) AS first_day, max(date) AS last_day
    FROM daily
),

assets AS (
    SELECT
        daily.content_id,
        max_by(daily.title, daily.date) AS title,
        max_by(daily.content_type, daily.date) AS content_type,
        max_by(daily.topic, daily.date) AS topic,
        min(daily.published_on) AS published_on,
        bounds.first_day,
        bounds.last_day,
        greatest(coalesce(min(daily.published_on), min(daily.date)), bounds.first_day) AS usable_from,
        sum(daily.views) AS views,
        sum(daily.downloads) AS downloads,
        sum(daily.leads) AS leads,
        sum(CASE WHEN date_diff('day', daily.published_on, daily.date) BETWEEN 0 AND 29 THEN daily.views END) AS launch_views,
        sum(CASE WHEN date_diff('day', daily.published_on, daily.date) >= $later_from THEN daily.views END) AS later_views
    FROM daily
    CROSS JOIN bounds
    CROSS JOIN asked_words
    WHERE
        {{ is_asked("$only_type", "daily.content_type") }}
    GROUP BY daily.content_id, bounds.first_day, bounds.last_day
),

lives AS (
    SELECT
        assets.*,
        date_diff('day', usable_from, last_day) + 1 AS days,
        CASE
            WHEN published_on >= first_day AND date_diff('day', published_on, last_day) >= 29 THEN CAST(coalesce(launch_views, 0) AS DOUBLE) / 30
        END AS launch_rate,
        CASE
            WHEN date_diff('day', published_on, last_day) >= $later_from
                THEN CAST(coalesce(later_views, 0) AS DOUBLE)
                    / (date_diff('day', published_on, last_day) + 1 - greatest($later_from, date_diff('day', published_on, first_day)))
        END AS later_rate
    FROM assets
)

SELECT
    content_id,
    title,
    content_type,
    topic,
    published_on,
    days,
    CAST(views AS BIGINT) AS views,
    main.ratio(views, days) AS views_per_day,
    CAST(downloads AS BIGINT) AS downloads,
    main.ratio(downloads, views) AS download_rate,
    CAST(leads AS BIGINT) AS leads,
    main.ratio(leads, views) AS lead_rate,
    launch_rate AS launch_views_per_day,
    later_rate AS later_views_per_day,
    main.ratio(later_rate, launch_rate) AS lasting_share,
    CASE
        WHEN published_on IS NULL OR published_on < first_day THEN 'unknown'
        WHEN launch_rate IS NULL OR later_rate IS NULL THEN 'young'
        WHEN main.ratio(later_rate, launch_rate) >= $lasting_from THEN 'lasting'
        ELSE 'fading'
    END AS life
FROM lives
ORDER BY views DESC, content_id
