/*
doc = "A word of a dimension as text, NULL where it is the word for not knowing: (unknown) or (not set). For the practice views, where what is not known is NULL."

[columns]
word = "Text or word of an enumeration."
*/
CREATE MACRO main.known(word) AS
    CASE WHEN CAST(word AS VARCHAR) NOT IN ('(unknown)', '(not set)') THEN CAST(word AS VARCHAR) END
