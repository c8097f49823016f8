/*
doc = "The share of a standard normal distribution below z (DOUBLE): stats.normal_sf of -z. Range: any z. Accuracy: 2e-16 absolute, 1e-13 relative in the lower tail to z = -37."

[columns]
z = "A standard score."
*/
CREATE MACRO stats.normal_cdf(z) AS
    CASE WHEN z > 0 THEN 1 - stats.normal_tail(CAST(z AS DOUBLE)) ELSE stats.normal_tail(-z) END
