/*
doc   = "How each channel answers to its weekly spend: a(t) = spend(t) + adstock * a(t - 1), response(t) = coefficient * a(t) / (a(t) + saturation). Compare with a media mix model's curves. The company's budgets grow with its customers, so the curve holds per customer: truth.media_week has the plan by week."
grain = ["channel_key"]

[columns]
channel_key = "Channel."
adstock = "Share of a week's pressure that carries over into the next week, 0 to below 1."
saturation = "Weekly pressure, in currency, at which the response is half of its limit. NULL when spend has no influence."
coefficient = "Limit of the response: touches a week at unlimited pressure. NULL when spend has no influence."
half_spend_index = "The saturation as a multiple of the mean weekly spend, as truth.media_week counts it. NULL when spend has no influence."
*/
CREATE TABLE truth.media_response (
    channel_key INTEGER PRIMARY KEY REFERENCES star.dim_channel (channel_key),
    adstock DOUBLE NOT NULL DEFAULT 0,
    saturation DOUBLE,
    coefficient DOUBLE,
    half_spend_index DOUBLE
)
