/*
question = "Does a score of 0.3 mean three in ten?"
doc = """
The test rows in tenths by score, the lowest first: the mean score, and the share to whom it happened with its 95 % interval. Where the score lies within the interval, it can be read as a probability. Scores were put right on the validation rows, by Platt's line, or by a \
curve of steps where the rarer class has more than a thousand of them."""
misleads = "What happens to all alike between validation and test, such as a season, moves all tenths one way: the order of the scores can be right all the same."
grain = ["tenth"]
headline = ["tenth", "customers", "score", "rate", "rate_low", "rate_high", "is_inside"]
needs = ["model.calibration"]

[chart]
kind = "line"
x = "score"
y = "rate"

[finding]
text = "In {inside:count} of {tenths:count} tenths the mean score lies within the interval of what happened."
sql = "SELECT count(*) FILTER (WHERE is_inside) AS inside, count(*) AS tenths FROM answer HAVING count(is_inside) > 0"

[columns]
tenth = "Number of the tenth, 1 has the lowest scores."
customers = "Test rows in it."
score = "Their mean score."
low_score = "Their lowest score."
high_score = "Their highest score."
rate = "Share to whom it happened; of amounts, what they brought on average."
rate_low = "Lower end of its 95 % interval, by Wilson. NULL for amounts."
rate_high = "Upper end of it. NULL for amounts."
is_inside = "Whether the mean score lies within the interval. NULL for amounts."
*/
{% from "predict/_fit.sql" import chosen %}
WITH {{ chosen("calibration") }}

SELECT
    calibration.bin AS tenth,
    calibration.rows AS customers,
    calibration.score,
    calibration.low_score,
    calibration.high_score,
    calibration.rate,
    calibration.rate_low,
    calibration.rate_high,
    calibration.score BETWEEN calibration.rate_low AND calibration.rate_high AS is_inside
FROM model.calibration AS calibration
INNER JOIN chosen ON chosen.model = calibration.model
ORDER BY calibration.bin
