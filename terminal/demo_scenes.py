"""The answers of the demo: for each the question, the SELECT over the packs' views that answers it, and a sentence on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Rows = list[dict[str, Any]]

__all__ = ["SCENES", "Scene"]


@dataclass(frozen=True)
class Scene:
    """One answer: its title, its SQL, the number that its bars show, its meaning in words, and whether it needs the truth."""

    title: str
    sql: str
    bars: str
    meaning: Callable[[Rows], str]
    needs_truth: bool | None = None

    @property
    def command(self) -> str:
        """The command that gives just these rows."""
        return f'martlet sql "{self.sql}" --bars {self.bars}'


_SEGMENTS = """SELECT segment, count(*) AS customers, sum(monetary) AS revenue,
    round(100 * count(*) / sum(count(*)) OVER (), 1) AS pct_customers,
    round(100 * sum(monetary) / nullif(sum(sum(monetary)) OVER (), 0), 1) AS pct_revenue
FROM segmentation.rfm GROUP BY segment ORDER BY revenue DESC, segment LIMIT 8"""


def _segments(rows: Rows) -> str:
    best = rows[0]
    return (
        f"The segment {best['segment']} is {best['pct_customers']:.0f} % of all who bought, "
        f"and brings {best['pct_revenue'] or 0:.0f} % of the money."
    )


_FUNNEL = """SELECT step, entered, dropped, conversion_from_previous, conversion_from_first
FROM funnel.stages ORDER BY step_number"""


def _funnel(rows: Rows) -> str:
    worst = max(rows, key=lambda row: row["dropped"] / row["entered"] if row["entered"] else 0)
    last = rows[-1]
    return (
        f"Of 100 sessions that reach {rows[0]['step']}, {100 * (last['conversion_from_first'] or 0):.1f} end in "
        f"{last['step']}; the widest leak is after {worst['step']}."
    )


_ATTRIBUTION = """SELECT channel, conversions, caused_conversions, over_credit
FROM attribution.scorecard(model := ['last']) ORDER BY over_credit DESC, channel"""


def _attribution(rows: Rows) -> str:
    most = rows[0]
    shared, caused = (sum(row[name] for row in rows) for name in ("conversions", "caused_conversions"))
    return (
        f"Last touch shares out {shared:,.0f} orders among channels that really caused {caused:,}: the others would have come "
        f"without any marketing. It credits {most['channel']} with {most['conversions']:,.0f}, which caused "
        f"{most['caused_conversions']:,}. The generator wrote down the true cause of each order, in truth.order_cause, so each "
        "method can be held against it."
    )


_CHANNELS = """SELECT channel, conversions, revenue, touches
FROM attribution.channels ORDER BY revenue DESC, channel LIMIT 8"""


def _channels(rows: Rows) -> str:
    return f"{rows[0]['channel']} has the most revenue to its credit."


_EMAIL = """SELECT campaign_type, sent, human_open_rate, click_rate, conversions, revenue, roi
FROM email.roi WHERE sent > 0 ORDER BY revenue DESC, campaign_type LIMIT 8"""


def _email(rows: Rows) -> str:
    best = max(rows, key=lambda row: row["roi"] if row["roi"] is not None else float("-inf"))
    return (
        f"{best['campaign_type']} emails bring {best['roi'] or 0:,.0f} for each 1 spent, the most of all, if an order "
        "within five days of a click is theirs."
    )


# Four on any warehouse, whatever the number of packs.
SCENES = (
    Scene("Which customers bring the money?", _SEGMENTS, "revenue", _segments),
    Scene("Where do people leave on the way to a purchase?", _FUNNEL, "entered", _funnel),
    Scene(
        "What does last-touch attribution get wrong?",
        _ATTRIBUTION,
        "over_credit",
        _attribution,
        needs_truth=True,
    ),
    Scene("Which channels get the credit?", _CHANNELS, "revenue", _channels, needs_truth=False),
    Scene("Which emails pay?", _EMAIL, "revenue", _email),
)
