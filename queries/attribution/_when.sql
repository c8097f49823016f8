{# Which parts have work to do for the models asked for: what is false is never planned. #}
{% set counterfactual_when = "(list_contains($model, 'counterfactual') OR (list_contains($model, 'shapley') AND $shapley_v = 'counterfactual'))" %}
{% set shapley_rate_when = "(list_contains($model, 'shapley') AND $shapley_v = 'rate')" %}
{% set markov_when = "list_contains($model, 'markov')" %}
{% set ages_when = "list_contains($model, 'time_decay')" %}
{% set null_paths_when = "(list_has_any($model, ['markov', 'counterfactual']) OR (list_contains($model, 'shapley') AND $shapley_v <> 'conversions'))" %}
