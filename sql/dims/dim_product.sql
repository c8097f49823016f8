/*
doc   = "A product, as now. Key 0 is the unknown product."
grain = ["product_key"]
watched = ["category", "unit_cost", "list_price"]
natural = ["product_id"]
plural = "products"
unknown = true
placeholder = { name = "product_id" }

[columns]
product_key = "Key of the product. 0 is unknown."
product_id = "Identifier of the product in its source, such as its SKU. No two products share it."
name = "Name of the product."
description = "Sentence or two about the product. NULL when there is none."
category = "Category of the product."
subcategory = "Category within the category."
brand = "Brand of the product."
unit_cost = "What one unit costs the company now. NULL when not known."
list_price = "Price of one unit now, before any discount; star.fact_price has earlier ones, where known. NULL when not known."
launched_on = "First day on which the product could be bought. NULL when not known."
is_active = "Whether the product is still offered."
is_placeholder = "Whether the product is known only from other data, such as order lines, and no catalogue has described it yet."
*/
CREATE TABLE star.dim_product (
    product_key INTEGER PRIMARY KEY,
    product_id VARCHAR NOT NULL DEFAULT '(unknown)',
    name VARCHAR NOT NULL DEFAULT '(unknown)',
    description VARCHAR,
    category VARCHAR NOT NULL DEFAULT '(unknown)',
    subcategory VARCHAR NOT NULL DEFAULT '(unknown)',
    brand VARCHAR NOT NULL DEFAULT '(unknown)',
    unit_cost DECIMAL(18, 2),
    list_price DECIMAL(18, 2),
    launched_on DATE,
    is_active BOOLEAN NOT NULL DEFAULT true,
    is_placeholder BOOLEAN NOT NULL DEFAULT false
)
