/*
doc = "Lower end of Wilson's score interval for a proportion (Wilson 1927) (DOUBLE). Unlike the textbook interval it is not of width zero where the share seen is 0 or 1. Range: people above 0 and share 0 to 1, else NULL. Accuracy: 1e-15 absolute."

[columns]
share  = "Share of those seen, 0 to 1."
people = "Number of those seen; the effective number, with fraction, where the share is weighted."
z      = "Standard score of the level, such as stats.z_95()."
*/
CREATE MACRO stats.wilson_low(share, people, z) AS
    CASE
        -- A weighted share is rounded.
        WHEN (share >= -1e-9 AND share <= 1 + 1e-9 AND people > 0) IS NOT TRUE THEN NULL
        -- What is left there is rounding.
        WHEN share = 0 AND people > 0 THEN 0
        ELSE
            (share + z * z / 2 / nullif(people, 0) - z * sqrt((share * (1 - share) + z * z / 4 / nullif(people, 0)) / nullif(people, 0)))
            / (1 + z * z / nullif(people, 0))
    END
