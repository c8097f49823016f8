/*
question = "Who is in each cluster, and what should be done with them?"
doc = """
One row a cluster, as segmentation/clusters gives them today: size, money, the usual customer in figures, a plain line that describes them, and the strategy that fits. The strategy follows from how the cluster's means stand \
to those of all customers who have bought: days since the last order, number of orders, what an order comes to. The rules are in its SQL. Without a fit: no rows."""
misleads = "The strategy is a rule of thumb to begin with, not a measured effect: whether it works, an experiment says."
grain = ["cluster"]
headline = ["cluster", "name", "customer_share", "monetary_share", "persona", "strategy"]
needs = ["star.dim_customer", "model.centroid"]

[chart]
kind = "bar"
x = "name"
y = ["customer_share", "monetary_share"]

[finding]
text = "{name}: {customer_share:percent} of the customers bring {monetary_share:percent} of the money."
sql = "SELECT name, customer_share, monetary_share FROM answer WHERE monetary_share > customer_share ORDER BY monetary_share - customer_share DESC, cluster LIMIT 1"

[columns]
cluster = "Number of the cluster."
name = "What sets it apart, in words."
customers = "Number of customers."
customer_share = "Their share of the customers who have bought."
monetary = "Net revenue less refunds of their orders, or the money spent that the source told."
monetary_share = "Their share of that money. NULL where all together is not above 0."
avg_recency_days = "Mean days since the last order."
avg_frequency = "Mean number of orders."
avg_order = "Money an order."
top_category = "Category on which most customers spent most. NULL where none is known."
clear_share = "Share of the customers who stand clearly in the cluster, with a margin of 0.25 or more."
persona = "Who they are, in a line."
strategy = "What fits them."
fit_status = "fitted, or stale, as in segmentation/clusters."
*/
{% from "segmentation/_assigned.sql" import assigned, fit_state %}
WITH {{ assigned() }},

{{ fit_state() }},

members AS (
    SELECT
        assigned.cluster,
        1 - main.ratio(assigned.distance, assigned.second_distance) AS margin,
        profile.recency_days,
        profile.frequency,
        profile.monetary,
        profile.top_category
    FROM assigned
    INNER JOIN mart.customer_profile AS profile ON profile.customer_key = assigned.customer_key
    WHERE assigned.cluster IS NOT NULL
),

category_counts AS (
    SELECT
        cluster,
        top_category,
        count(*) AS customers,
        count(recency_days) AS of_known_recency,
        sum(recency_days) AS recency_days,
        sum(frequency) AS frequency,
        sum(monetary) AS monetary,
        count(CASE WHEN margin >= 0.25 THEN 1 END) AS clear_customers
    FROM members
    GROUP BY cluster, top_category
),

cluster_sums AS (
    SELECT
        cluster,
        CAST(sum(customers) AS BIGINT) AS customers,
        sum(of_known_recency) AS of_known_recency,
        sum(recency_days) AS recency_days,
        sum(frequency) AS frequency,
        sum(monetary) AS monetary,
        sum(clear_customers) AS clear_customers,
        min_by(top_category, (-customers, top_category)) FILTER (WHERE top_category IS NOT NULL) AS top_category
    FROM category_counts
    GROUP BY cluster
),

means AS (
    SELECT
        cluster_sums.*,
        main.ratio(customers, sum(customers) OVER ()) AS customer_share,
        CASE WHEN sum(monetary) OVER () > 0 THEN main.ratio(monetary, sum(monetary) OVER ()) END AS monetary_share,
        main.ratio(recency_days, of_known_recency) AS avg_recency_days,
        main.ratio(frequency, customers) AS avg_frequency,
        main.ratio(monetary, frequency) AS avg_order,
        main.ratio(clear_customers, customers) AS clear_share,
        -- Against all customers who have bought, 1 is the same.
        main.ratio(main.ratio(recency_days, of_known_recency), main.ratio(sum(recency_days) OVER (), sum(of_known_recency) OVER ())) AS away,
        main.ratio(main.ratio(frequency, customers), main.ratio(sum(frequency) OVER (), sum(customers) OVER ())) AS often,
        CASE
            WHEN sum(monetary) OVER () > 0
                THEN main.ratio(main.ratio(monetary, frequency), main.ratio(sum(monetary) OVER (), sum(frequency) OVER ()))
        END AS large
    FROM cluster_sums
)

SELECT
    means.cluster,
    cluster_names.name,
    means.customers,
    means.customer_share,
    main.money(means.monetary) AS monetary,
    means.monetary_share,
    means.avg_recency_days,
    means.avg_frequency,
    main.money(means.avg_order) AS avg_order,
    means.top_category,
    means.clear_share,
    cluster_names.name || ': ' || CAST(CAST(round(100 * means.customer_share) AS BIGINT) AS VARCHAR) || ' % of the customers'
    || coalesce(', ' || CAST(CAST(round(100 * means.monetary_share) AS BIGINT) AS VARCHAR) || ' % of the money', '')
    || coalesce('; last bought ' || CAST(CAST(round(means.avg_recency_days) AS BIGINT) AS VARCHAR) || ' days ago', '')
    || ', ' || CAST(CAST(round(10 * means.avg_frequency) AS BIGINT) // 10 AS VARCHAR) || '.'
    || CAST(CAST(round(10 * means.avg_frequency) AS BIGINT) % 10 AS VARCHAR) || ' orders'
    || coalesce(' of ' || CAST(CAST(round(means.avg_order) AS BIGINT) AS VARCHAR), '')
    || coalesce(', most often ' || means.top_category, '') AS persona,
    CASE
        WHEN means.monetary <= 0 OR means.large < 0.25 THEN 'Find out why they send back or pay nothing before anything is spent on them.'
        WHEN means.away >= 1.25 AND means.often * means.large >= 1 THEN 'Win them back: a personal offer on what they used to buy, soon, and by the channel they came from.'
        WHEN means.away >= 1.25 THEN 'Keep the cost low: a last offer by mail, then no paid advertising.'
        WHEN means.often >= 1.25 AND means.large >= 0.9 THEN 'Keep and reward: early access and loyalty gifts rather than discounts; ask for reviews and referrals.'
        WHEN means.often >= 1.25 THEN 'Make baskets larger: bundles, and free delivery above their usual order.'
        WHEN means.large >= 1.1 THEN 'Bring them back sooner: offer what goes with the last purchase within their usual time between orders.'
        WHEN means.away <= 0.75 THEN 'Win the next order: welcome mails, and a reason to come back within the first weeks.'
        ELSE 'Develop: recommend from their first category and the one beside it.'
    END AS strategy,
    fit_state.fit_status
FROM means
CROSS JOIN fit_state
INNER JOIN model.cluster AS cluster_names ON cluster_names.model = $fit || '.k_means' AND cluster_names.cluster = means.cluster
ORDER BY means.cluster
