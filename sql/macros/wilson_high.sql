/*
doc = "Upper end of Wilson's 95 % score interval for a proportion (Wilson 1927); see wilson_low. NULL when nobody was seen."

[columns]
share  = "Share of those seen, 0 to 1."
people = "Number of those seen; the effective number, with fraction, where the share is weighted."
*/
CREATE MACRO main.wilson_high(share, people) AS
    (
        share + main.z_95() * main.z_95() / 2 / nullif(people, 0)
        + main.z_95() * sqrt((share * (1 - share) + main.z_95() * main.z_95() / 4 / nullif(people, 0)) / nullif(people, 0))
    ) / (1 + main.z_95() * main.z_95() / nullif(people, 0))
