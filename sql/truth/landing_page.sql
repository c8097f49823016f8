/*
doc   = "How much likelier visits are to end with one kind of landing page than with another, in the same channel and type of campaign. Compare with bounce rates by landing page within channels; across channels they are confounded."
grain = ["page_type"]

[columns]
page_type = "What the landing page is for."
bounce_factor = "Factor on the chance to leave at once; only ratios of two kinds have a meaning."
*/
CREATE TABLE truth.landing_page (
    page_type VARCHAR PRIMARY KEY,
    bounce_factor DOUBLE NOT NULL
)
