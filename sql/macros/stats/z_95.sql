/*
doc = "The standard normal quantile of a two-sided 95 % interval: 97.5 % of a normal distribution lie below it."
*/
CREATE MACRO stats.z_95() AS
    1.959963984540054e0
