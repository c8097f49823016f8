/*
doc   = "What moves satisfaction, on which ratings, NPS, CSAT and complaints depend. Compare with an ordered regression of the answers in star.fact_survey and star.fact_review on what happened before them."
grain = ["cause"]

[columns]
cause = "What happened: leaving for good after the order (who was disappointed leaves), quality of the products (for a standard deviation, as in truth.product), a return of the order before the answer (of a review, of its line), a delivery later than promised, a stock-out that was met."
effect = "What it adds to satisfaction, whose spread among orders of like fortune is 1."
*/
CREATE TABLE truth.satisfaction (
    cause VARCHAR PRIMARY KEY,
    effect DOUBLE NOT NULL
)
