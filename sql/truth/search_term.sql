/*
doc   = "What each term of the site's search asks for. Compare with a classification of the terms in practice.searches."
grain = ["term"]

[columns]
term = "What is typed."
intent = "What is wanted: product, category, problem (something for a use), navigational (a brand, help), not sold (goods that the shop lacks)."
is_misspelled = "Whether it is misspelled; nothing is then found."
results = "How many products it finds."
*/
CREATE TABLE truth.search_term (
    term VARCHAR PRIMARY KEY,
    intent VARCHAR NOT NULL,
    is_misspelled BOOLEAN NOT NULL,
    results INTEGER NOT NULL
)
