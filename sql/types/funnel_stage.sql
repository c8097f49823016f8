/*
doc = "The stages of a visit on its way to a purchase, in order: comparisons and sorting follow the funnel. Homepage stands for any page seen before a product."
*/
CREATE TYPE star.funnel_stage AS ENUM ('Homepage', 'Product Page', 'Add to Cart', 'Checkout', 'Purchase')
