{# The limits of an attempt, in microseconds, and what else all ways through the steps name alike. #}
{% set last = steps_length %}
{% set never = "9000000000000000000" %}
{% set window_length = "main.microseconds($window_hours / 24)" %}
{# Events of one moment follow each other in strict order alone. #}
{% set least_gap = "main.microseconds($min_gap_minutes / 1440)" if step_order == "strict" else "greatest(main.microseconds($min_gap_minutes / 1440), 1)" %}
{% set greatest_gap = "coalesce(main.microseconds($max_gap_minutes / 1440), " ~ never ~ ")" %}
{% set is_plain = "($hold_constant = 'none' AND $count = 'uniques' AND $min_gap_minutes = 0 AND $max_gap_minutes IS NULL AND array_length($exclusions) = 0)" %}
{% set has_exclusions = step_order == "ordered" and exclusions_length > 0 %}
{# Chains refer to a step many times, which old versions would compute each time anew. #}
{% set has_chains = step_order == "ordered" and exclusions_length == 0 and not is_installed %}
