{# Whether any source of the warehouse tells of bounces, complaints and unsubscribes: where none does, their number is not 0 but unknown. #}
{% macro known() %}
known AS (
    SELECT
        {% for name, in_mail, in_report in [
            ("bounces", "bounce_type", "hard_bounces"), ("complaints", "complained_at", "complaints"), ("unsubscribes", "unsubscribed_at", "unsubscribes"),
        ] %}
        EXISTS (SELECT 1 FROM star.fact_email WHERE {{ in_mail }} IS NOT NULL) OR EXISTS (SELECT 1 FROM star.fact_email_report WHERE {{ in_report }} IS NOT NULL) AS {{ name }}{{ "" if loop.last else "," }}
        {% endfor %}
)
{%- endmacro %}
