/*
doc   = "A page of the company's site. Key 0 is the unknown page."
grain = ["page_key"]

[columns]
page_key = "Key of the page. 0 is unknown."
path = "Path of the page, without host and query string, such as /cart. No two pages share it."
page_type = "What the page is for."
product_key = "Product that a product page shows. 0 on all other pages."
*/
CREATE TABLE star.dim_page (
    page_key INTEGER PRIMARY KEY,
    path VARCHAR NOT NULL DEFAULT '(unknown)',
    page_type star.page_type NOT NULL DEFAULT '(unknown)',
    product_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_product (product_key)
)
