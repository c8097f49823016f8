/*
doc = "The share of a standard normal distribution above z, its survival function (DOUBLE): stats.normal_tail, mirrored below 0. Range: any z. Accuracy: 2e-16 absolute, 1e-13 relative in the upper tail to z = 37."

[columns]
z = "A standard score."
*/
CREATE MACRO stats.normal_sf(z) AS
    CASE WHEN z < 0 THEN 1 - stats.normal_tail(-z) ELSE stats.normal_tail(CAST(z AS DOUBLE)) END
