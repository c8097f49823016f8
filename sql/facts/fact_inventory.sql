/*
doc   = "A product and a week. In synthetic data on_hand = on_hand of the week before + received - sold; real stock is corrected by counting."
grain = ["date_key", "product_key"]
open = ["received", "sold", "on_hand", "is_in_stock"]
open_where = "date_key > CAST(strftime($until - INTERVAL 7 DAY, '%Y%m%d') AS INTEGER)"

[columns]
date_key = "Monday on which the week starts."
product_key = "Product."
received = "Units received during the week, returns put back on the shelf included, less units sent back to the supplier; negative when more went back."
sold = "Units sold during the week."
on_hand = "Units left at the end of the week."
is_in_stock = "Whether any unit was left at the end of the week."
*/
CREATE TABLE star.fact_inventory (
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    product_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_product (product_key),
    received INTEGER NOT NULL DEFAULT 0,
    sold INTEGER NOT NULL DEFAULT 0,
    on_hand INTEGER NOT NULL DEFAULT 0,
    is_in_stock BOOLEAN NOT NULL DEFAULT true,
    PRIMARY KEY (date_key, product_key)
)
