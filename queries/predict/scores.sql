/*
question = "Who will stay away, or do what else a fit foretells, and why does the model think so?"
doc = """
The latest scores of a fit that are kept, the highest first, each with the three features that move it most against a typical customer. By default those of churn: the probability that a customer who bought within the year before buys nothing in the \
90 days that begin a week later. martlet model score NAME writes those of another day; model.NAME_scores(as_of := ...) gives scores of any moment without Python."""
misleads = "A reason says what the model leans on for this customer, not what would change their mind. An offer to those with high scores pays only where it changes something: measure it by a hold-out. Scores of visits are not kept: model.visit_scores(as_of := ...) gives those of any moment, martlet model score visit adds reasons."
grain = ["customer_key"]
headline = ["customer_id", "score", "band", "reason_1", "reason_2", "fit_status"]
needs = ["model.score"]

[chart]
kind = "bar"
x = "customer_id"
y = "score"

[finding]
text = "{high:count} of {customers:count} customers have a high score, of {score:number} on average."
sql = "SELECT count(*) FILTER (WHERE band = 'high') AS high, count(*) AS customers, avg(score) FILTER (WHERE band = 'high') AS score FROM answer HAVING count(*) FILTER (WHERE band = 'high') > 0"

[params]
band = { type = "choice", of = ["all", "high", "medium", "low"], default = "all", doc = "Only scores of this band." }

[columns]
customer_key = "Customer, as in star.dim_customer."
customer_id = "Identifier of the customer in its source."
as_of = "The moment of asking."
score = "Probability of what is foretold, or the amount."
band = "high: as high as the best tenth of the test; medium: as the next fifth; low: the rest."
reason_1 = "What moves the score most: a feature, its value, and the typical one. NULL where nothing does."
reason_2 = "The second reason."
reason_3 = "The third reason."
model = "Model that gave the score."
fit_status = "fitted; or stale, when data were loaded after the fit."
*/
{% from "_shared/models/stale.sql" import newest_load, when_stale %}
{% from "predict/_fit.sql" import chosen %}
WITH {{ chosen("score") }},

{{ newest_load() }},

kept AS (
    SELECT score.*, chosen.load_id, max(score.as_of) OVER () AS latest_as_of
    FROM model.score AS score
    INNER JOIN chosen ON chosen.model = score.model
)

SELECT
    kept.customer_key,
    customer.customer_id,
    kept.as_of,
    kept.score,
    kept.band,
    kept.reason_1,
    kept.reason_2,
    kept.reason_3,
    kept.model,
    CASE {{ when_stale("kept.load_id") }} ELSE 'fitted' END AS fit_status
FROM kept
INNER JOIN star.dim_customer AS customer ON customer.customer_key = kept.customer_key
CROSS JOIN newest_load
WHERE kept.as_of = kept.latest_as_of AND ($band = 'all' OR kept.band = $band)
ORDER BY kept.score DESC, kept.customer_key
