/*
doc   = """
What the features of a subject line do to the opens of its mails by people. Versions of one mailing (star.dim_campaign, mailing) went to random parts of \
the same audience: compare with a regression, with a logarithmic link, of the human opens per mail delivered in star.fact_email on the features, within the mailing. \
Opens on the way to an order, which follow no line, make the features look a little weaker."""
grain = ["feature"]

[columns]
feature = "Feature of the line; length counts its characters, placeholder included."
pattern = "Regular expression that finds the feature in star.dim_campaign.subject_line. NULL for length."
factor = "Factor on the chance that a person opens; for length, that of ten characters more."
*/
CREATE TABLE truth.subject_effect (
    feature VARCHAR PRIMARY KEY,
    pattern VARCHAR,
    factor DOUBLE NOT NULL
)
