/*
doc   = "A page of the company's site. Key 0 is the unknown page."
grain = ["page_key"]
natural = ["path"]
unknown = true

[placeholder]
page_type = '''CASE
    WHEN path IN ('/', '/home', '/index.html') THEN 'home'
    WHEN regexp_matches(path, '(?i)/(cart|basket)') THEN 'cart'
    WHEN regexp_matches(path, '(?i)/(order[-_]?confirm|confirmation|thank)') THEN 'confirmation'
    WHEN regexp_matches(path, '(?i)/checkout') THEN 'checkout'
    WHEN regexp_matches(path, '(?i)/(products?|item|p|dp)/.') THEN 'product'
    WHEN regexp_matches(path, '(?i)/(categor|collections?|shop|c)(y|ies)?/') THEN 'category'
    WHEN regexp_matches(path, '(?i)/blog') THEN 'blog'
    ELSE 'other'
END'''

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
