/*
doc   = "Lines of orders that came of a recommendation, and would not have been bought without. A count of the lines that hold what was clicked in their visit claims about as many; the lines an order of held back and of shown lists, compared, tell the difference that lists make."
grain = ["recommendation_id"]

[columns]
recommendation_id = "Row of the list, as in star.fact_recommendation."
order_line_id = "Line that came of it."
*/
CREATE TABLE truth.recommendation (
    recommendation_id BIGINT PRIMARY KEY REFERENCES star.fact_recommendation (recommendation_id),
    order_line_id BIGINT NOT NULL REFERENCES star.fact_order_line (order_line_id)
)
