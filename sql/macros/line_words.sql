/*
doc = "The words of a subject line, or of another short text, as a list in their order (VARCHAR[]): lower-case words of letters, 0 for each number, !, ? and % for themselves, {name} for a placeholder of the recipient's name in any tool's writing, and ☺ for pictographs in a row. NULL for NULL."

[columns]
line = "The text, a VARCHAR."
*/
CREATE MACRO main.line_words(line) AS
    regexp_extract_all(
        regexp_replace(
            regexp_replace(
                regexp_replace(lower(line), '[{][^}]*name[^}]*[}]|[*][|][a-z_]*name[a-z_]*[|][*]', ' {name} ', 'g'),
                '[0-9]+', '0', 'g'
            ),
            '[\x{2190}-\x{2BFF}\x{1F000}-\x{1FAFF}]+', ' ☺ ', 'g'
        ),
        '[{]name[}]|[\p{L}\p{M}]+|[0!?%☺]'
    )
