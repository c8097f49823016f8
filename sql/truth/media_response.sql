/*
doc   = "How orders answer to the weekly spend of each channel whose budget is planned: r(t) = coefficient * s(t) / (s(t) + saturation), orders(t) = (1 - adstock) * (r(t) + adstock * r(t - 1) + ...). Compare with a media mix model's curves; truth.media_contribution has the orders themselves. Spend is bought at prices that change, and grows with the number of customers: exactly, the curve holds for contacts per customer in a region and week, as truth.media_week has them."
grain = ["channel_key"]

[columns]
channel_key = "Channel."
adstock = "Share of a week's effect that carries over into the next week, 0 to below 1: of geometric adstock whose mean lag is that of truth.channel_effect. Orders at sign-up are not delayed."
saturation = "Weekly spend in all regions, in currency, at which the response is half of its limit."
coefficient = "Limit of the response: orders a week at unlimited spend, contacts and sign-ups together."
half_spend_index = "The saturation as a multiple of the mean weekly spend, as truth.media_week counts it."
*/
CREATE TABLE truth.media_response (
    channel_key INTEGER PRIMARY KEY REFERENCES star.dim_channel (channel_key),
    adstock DOUBLE NOT NULL DEFAULT 0,
    saturation DOUBLE,
    coefficient DOUBLE,
    half_spend_index DOUBLE
)
