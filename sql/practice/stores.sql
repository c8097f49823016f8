/*
doc   = "A store of the company, and what was bought there. Its orders are in orders, with its store_id. Practice view: everything in one place, in plain words."
grain = ["store_id"]

[columns]
store_id = "Identifier of the store."
store_name = "Name of the store. NULL when not known."
country = "Country in which the store lies. NULL when not known."
region = "State, province or region in which it lies. NULL when not known."
city = "City in which it lies. NULL when not known."
opened_on = "First day on which the store was open. NULL when not known."
total_orders = "Orders placed there that are sales."
revenue = "Net revenue of these orders, before refunds."
customers = "Customers who placed them."
*/
WITH sales AS (
    SELECT
        store_key,
        count(*) AS orders,
        sum(net_revenue) AS revenue,
        count(DISTINCT nullif(customer_key, 0)) AS customers
    FROM star.fact_order
    WHERE main.is_sale(status) AND store_key <> 0
    GROUP BY store_key
)

SELECT
    store.store_id,
    main.known(store.name) AS store_name,
    store.country,
    store.region,
    store.city,
    store.opened_on,
    coalesce(sales.orders, 0) AS total_orders,
    main.money(coalesce(sales.revenue, 0)) AS revenue,
    coalesce(sales.customers, 0) AS customers
FROM star.dim_store AS store
LEFT JOIN sales ON sales.store_key = store.store_key
WHERE store.store_key <> 0
