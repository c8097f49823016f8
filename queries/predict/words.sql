/*
question = "Which words of a subject line speak for a kind of campaign, or make people open?"
doc = """
The words that a model of subject lines has learnt, for each kind of campaign those first that speak most for it; of the fit opens those that go with more opens first, and those with fewer last. Beside words there are, of opens, the line's length and the kinds of campaign."""
misleads = "A word stands for the campaigns that had it. Only versions of one mailing, sent to parts of an audience at random, say what a word does: email/subject_lines compares those."
grain = ["class", "term"]
headline = ["class", "place", "term", "weight", "lines"]
needs = ["model.term"]

[chart]
kind = "bar"
x = "term"
y = "weight"

[finding]
text = "{term} speaks most for {class}."
sql = "SELECT class, term FROM answer WHERE idf IS NOT NULL AND weight > 0 ORDER BY weight DESC, class, term LIMIT 1"

[params]
fit = { default = "subject_type", doc = "Name of the fit of subject lines, as martlet model fit was told: subject_type or opens, if not told otherwise." }

[columns]
class = "Kind of campaign; opened of a model of opens."
place = "Place of the word within the class, 1 speaks most for it."
term = "Word, as main.line_words writes it: 0 is a number, {name} the recipient's name, ☺ a pictograph. Of opens also (length), of ten characters, and (type) and a kind of campaign."
weight = "What it adds to the log odds; above 0 it speaks for the class."
lines = "Lines that taught it. NULL for the length."
idf = "How rare the word is among the lines. NULL for what is no word."
*/
{% from "predict/_fit.sql" import chosen %}
WITH {{ chosen("term") }}

SELECT
    term.class,
    row_number() OVER (PARTITION BY term.class ORDER BY term.weight DESC, term.term) AS place,
    term.term,
    term.weight,
    term.lines,
    term.idf
FROM model.term AS term
INNER JOIN chosen ON chosen.model = term.model
WHERE term.term <> '(constant)'
ORDER BY term.class, place
