/*
doc   = "How customers whom others brought (star.fact_referral) differ from those who came otherwise. truth.customer has the numbers of each, with these factors in them."
grain = ["acts_on"]

[columns]
acts_on = "purchase rate or dropout, as in truth.customer."
factor = "What it is multiplied by."
*/
CREATE TABLE truth.referral_effect (
    acts_on VARCHAR PRIMARY KEY,
    factor DOUBLE NOT NULL
)
