/*
[params]
as_of = { type = "timestamp", doc = "The moment up to which orders count, inclusive, and to whose day customers are watched. Default: the last order counted." }
start = { type = "timestamp", doc = "First moment of the orders that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the orders that count, exclusive. Default: all." }
include_older = { type = "bool", default = false, doc = "Whether customers whose first purchase lies before the orders that count are in the answer, counted from their first purchase within them." }
*/
{% set as_of = "$as_of" %}
{% set within = "($start IS NULL OR ordered_at >= $start) AND ($until IS NULL OR ordered_at < $until)" %}
{% set before = "ordered_at < $start" %}
