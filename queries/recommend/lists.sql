/*
question = "Do lists of recommendations sell anything that would not have been bought?"
doc = """
The lists that a shop has shown (star.fact_recommendation), by algorithm and place, beside those that were held back of some customers: clicks; how often what is recommended is bought in that very visit; and the difference between shown and held back, which is what the list brought about, since \
what would have been shown is on record of those held back too. Only lists of a known visit count. Its interval is Newcombe's for two shares (1998, method 10). Position 0 is the list as a whole: clicked, or bought of, at all. Clicks of those held back are none."""
misleads = """
What is clicked and bought need not have been caused: shown_bought_share alone gives a list the credit for what people came for. Purchases in later visits are not seen. Visits of one customer count as if they were of several, so that intervals are a little too narrow where few customers make many visits. \
A product on the list may take the place of another one in the basket: to see that, compare whole orders."""
grain = ["algorithm", "position"]
headline = ["algorithm", "position", "shown", "click_rate", "shown_bought_share", "held_bought_share", "caused_share", "caused_low", "caused_high"]
needs = ["star.fact_recommendation"]

[params]
start = { type = "timestamp", doc = "First moment of the lists that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the lists that count, exclusive. Default: all." }

[columns]
algorithm = "How the list was made."
position = "Place in the list, from 1; 0 is the whole list."
shown = "Lists with such a place that were shown."
clicks = "Of these, lists in which it was clicked."
click_rate = "clicks / shown."
click_low = "Lower end of its 95 % interval (Wilson)."
click_high = "Upper end."
shown_bought = "Lists shown of which it was bought in the same visit."
shown_bought_share = "shown_bought / shown."
held = "Lists that were held back."
held_bought = "Of these, lists of which it was bought in the same visit, though not shown."
held_bought_share = "held_bought / held."
caused_share = "shown_bought_share - held_bought_share: purchases that a list brings about."
caused_low = "Lower end of its 95 % interval (Newcombe). NULL where nothing was held back."
caused_high = "Upper end."
caused_purchases = "caused_share x shown: purchases that the lists have brought about."

[chart]
kind = "interval"
x = "position"
y = "caused_share"
low = "caused_low"
high = "caused_high"
series = "algorithm"

[finding]
text = "Lists of the kind {algorithm} sell: of 1,000 shown, {caused:count} bring about a purchase ({low:count} to {high:count})."
sql = """
SELECT algorithm, CAST(round(1000 * caused_share) AS BIGINT) AS caused, CAST(round(1000 * caused_low) AS BIGINT) AS low, CAST(round(1000 * caused_high) AS BIGINT) AS high
FROM answer
WHERE position = 0 AND caused_low > 0
ORDER BY caused_low DESC, algorithm LIMIT 1"""
*/
WITH visit_lines AS (
    SELECT placed.session_id, line.product_key
    FROM star.fact_order AS placed
    INNER JOIN star.fact_order_line AS line ON line.order_id = placed.order_id
    WHERE main.is_sale(placed.status) AND placed.session_id IS NOT NULL AND line.product_key <> 0
    GROUP BY placed.session_id, line.product_key
),

entries AS (
    SELECT
        coalesce(listed.algorithm, '(unknown)') AS algorithm,
        listed.is_holdout,
        listed.session_id,
        listed.position,
        CASE WHEN listed.clicked_at IS NULL THEN 0 ELSE 1 END AS is_clicked,
        CASE WHEN visit_lines.product_key IS NULL THEN 0 ELSE 1 END AS is_bought
    FROM star.fact_recommendation AS listed
    LEFT JOIN visit_lines ON visit_lines.session_id = listed.session_id AND visit_lines.product_key = listed.product_key
    WHERE
        listed.session_id IS NOT NULL
        AND ($start IS NULL OR listed.shown_at >= $start)
        AND ($until IS NULL OR listed.shown_at < $until)
),

-- Each place, and the list as a whole.
places AS (
    SELECT
        algorithm,
        is_holdout,
        session_id,
        CASE WHEN ways.is_whole THEN 0 ELSE position END AS position,
        max(is_clicked) AS is_clicked,
        max(is_bought) AS is_bought
    FROM entries
    CROSS JOIN (VALUES (true), (false)) AS ways (is_whole)
    GROUP BY 1, 2, 3, 4
),

place_sums AS (
    SELECT
        algorithm,
        position,
        count(CASE WHEN NOT is_holdout THEN 1 END) AS shown,
        count(CASE WHEN NOT is_holdout AND is_clicked = 1 THEN 1 END) AS clicks,
        count(CASE WHEN NOT is_holdout AND is_bought = 1 THEN 1 END) AS shown_bought,
        count(CASE WHEN is_holdout THEN 1 END) AS held,
        count(CASE WHEN is_holdout AND is_bought = 1 THEN 1 END) AS held_bought
    FROM places
    GROUP BY algorithm, position
),

shares AS (
    SELECT
        place_sums.*,
        main.ratio(clicks, shown) AS click_rate,
        main.ratio(shown_bought, shown) AS shown_bought_share,
        main.ratio(held_bought, held) AS held_bought_share
    FROM place_sums
)

SELECT
    algorithm,
    position,
    shown,
    clicks,
    click_rate,
    stats.wilson_low(click_rate, shown, stats.z_95()) AS click_low,
    stats.wilson_high(click_rate, shown, stats.z_95()) AS click_high,
    shown_bought,
    shown_bought_share,
    held,
    held_bought,
    held_bought_share,
    shown_bought_share - held_bought_share AS caused_share,
    stats.newcombe_low(shown_bought_share, shown, held_bought_share, held, stats.z_95()) AS caused_low,
    stats.newcombe_high(shown_bought_share, shown, held_bought_share, held, stats.z_95()) AS caused_high,
    (shown_bought_share - held_bought_share) * shown AS caused_purchases
FROM shares
ORDER BY algorithm, position
