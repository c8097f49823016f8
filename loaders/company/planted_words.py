"""What the truth says in plain words: the SQL that condenses it, and the sentences that are made of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Rows = list[dict[str, Any]]

__all__ = ["PARTS", "TITLES", "WORDS", "Part"]

_DAYS_A_YEAR = 365.25
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Part:
    """A section made by hand: of which table, its name and title, its SQL by the table's columns, its sentences by the rows."""

    relation: str
    name: str
    title: str
    sql: Callable[[dict[str, str]], str]
    words: Callable[[Rows], list[str]]


def _percent(share: float, *, sign: str = "") -> str:
    return f"{100 * share:{sign}.0f} %"


def _causes_sql(_: dict[str, str]) -> str:
    return """
SELECT
    CASE cause.cause WHEN 'touch' THEN 'a touch of marketing' ELSE 'the customer alone' END AS cause,
    count(*) AS orders,
    count(*) / sum(count(*)) OVER () AS share,
    CAST(sum(orders.net_revenue) AS DECIMAL(18, 2)) AS revenue
FROM truth.order_cause AS cause
INNER JOIN star.fact_order AS orders ON orders.order_id = cause.order_id
GROUP BY cause.cause
ORDER BY orders DESC, cause
"""


def _causes(rows: Rows) -> list[str]:
    total = sum(row["orders"] for row in rows)
    alone = sum(row["orders"] for row in rows if row["cause"] == "the customer alone")
    return [
        (
            f"Of {total:,} orders, {alone:,} ({_percent(alone / total)}) would have come without any marketing; each of the other "
            f"{total - alone:,} was caused by one touch, and would not have come without it."
        ),
        "truth.order_cause says it of each order.",
    ]


def _channels_sql(columns: dict[str, str]) -> str:
    effects = ", ".join(f'effect."{name}"' for name in columns if name != "channel_key")
    return f"""
WITH credited AS (
    SELECT channel, conversions FROM attribution.channels(model := 'last')
),

caused AS (
    SELECT channel_key, count(*) AS orders FROM truth.order_cause WHERE cause = 'touch' GROUP BY channel_key
)

SELECT
    channels.channel,
    CAST(coalesce(caused.orders, 0) AS BIGINT) AS really_caused,
    CAST(coalesce(credited.conversions, 0) AS BIGINT) AS last_touch_credits,
    CAST(coalesce(credited.conversions, 0) - coalesce(caused.orders, 0) AS BIGINT) AS credited_too_much,
    {effects}
FROM truth.channel_effect AS effect
INNER JOIN star.dim_channel AS channels ON channels.channel_key = effect.channel_key
LEFT JOIN caused ON caused.channel_key = effect.channel_key
LEFT JOIN credited ON credited.channel = channels.channel
ORDER BY really_caused DESC, channels.channel
"""


def _channels(rows: Rows) -> list[str]:
    over = max(rows, key=lambda row: row["credited_too_much"])
    under = min(rows, key=lambda row: row["credited_too_much"])
    said = []
    if over["credited_too_much"] > 0:
        said.append(
            f"Last touch credits {over['channel']} with {over['last_touch_credits']:,} orders; it caused "
            f"{over['really_caused']:,}. People who have decided to buy come through it."
        )
    if under["credited_too_much"] < 0:
        said.append(
            f"It credits {under['channel']} with only {under['last_touch_credits']:,}; it caused {under['really_caused']:,}."
        )
    return [*said, "A touch causes orders_per_touch orders on average, mean_lag_days after it."]


def _customers_sql(columns: dict[str, str]) -> str:
    known = ("customer_key", "purchase_rate", "dropout_probability", "churned_at", "mean_spend", "persona")
    added = [
        name
        for name, kind in columns.items()
        if name not in known and kind in ("DOUBLE", "INTEGER", "BOOLEAN")
    ]
    means = "".join(f',\n    avg(CAST("{name}" AS DOUBLE)) AS mean_{name}' for name in added)
    return f"""
SELECT
    coalesce(persona, '(none)') AS persona,
    count(*) AS customers,
    count(churned_at) AS left_for_good,
    count(churned_at) / count(*) AS share_left,
    {_DAYS_A_YEAR} * avg(purchase_rate) AS own_orders_a_year,
    avg(dropout_probability) AS leaves_after_an_order,
    CAST(avg(mean_spend) AS DECIMAL(18, 2)) AS mean_spend{means}
FROM truth.customer
GROUP BY ALL
ORDER BY customers DESC, persona
"""


def _customers(rows: Rows) -> list[str]:
    total, left = sum(row["customers"] for row in rows), sum(row["left_for_good"] for row in rows)
    return [
        (
            f"Of {total:,} customers, {left:,} ({_percent(left / total)}) have left for good by the end of the data, each right after "
            "an order; nothing in the facts says so. truth.customer has the moment."
        ),
        "own_orders_a_year come without marketing, while the customer stays.",
    ]


