/*
doc   = "A customer, as now. Key 0 is the unknown customer: rows that carry it belong to nobody in particular, and never count as one person."
grain = ["customer_key"]
watched = ["gender", "age_range", "education", "income", "country", "loyalty_tier", "acquisition_channel_key"]
personal = ["first_name", "last_name", "email", "gender", "birth_date", "age_range", "education", "marital_status", "kids_at_home", "teens_at_home", "income", "income_range", "country", "region", "city", "postal_code", "loyalty_tier", "is_email_opted_in", "is_sms_opted_in"]
natural = ["customer_id"]
alias = "lower(email)"
alias_identifies = true
plural = "customers"
tracked = ["loyalty_tier", "income_range", "region", "is_email_opted_in"]
unknown = true
placeholder = { email = "CASE WHEN contains(customer_id, '@') THEN customer_id END" }

[columns]
customer_key = "Key of the customer. 0 is unknown."
customer_id = "Identifier of the customer in its source. No two customers share it."
first_name = "Given name. NULL when not known."
last_name = "Family name. NULL when not known."
email = "Email address, in lower case. NULL when not known."
gender = "Gender, as the customer gave it. NULL when not given."
birth_date = "Day of birth. NULL when not known."
age_range = "Band of the age in years, such as 25-34. NULL when not known."
education = "Highest education. NULL when not known."
marital_status = "Marital status. NULL when not known."
kids_at_home = "Number of children younger than teenagers in the household. NULL when not known."
teens_at_home = "Number of teenagers in the household. NULL when not known."
income = "Yearly income of the household. NULL when not known."
income_range = "Band of the yearly income of the household, such as 025-050k: as texts the bands sort by income. NULL when not known."
country = "Country of the home address, in English. NULL when not known."
region = "State, province or region of the home address. NULL when not known."
city = "City of the home address. NULL when not known."
postal_code = "Postal code of the home address. NULL when not known."
loyalty_tier = "Level in the loyalty programme. NULL when not a member."
signed_up_at = "When the customer opened an account, in the warehouse's zone; of older customers, before the data begin. NULL when not known."
acquisition_channel_key = "Channel of the visit that led to the sign-up, or 0."
acquisition_campaign_key = "Campaign of the visit that led to the sign-up, or 0, as for those who signed up before the campaigns on record."
is_email_opted_in = "Whether the customer agrees to marketing by email. NULL when not known: neither a yes nor a no is assumed."
is_sms_opted_in = "Whether the customer agrees to marketing by text message. NULL when not known."
ordered_before_data = "Whether the customer had bought before the data begin, so that their first order is not on record. NULL when not known, as for customers of a source."
first_ordered_on = "Day of the customer's first sale ever, also where it lies before the data begin. NULL without one, and when not known, as for customers of a source."
is_placeholder = "Whether the customer is known only from other data, such as orders, and no source of customers has described them yet. false for synthetic customers."
described_on = "Day as of which a source of customers last described the customer. NULL for synthetic customers and placeholders."
*/
CREATE TABLE star.dim_customer (
    customer_key INTEGER PRIMARY KEY,
    customer_id VARCHAR NOT NULL DEFAULT '(unknown)',
    first_name VARCHAR,
    last_name VARCHAR,
    email VARCHAR,
    gender VARCHAR,
    birth_date DATE,
    age_range VARCHAR,
    education VARCHAR,
    marital_status VARCHAR,
    kids_at_home INTEGER,
    teens_at_home INTEGER,
    income DECIMAL(18, 2),
    income_range VARCHAR,
    country VARCHAR,
    region VARCHAR,
    city VARCHAR,
    postal_code VARCHAR,
    loyalty_tier VARCHAR,
    signed_up_at TIMESTAMP,
    acquisition_channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    acquisition_campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    is_email_opted_in BOOLEAN,
    is_sms_opted_in BOOLEAN,
    ordered_before_data BOOLEAN,
    first_ordered_on DATE,
    is_placeholder BOOLEAN NOT NULL DEFAULT false,
    described_on DATE
)
