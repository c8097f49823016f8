/*
doc = "The share of a standard normal distribution above a score of 0 or more (DOUBLE): Cody's rational Chebyshev approximations (1969; algorithm 715, 1993). A step of stats.normal_sf. Range: z of 0 or more, 0 from 38.6 on. Accuracy: 2e-16 absolute, 1e-13 relative to z = 37."

[columns]
z = "A standard score, 0 or more."
*/
CREATE MACRO stats.normal_tail(z) AS
    CASE
        WHEN isnan(CAST(z AS DOUBLE)) THEN NULL
        WHEN z <= 0.67448975 THEN
            0.5 - z * ((((0.065682337918207449113e0 * z * z + 2.2352520354606839287e0) * z * z + 161.02823106855587881e0) * z * z + 1067.6894854603709582e0) * z * z + 18154.981253343561249e0)
            / ((((z * z + 47.20258190468824187e0) * z * z + 976.09855173777669322e0) * z * z + 10260.932208618978205e0) * z * z + 45507.789335026729956e0)
        WHEN z > 38.6 THEN 0
        -- The square is split into what a number holds exactly and a small rest, so that its exponential keeps its digits.
        ELSE
            exp(-trunc(z * 16) / 16 * (trunc(z * 16) / 16) / 2) * exp(-(z - trunc(z * 16) / 16) * (z + trunc(z * 16) / 16) / 2)
            * CASE
                WHEN z <= 5.656854249492380195e0 THEN
                    ((((((((1.0765576773720192317e-8 * z + 0.39894151208813466764e0) * z + 8.8831497943883759412e0) * z + 93.506656132177855979e0) * z + 597.27027639480026226e0) * z + 2494.5375852903726711e0) * z + 6848.1904505362823326e0) * z + 11602.651437647350124e0) * z + 9842.7148383839780218e0)
                    / ((((((((z + 22.266688044328115691e0) * z + 235.38790178262499861e0) * z + 1519.377599407554805e0) * z + 6485.558298266760755e0) * z + 18615.571640885098091e0) * z + 34900.952721145977266e0) * z + 38912.003286093271411e0) * z + 19685.429676859990727e0)
                ELSE
                    (
                        0.398942280401432677939e0
                        - (((((0.02307344176494017303e0 / (z * z) + 0.21589853405795699e0) / (z * z) + 0.1274011611602473639e0) / (z * z) + 0.022235277870649807e0) / (z * z) + 0.001421619193227893466e0) / (z * z) + 2.9112874951168792e-5)
                        / (((((1 / (z * z) + 1.28426009614491121e0) / (z * z) + 0.468238212480865118e0) / (z * z) + 0.0659881378689285515e0) / (z * z) + 0.00378239633202758244e0) / (z * z) + 7.29751555083966205e-5) / (z * z)
                    ) / z
            END
    END
