/*
doc = "Natural logarithm of the gamma function, as the engine's C library has it (DOUBLE). Range: x above 0, else NULL. Accuracy: 4e-16 relative, absolute near its zeros at 1 and 2."

[columns]
x = "The argument; (x - 1)! is exp of the result where x is whole."
*/
CREATE MACRO stats.log_gamma(x) AS
    CASE WHEN x > 0 THEN lgamma(x) END
