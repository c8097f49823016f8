/*
doc   = "A version of a customer: how the slowly changing attributes stood during [valid_from, valid_until) (SCD type 2). A customer's versions do not overlap, and exactly one of them is current. Key 0 is the version of the unknown customer."
grain = ["customer_version_key"]
personal = ["loyalty_tier", "income_range", "region", "is_email_opted_in"]

[columns]
customer_version_key = "Key of the version. 0 belongs to the unknown customer."
customer_key = "Customer of whom this is a version."
loyalty_tier = "Level in the loyalty programme at that time. NULL when not a member."
income_range = "Band of the yearly income of the household at that time, such as 025-050k. NULL when not known."
region = "State, province or region of the home address at that time. NULL when not known."
is_email_opted_in = "Whether the customer agreed to marketing by email at that time. NULL when not known."
valid_from = "First moment of the version, in the warehouse's zone. The year 1900 stands for since ever."
valid_until = "First moment after the version, in the warehouse's zone. NULL for the current version."
is_current = "Whether this is how the customer stands now; then valid_until is NULL."
*/
CREATE TABLE star.dim_customer_history (
    customer_version_key INTEGER PRIMARY KEY,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    loyalty_tier VARCHAR,
    income_range VARCHAR,
    region VARCHAR,
    is_email_opted_in BOOLEAN,
    valid_from TIMESTAMP NOT NULL DEFAULT TIMESTAMP '1900-01-01 00:00:00',
    valid_until TIMESTAMP,
    is_current BOOLEAN NOT NULL DEFAULT true
)
