/*
doc = "The 97.5 % point of Student's t distribution (DOUBLE), by which a standard error makes a 95 % interval: 12.706 with one degree of freedom, 2.228 with ten, 1.96 with very many. Closed forms for one and two, else the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5), right to 0.1 % from three on and to 0.001 % from ten on."

[columns]
degrees = "Degrees of freedom, 1 or more."
*/
CREATE MACRO main.student_t_95(degrees) AS
    CASE
        WHEN degrees < 1 THEN NULL
        WHEN degrees = 1 THEN 12.706204736174698
        WHEN degrees = 2 THEN 4.302652729749464
        ELSE
            1.959963984540054
            + 2.3722712303 / degrees
            + 2.8224986152 / power(degrees, 2)
            + 2.5558497012 / power(degrees, 3)
            + 1.5895351486 / power(degrees, 4)
    END
