{# A condition on a word that is asked for, in any letter case: true of what has it, an error where nothing has. all_words are in a row of asked_words. #}
{% macro is_asked(parameter, column) %}
CASE
            WHEN {{ parameter }} IS NULL OR lower({{ column }}) = lower({{ parameter }}) THEN true
            WHEN asked_words.all_words IS NULL OR list_contains(asked_words.folded_words, lower({{ parameter }})) THEN false
            ELSE error('{{ parameter[1:] }} must be one of: ' || array_to_string(asked_words.all_words, ', '))
        END
{%- endmacro %}

{# The words that there are of a column, in one row; none are read where none is asked for. #}
{% macro asked_words(parameter, column, rows) %}
asked_words AS (
    SELECT list_sort(list(DISTINCT {{ column }})) AS all_words, list(DISTINCT lower({{ column }})) AS folded_words
    FROM {{ rows }}
    WHERE {{ parameter }} IS NOT NULL
)
{%- endmacro %}
