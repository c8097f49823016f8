/*
[params]
breakdown = { type = "choice", of = ["none", "acquisition_channel", "first_channel", "country", "region", "gender", "age_range", "education", "marital_status", "income_range", "loyalty_tier"], default = "none", doc = "A property of the customer, as now; first_channel is the channel of the visit with the first order. Who has no loyalty tier is in (none)." }
*/
{# Customers of a table, with the value by which they are told apart and the channel_key of their first order, if they have one. #}
{% macro described(people) %}
described AS (
    SELECT
        people.*,
        CASE $breakdown
            WHEN 'none' THEN '(all)'
            WHEN 'acquisition_channel' THEN coalesce(acquisition.channel, '(unknown)')
            WHEN 'first_channel' THEN coalesce(first_channel.channel, '(unknown)')
            WHEN 'country' THEN coalesce(customer.country, '(unknown)')
            WHEN 'region' THEN coalesce(customer.region, '(unknown)')
            WHEN 'gender' THEN coalesce(customer.gender, '(unknown)')
            WHEN 'age_range' THEN coalesce(customer.age_range, '(unknown)')
            WHEN 'education' THEN coalesce(customer.education, '(unknown)')
            WHEN 'marital_status' THEN coalesce(customer.marital_status, '(unknown)')
            WHEN 'income_range' THEN coalesce(customer.income_range, '(unknown)')
            ELSE coalesce(customer.loyalty_tier, '(none)')
        END AS breakdown_value
    FROM {{ people }} AS people
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = people.customer_key
    LEFT JOIN star.dim_channel AS acquisition ON acquisition.channel_key = customer.acquisition_channel_key
    LEFT JOIN star.dim_channel AS first_channel ON first_channel.channel_key = people.first_channel_key
)
{%- endmacro %}
