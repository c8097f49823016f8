/*
doc   = "A promotion: for some days the prices of some categories, or of all, are cut for everybody. Key 0 is the unknown promotion, and stands for none too."
grain = ["promotion_key"]
natural = ["promotion_id"]
plural = "promotions"
unknown = true
placeholder = { name = "promotion_id" }

[columns]
promotion_key = "Key of the promotion. 0 is unknown or none."
promotion_id = "Identifier of the promotion in its source. No two promotions share it."
name = "Name of the promotion."
promotion_type = "Seasonal sale: it stands in the calendar, and is told of. Price cut: some days of lower prices in one category. Or a source's own word. NULL when not known."
discount = "Share by which prices are cut, 0 to 1. NULL when not known."
categories = "Categories whose prices are cut, in the order of the alphabet, with commas between. NULL for all of them, or when not known."
starts_on = "First day of the promotion. NULL when not known."
ends_on = "Last day of the promotion, itself included. NULL when not known."
is_placeholder = "Whether the promotion is known only from other data, such as order lines, and no list of promotions has described it yet."
*/
CREATE TABLE star.dim_promotion (
    promotion_key INTEGER PRIMARY KEY,
    promotion_id VARCHAR NOT NULL DEFAULT '(unknown)',
    name VARCHAR NOT NULL DEFAULT '(unknown)',
    promotion_type VARCHAR,
    discount DOUBLE,
    categories VARCHAR,
    starts_on DATE,
    ends_on DATE,
    is_placeholder BOOLEAN NOT NULL DEFAULT false
)
