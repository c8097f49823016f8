/*
[params]
steps = { type = "list[str]", least = 2, most = 8, default = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"], doc = "The steps to pass, 2 to 8, in order; one may come again. A step is a stage (Product Page) or says what its event must be: stage:Product Page, event:search (or what the source calls it), page:cart (a type of page), page:/blog or page:/blog/* (a path, or all that begin so), product:SKU-1 (or a name), category:Beauty, value>=50 (also >, <=, <, =). Several at once with &: event:add_to_cart & category:Beauty & value>=50. A word with & or a comma in it stands in double quotes: category:\"Home & Kitchen\"." }
exclusions = { type = "list[str]", most = 4, default = [], doc = "Events, written like steps, that disqualify an attempt when they come after one step and not after another: event:search between 2 and 3. Without between: from the first step to the last. At most 4." }
*/
{% set most_steps = 8 %}
{# Their places: those of the steps asked for, and those of the exclusions. #}
{% set places = range(1, steps_length + 1) | list + range(most_steps + 1, most_steps + exclusions_length + 1) | list %}
{% set stages = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"] %}
{% set kinds = ["page_view", "product_view", "add_to_cart", "begin_checkout", "purchase", "click", "video_play", "form_submit", "search", "other"] %}
{# What sources call these, as loaders/ingest/entities/events.toml has it, which a load understands. #}
{% set other_words = {
    "page_view": ["pageview", "view_page", "screen_view"],
    "product_view": ["view_item", "view_product", "product_viewed", "viewed_product", "viewcontent"],
    "add_to_cart": ["addtocart", "cart", "added_to_cart", "product_added"],
    "begin_checkout": ["checkout", "initiatecheckout", "checkout_started", "started_checkout"],
    "purchase": ["order", "order_completed", "placed_order", "transaction"],
    "click": ["select_content", "link_click"],
    "video_play": ["video_start", "play"],
    "form_submit": ["generate_lead", "form_submitted"],
    "search": ["view_search_results", "site_search"],
} %}
{% set subjects = ["stage", "event", "page", "product", "category"] %}

{# What was asked, understood. Each step is a bit of a mask, 1 for the first; the four exclusions follow the eight steps. #}
{% macro conditions() %}
asked AS (
    SELECT
        numbers.number,
        CASE
            WHEN numbers.number <= {{ most_steps }} THEN list_extract($steps, numbers.number)
            ELSE list_extract($exclusions, numbers.number - {{ most_steps }})
        END AS description
    FROM (VALUES {% for n in places %}({{ n }}){{ "" if loop.last else ", " }}{% endfor %}) AS numbers (number)
    WHERE
        numbers.number <= array_length($steps)
        OR (numbers.number > {{ most_steps }} AND numbers.number - {{ most_steps }} <= array_length($exclusions))
),

parts AS (
    SELECT
        number,
        regexp_extract(description, '[ ]between[ ]+([0-9]) and [0-9] *$', 1) AS after_step,
        regexp_extract(description, '[ ]between[ ]+[0-9] and ([0-9]) *$', 1) AS before_step,
        -- At each & that is not in quotes.
        unnest(regexp_extract_all(regexp_replace(description, '[ ]between[ ]+[0-9] and [0-9] *$', ''), '(?:: *"(?:[^"]|"")*"|[^&])+', 0)) AS part
    FROM asked
),

worded AS (
    SELECT
        number,
        after_step,
        before_step,
        trim(part) AS part,
        CASE
            WHEN trim(part) IN ({% for stage in stages %}'{{ stage }}'{{ "" if loop.last else ", " }}{% endfor %}) THEN 'stage'
            WHEN regexp_matches(part, '^ *(stage|event|page|product|category) *: *[^ ]') THEN trim(split_part(part, ':', 1))
            WHEN regexp_matches(part, '^ *value *(>=|<=|>|<|=) *-?[0-9]+([.][0-9]{1,4})? *$') THEN 'value'
        END AS subject,
        regexp_extract(part, '(>=|<=|>|<|=)', 1) AS comparison,
        trim(regexp_replace(part, '^ *((stage|event|page|product|category) *:|value *(>=|<=|>|<|=))', '')) AS written
    FROM parts
),

-- What is in quotes is meant as it stands, a quote in it written twice.
unquoted AS (
    SELECT
        worded.*,
        CASE
            WHEN regexp_matches(written, '^".*"$') THEN replace(substr(written, 2, length(written) - 2), '""', '"')
            ELSE written
        END AS word
    FROM worded
),

understood AS (
    SELECT
        number,
        after_step,
        before_step,
        CASE
            WHEN subject IS NULL OR (subject = 'stage' AND word NOT IN ({% for stage in stages %}'{{ stage }}'{{ "" if loop.last else ", " }}{% endfor %}))
                THEN error('no step is written like ''' || part || ''': write a stage (Product Page), or event:search, page:cart, page:/blog/*, product:SKU-1, category:Beauty, value>=50; several at once with &, and a word with & or a comma in it in double quotes (category:"Home & Kitchen")')
            WHEN number <= {{ most_steps }} AND after_step <> '' THEN error('between tells where an exclusion holds, and ''' || part || ''' is a step')
            ELSE subject
        END AS subject,
        word,
        CASE regexp_replace(lower(word), '[ _-]+', '_', 'g')
            {% for kind in kinds %}
            {% for name in [kind] + other_words.get(kind, []) %}
            WHEN '{{ name }}' THEN '{{ kind }}'
            {% endfor %}
            {% endfor %}
        END AS kind,
        -- In cents: what is above 49.995 is 50.00 or more.
        CASE
            WHEN subject <> 'value' THEN NULL
            WHEN comparison = '>' THEN floor(TRY_CAST(word AS DOUBLE) * 100 + 0.00001) + 1
            WHEN comparison IN ('>=', '=') THEN ceil(TRY_CAST(word AS DOUBLE) * 100 - 0.00001)
        END AS least,
        CASE
            WHEN subject <> 'value' THEN NULL
            WHEN comparison = '<' THEN ceil(TRY_CAST(word AS DOUBLE) * 100 - 0.00001) - 1
            WHEN comparison IN ('<=', '=') THEN floor(TRY_CAST(word AS DOUBLE) * 100 + 0.00001)
        END AS greatest
    FROM unquoted
),

conditions AS (
    SELECT
        number,
        CAST(power(2, number - 1) AS BIGINT) AS bit,
        {% for subject in subjects %}
        CASE
            WHEN count(CASE WHEN subject = '{{ subject }}' THEN 1 END) > 1 THEN error('a step names {{ subject }} twice')
            ELSE max(CASE WHEN subject = '{{ subject }}' THEN word END)
        END AS {{ subject }},
        {% endfor %}
        max(CASE WHEN subject = 'event' THEN kind END) AS kind,
        count(CASE WHEN subject = 'value' THEN 1 END) AS values_named,
        CAST(coalesce(max(least), -4000000000000000000) AS BIGINT) AS least,
        CAST(coalesce(min(greatest), 4000000000000000000) AS BIGINT) AS greatest,
        CASE
            WHEN number <= {{ most_steps }} THEN NULL
            WHEN max(after_step) = '' THEN 1
            ELSE CAST(max(after_step) AS INTEGER)
        END AS after_step,
        CASE
            WHEN number <= {{ most_steps }} THEN NULL
            WHEN max(before_step) = '' THEN array_length($steps)
            ELSE CAST(max(before_step) AS INTEGER)
        END AS before_step
    FROM understood
    GROUP BY number
),

-- One row. A mask keeps the bits of the steps that a word of the event allows, those that name none of its kind included.
rules AS (
    SELECT
        {% for stage in stages %}
        CAST(sum(CASE WHEN coalesce(stage, '{{ stage }}') = '{{ stage }}' THEN bit ELSE 0 END) AS BIGINT) AS stage_{{ loop.index }},
        {% endfor %}
        CAST(sum(CASE WHEN stage IS NULL THEN bit ELSE 0 END) AS BIGINT) AS no_stage,
        {% for kind in kinds %}
        CAST(sum(CASE WHEN event IS NULL OR kind = '{{ kind }}' THEN bit ELSE 0 END) AS BIGINT) AS event_{{ loop.index }},
        {% endfor %}
        CAST(sum(CASE WHEN page IS NULL THEN bit ELSE 0 END) AS BIGINT) AS no_page,
        CAST(sum(CASE WHEN product IS NULL AND category IS NULL THEN bit ELSE 0 END) AS BIGINT) AS no_product,
        CAST(sum(CASE WHEN values_named = 0 THEN bit ELSE 0 END) AS BIGINT) AS no_value,
        CASE
            WHEN bool_or(after_step < 1 OR after_step >= before_step OR before_step > array_length($steps))
                THEN error('an exclusion lies between a step and a later one, such as: event:search between 1 and 2')
            WHEN $max_gap_minutes < $min_gap_minutes THEN error('max_gap_minutes is below min_gap_minutes: no step could follow another')
            WHEN $until <= $start THEN error('until does not lie after start: no entry could lie between them')
            ELSE CAST(sum(bit) AS BIGINT)
        END AS all_bits,
        count(event) AS events_named,
        sum(values_named) AS values_named,
        {% for n in places %}
        max(CASE WHEN number = {{ n }} AND values_named > 0 THEN least END) AS least_{{ n }},
        max(CASE WHEN number = {{ n }} AND values_named > 0 THEN greatest END) AS greatest_{{ n }},
        {% endfor %}
        {% for gap in range(1, steps_length) %}
        CAST(coalesce(sum(CASE WHEN after_step <= {{ gap }} AND before_step > {{ gap }} THEN bit END), 0) AS BIGINT) AS excluded_{{ gap }},
        {% endfor %}
        count(CASE WHEN after_step > 1 OR before_step < array_length($steps) THEN 1 END) AS partial_exclusions,
        count(after_step) AS exclusion_count
    FROM conditions
),

-- Only what a step names, so that joining them costs nothing where no step does.
named_pages AS (
    SELECT pages.page_key, CAST(sum(conditions.bit) AS BIGINT) AS bits
    FROM star.dim_page AS pages
    INNER JOIN conditions
        ON conditions.page IS NOT NULL
        AND (
            conditions.page = pages.path
            OR conditions.page = CAST(pages.page_type AS VARCHAR)
            OR (conditions.page LIKE '/%*' AND starts_with(pages.path, substr(conditions.page, 1, length(conditions.page) - 1)))
        )
    GROUP BY pages.page_key
),

named_products AS (
    SELECT products.product_key, CAST(sum(conditions.bit) AS BIGINT) AS bits
    FROM star.dim_product AS products
    INNER JOIN conditions
        ON coalesce(conditions.product, conditions.category) IS NOT NULL
        AND (conditions.product IS NULL OR conditions.product IN (products.product_id, products.name))
        AND (conditions.category IS NULL OR conditions.category = products.category)
    GROUP BY products.product_key
),

named_events AS (
    SELECT event AS word, CAST(sum(bit) AS BIGINT) AS bits
    FROM conditions
    WHERE event IS NOT NULL AND event NOT IN ({% for kind in kinds %}'{{ kind }}'{{ "" if loop.last else ", " }}{% endfor %})
    GROUP BY event
)
{%- endmacro %}

{# The bits of an event, from its row, rules, and the named rows that were joined to it. #}
{% macro bits() %}
CASE event.funnel_stage
    {% for stage in stages %}
    WHEN '{{ stage }}' THEN rules.stage_{{ loop.index }}
    {% endfor %}
    ELSE rules.no_stage
END
& CASE
    WHEN rules.events_named = 0 THEN rules.all_bits
    {% for kind in kinds %}
    WHEN event.event_name = '{{ kind }}' THEN rules.event_{{ loop.index }} | coalesce(named_event.bits, 0)
    {% endfor %}
    ELSE 0
END
& (rules.no_page | coalesce(named_page.bits, 0))
& (rules.no_product | coalesce(named_product.bits, 0))
& CASE
    WHEN rules.values_named = 0 THEN rules.all_bits
    ELSE
        rules.no_value
        {% for n in places %}
        + CASE WHEN event.value * 100 BETWEEN rules.least_{{ n }} AND rules.greatest_{{ n }} THEN {{ 2 ** (n - 1) }} ELSE 0 END
        {% endfor %}
END
{%- endmacro %}
