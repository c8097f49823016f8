/*
question = "Which kinds of campaign does a model of subject lines take for one another?"
doc = """
The lines of the test by the kind of campaign that they are of and the kind that the model takes them for, pairs that did not come left out, with how often it finds a kind (recall) and how often it is right where it names one (precision). \
martlet model fit subject_type makes the model; accuracy and the mean of F1 are in predict/card."""
misleads = "Kinds with few lines have rates by chance. A line taken for another kind may read like it: then the readers are misled too."
grain = ["actual", "foretold"]
headline = ["actual", "foretold", "lines", "share", "precision"]
needs = ["model.confusion"]

[chart]
kind = "heat"
x = "foretold"
y = "actual"
series = "share"

[finding]
text = "It takes {right:count} of {lines:count} lines of the test for what they are."
sql = "SELECT sum(lines) FILTER (WHERE actual = foretold) AS right, sum(lines) AS lines FROM answer HAVING sum(lines) > 0"

[params]
fit = { default = "subject_type", doc = "Name of the fit of subject lines, as martlet model fit was told." }

[columns]
actual = "Kind of campaign that the lines are of."
foretold = "Kind that the model takes them for."
lines = "Lines of the test."
share = "lines / all lines of the actual kind; where both are the same, the recall of the kind. NULL where the test has none."
precision = "lines / all lines that are taken for the foretold kind; where both are the same, its precision. NULL where none is."
*/
{% from "predict/_fit.sql" import chosen %}
WITH {{ chosen("confusion") }}

SELECT
    confusion.actual,
    confusion.foretold,
    confusion.lines,
    main.ratio(confusion.lines, sum(confusion.lines) OVER (PARTITION BY confusion.actual)) AS share,
    main.ratio(confusion.lines, sum(confusion.lines) OVER (PARTITION BY confusion.foretold)) AS precision
FROM model.confusion AS confusion
INNER JOIN chosen ON chosen.model = confusion.model
WHERE confusion.lines > 0 OR confusion.actual = confusion.foretold
ORDER BY confusion.actual, confusion.lines DESC, confusion.foretold
