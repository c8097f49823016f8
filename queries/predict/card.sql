/*
question = "What is this model, what is it worth, what drives it, is it fair, and when should it not be used?"
doc = """
The card of a model in sentences, written by the fit: what it says, how good it is beside what is simpler, what it is worth in money, what drives it, whether it is fair by group, when not to use it, and how it was made. martlet model card NAME shows it; with -o card.html as a page with its pictures."""
misleads = "The card is of the day of the fit. predict/drift says whether it still holds."
grain = ["place"]
headline = ["section", "sentence"]
needs = ["model.card"]

[finding]
text = "{sentence}"
sql = "SELECT sentence FROM answer WHERE place = 1"

[columns]
place = "Place of the sentence on the card."
section = "Heading of the part that it belongs to."
sentence = "The sentence."
model = "Model that it is of."
*/
{% from "predict/_fit.sql" import chosen %}
WITH {{ chosen("card") }}

SELECT
    card.place,
    card.section,
    card.sentence,
    card.model
FROM model.card AS card
INNER JOIN chosen ON chosen.model = card.model
ORDER BY card.place
