/*
doc = "Upper end of Newcombe's interval for the difference of two proportions, the first less the second (Newcombe 1998, method 10) (DOUBLE): Wilson's intervals of both, squared and added, which holds in small groups and at shares of 0 and 1. Range: people above 0 and shares 0 to 1, else NULL. Accuracy: 1e-15 absolute."

[columns]
share_1  = "Share of the group whose difference from the other is measured."
people_1 = "Number of those seen in it."
share_2  = "Share of the group that it is compared with."
people_2 = "Number of those seen in it."
z        = "Standard score of the level, such as stats.z_95()."
*/
CREATE MACRO stats.newcombe_high(share_1, people_1, share_2, people_2, z) AS
    share_1 - share_2 + sqrt(
        power(share_1 - stats.wilson_high(share_1, people_1, z), 2)
        + power(stats.wilson_low(share_2, people_2, z) - share_2, 2)
    )
