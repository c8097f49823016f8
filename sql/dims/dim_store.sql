/*
doc   = "A store of the company, where customers buy without a visit to the site. Key 0 is the unknown store, and stands for no store too."
grain = ["store_key"]
natural = ["store_id"]
plural = "stores"
unknown = true
placeholder = { name = "store_id" }

[columns]
store_key = "Key of the store. 0 is unknown or none."
store_id = "Identifier of the store in its source. No two stores share it."
name = "Name of the store."
country = "Country in which the store lies. NULL when not known."
region = "State, province or region in which it lies. NULL when not known."
city = "City in which it lies. NULL when not known."
opened_on = "First day on which the store was open. NULL when not known."
is_placeholder = "Whether the store is known only from other data, such as orders, and no list of stores has described it yet."
*/
CREATE TABLE star.dim_store (
    store_key INTEGER PRIMARY KEY,
    store_id VARCHAR NOT NULL DEFAULT '(unknown)',
    name VARCHAR NOT NULL DEFAULT '(unknown)',
    country VARCHAR,
    region VARCHAR,
    city VARCHAR,
    opened_on DATE,
    is_placeholder BOOLEAN NOT NULL DEFAULT false
)
