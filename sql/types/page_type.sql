/*
doc = "What a page of the site is for. (unknown) is the word of the unknown page."
*/
CREATE TYPE star.page_type AS ENUM (
    'home', 'category', 'product', 'cart', 'checkout', 'confirmation', 'blog', 'other', '(unknown)'
)
