/*
doc   = "What a word in a subject line speaks for. The words of a line (main.line_words) weigh how often it has them times idf, and all of them together one by the root of the sum of their squares; (constant) plus the sum of weight x value over the words is the log odds of the one class, or by its exponential the share of each class among all."
grain = ["model", "class", "term"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
class = "Kind of campaign that is foretold; opened of a model of opens."
term = "Word, as main.line_words writes it; (constant); of a model of opens also (length), in ten characters, and (type) and a kind of campaign."
lines = "Lines of the training that have it. NULL for (constant) and (length)."
idf = "Inverse document frequency: ln((1 + lines of the training) / (1 + lines that have it)) + 1. NULL for what is no word, whose value is not weighed."
weight = "Its weight; of several classes with a mean of 0 over them."
*/
CREATE TABLE model.term (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    class VARCHAR NOT NULL,
    term VARCHAR NOT NULL,
    lines INTEGER,
    idf DOUBLE,
    weight DOUBLE NOT NULL,
    PRIMARY KEY (model, class, term)
)
