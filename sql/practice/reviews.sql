/*
doc   = "A review of a product. Practice view: everything in one place, in plain words."
grain = ["review_id"]

[columns]
review_id = "Number of the review."
product_id = "Product that was reviewed. NULL when not known."
product_name = "Name of the product. NULL when not known."
category = "Category of the product. NULL when not known."
customer_id = "Customer who reviewed it. NULL when not known."
reviewed_at = "When it was published, in the warehouse's zone."
review_date = "Day on which it was published."
rating = "Stars, 1 (worst) to 5 (best)."
title = "Title of the review. NULL if it has none."
review_text = "What it says. NULL if it has no text."
*/
SELECT
    review.review_id,
    main.known(product.product_id) AS product_id,
    main.known(product.name) AS product_name,
    main.known(product.category) AS category,
    main.known(customer.customer_id) AS customer_id,
    review.reviewed_at,
    CAST(review.reviewed_at AS DATE) AS review_date,
    review.rating,
    review.title,
    review.text AS review_text
FROM star.fact_review AS review
LEFT JOIN star.dim_product AS product ON product.product_key = review.product_key
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = review.customer_key