PARTS = (
    Part("order_cause", "causes", "Why people ordered", _causes_sql, _causes),
    Part("channel_effect", "channels", "What the channels do", _channels_sql, _channels),
    Part("customer", "customers", "Who the customers are, and who has left", _customers_sql, _customers),
)


def _experiments(rows: Rows) -> list[str]:
    said = []
    for row in rows:
        if row["relative_lift"]:
            kind = f" ({row['kind']})" if row.get("kind") else ""
            said.append(
                f"{row['experiment']}{kind}: {row['variant']} changes {row['metric']} by {_percent(row['relative_lift'], sign='+')}."
            )
    # A lift that is NULL is that of an experiment which exposed nobody.
    idle = sorted(
        {row["experiment"] for row in rows} - {row["experiment"] for row in rows if row["relative_lift"] != 0}
    )
    if idle:
        said.append(f"{' and '.join(idle)}: no arm does anything.")
    for name in dict.fromkeys(row["experiment"] for row in rows):
        # An arm has a row for each metric.
        arms = {
            row["variant"]: (row["split"], row["allocation"]) for row in rows if row["experiment"] == name
        }
        if any(None not in arm and abs(arm[0] - arm[1]) > _ROUNDING for arm in arms.values()):
            real, plan = (
                " : ".join(f"{100 * (arm[place] or 0):.0f}" for arm in arms.values()) for place in (0, 1)
            )
            said.append(f"{name}: people were sent to the arms {real}, and not {plan} as planned.")
    return said


def _elasticities(rows: Rows) -> list[str]:
    most, least = min(rows, key=_elasticity), max(rows, key=_elasticity)
    return [
        (
            f"At 10 % off, {most['category']} sells {_percent(0.9 ** most['elasticity'] - 1)} more units, "
            f"{least['category']} {_percent(0.9 ** least['elasticity'] - 1)}."
        )
    ]


def _returns(rows: Rows) -> list[str]:
    most, least = max(rows, key=_probability), min(rows, key=_probability)
    return [
        (
            f"Of the lines of {most['category']}, {_percent(_probability(most))} come back, of those of {least['category']} "
            f"{_percent(_probability(least))}."
        )
    ]


def _modifiers(rows: Rows) -> list[str]:
    if not {"channel", "acts_on", "segment", "value", "factor"} <= rows[0].keys():
        return []
    said = []
    for channel in dict.fromkeys(row["channel"] for row in rows):
        mine = [row for row in rows if row["channel"] == channel and row["acts_on"] == "orders"]
        parts = []
        for segment in dict.fromkeys(row["segment"] for row in mine):
            found = [row for row in mine if row["segment"] == segment]
            most, least = max(found, key=_factor), min(found, key=_factor)
            parts += [
                f"{_factor(row):g} times the orders where {segment} is {row['value']}"
                for row in ((most, least) if _factor(most) > _factor(least) else (most,))
            ]
        if parts:
            said.append(f"A touch of {channel} brings {', '.join(parts)}.")
    return said


def _factor(row: dict[str, Any]) -> float:
    return float(row["factor"])


def _probability(row: dict[str, Any]) -> float:
    return float(row["return_probability"])


def _elasticity(row: dict[str, Any]) -> float:
    return float(row["elasticity"])


TITLES = {
    "ad": "Which advertisements work",
    "category_season": "When it is bought",
    "content_asset": "How content fades",
    "effect_modifier": "Whom marketing works on",
    "experiment": "What the experiments really do",
    "external_effect": "What acts from outside",
    "media_contribution": "What paid media brought, week by week",
    "landing_page": "Where visits end at once",
    "media_response": "How channels answer to spend",
    "media_week": "What was spent, and what it did, week by week",
    "persona": "Kinds of customers",
    "place_conversion": "Where visits become orders",
    "post_effect": "What posts get answers",
    "price_elasticity": "How demand answers to price",
    "product": "What sells, and how good it is",
    "product_affinity": "What is bought together",
    "recommendation": "What came of recommendations",
    "recommendation_effect": "What recommendations do, place by place",
    "return_probability": "What comes back",
    "satisfaction": "What moves satisfaction",
    "search_effect": "What it costs to find nothing",
    "search_term": "What searches ask for",
    "stock_out": "When the shelves were empty",
    "support_reason": "What makes customers ask the service",
    "stock_out_met": "Who stood before an empty shelf",
    "subject_effect": "What subject lines do to opens",
}
WORDS: dict[str, Callable[[Rows], list[str]]] = {
    "effect_modifier": _modifiers,
    "experiment": _experiments,
    "price_elasticity": _elasticities,
    "return_probability": _returns,
}
