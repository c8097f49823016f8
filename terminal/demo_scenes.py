"""The answers of the demo: for each the question, the SQL that condenses a pack's view, and a sentence on what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Rows = list[dict[str, Any]]

__all__ = ["SCENES", "Scene"]


@dataclass(frozen=True)
class Scene:
    """One answer: its title, SQL, meaning in words, the command that gives it in full, and whether it needs the truth."""

    title: str
    sql: str
    meaning: Callable[[Rows], str]
    command: str
    needs_truth: bool | None = None


_SEGMENTS = """
SELECT segment, count(*) AS customers, CAST(sum(monetary) AS DECIMAL(18, 0)) AS revenue,
    round(100 * count(*) / sum(count(*)) OVER (), 1) AS "% of customers",
    round(100 * CAST(sum(monetary) AS DOUBLE) / nullif(sum(sum(monetary)) OVER (), 0), 1) AS "% of revenue"
FROM segmentation.rfm GROUP BY segment ORDER BY revenue DESC, segment LIMIT 8
"""


def _segments(rows: Rows) -> str:
    best = rows[0]
    return (
        f"The segment {best['segment']} is {best['% of customers']:.0f} % of all who bought, "
        f"and brings {best['% of revenue'] or 0:.0f} % of the money."
    )


_FUNNEL = """
SELECT step, entered AS sessions, dropped AS "left here",
    round(100 * conversion_from_previous, 1) AS "% of the step before",
    round(100 * conversion_from_first, 1) AS "% of the first"
FROM funnel.stages ORDER BY step_number
"""


def _funnel(rows: Rows) -> str:
    worst = max(rows, key=lambda row: row["left here"] / row["sessions"] if row["sessions"] else 0)
    last = rows[-1]
    return (
        f"Of 100 sessions that begin at {rows[0]['step']}, {last['% of the first'] or 0:.1f} end in {last['step']}; "
        f"the widest leak is after {worst['step']}."
    )


# What each channel caused is known because the generator wrote it down as it made each order.
_ATTRIBUTION = """
WITH credited AS (
    SELECT channel, conversions FROM attribution.channels(model := 'last')
),

caused AS (
    SELECT
        CASE cause.cause WHEN 'touch' THEN channel.channel ELSE '(unattributed)' END AS channel,
        count(*) AS orders
    FROM truth.order_cause AS cause
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = cause.channel_key
    GROUP BY ALL
),

compared AS (
    SELECT
        coalesce(credited.channel, caused.channel) AS channel,
        coalesce(credited.conversions, 0) AS credited,
        coalesce(caused.orders, 0) AS caused,
        coalesce(credited.channel, caused.channel) = '(unattributed)' AS is_none,
        greatest(coalesce(credited.conversions, 0), coalesce(caused.orders, 0)) AS size
    FROM credited
    FULL JOIN caused ON caused.channel = credited.channel
),

placed AS (
    SELECT *, row_number() OVER (ORDER BY is_none, size DESC, channel) AS place FROM compared
),

named AS (
    SELECT
        CASE WHEN is_none THEN '(no marketing)' WHEN place > 6 THEN '(other channels)' ELSE channel END AS channel,
        CASE WHEN is_none THEN 8 ELSE least(place, 7) END AS place,
        CAST(sum(credited) AS BIGINT) AS credited,
        CAST(sum(caused) AS BIGINT) AS caused
    FROM placed
    GROUP BY ALL
)

SELECT channel, credited AS "last touch credits", caused AS "really caused", credited - caused AS "credited too much"
FROM named WHERE credited + caused > 0 ORDER BY place
"""


def _attribution(rows: Rows) -> str:
    most = max(rows, key=lambda row: row["credited too much"])
    given, real = most["last touch credits"], most["really caused"]
    orders = sum(row["really caused"] for row in rows)
    baseline = sum(row["really caused"] for row in rows if row["channel"] == "(no marketing)")
    return (
        f"Of {orders:,} orders, {baseline:,} would have come without any marketing. Last touch credits "
        f"{most['channel']} with {given:,}; it caused {real:,}. The generator wrote down the true cause of each order, "
        "in truth.order_cause, so each method can be held against it."
    )


_CHANNELS = """
SELECT channel, round(conversions, 1) AS conversions, round(revenue, 2) AS revenue, touches
FROM attribution.channels ORDER BY revenue DESC, channel LIMIT 8
"""


def _channels(rows: Rows) -> str:
    return f"{rows[0]['channel']} has the most revenue to its credit."


_EMAIL = """
SELECT campaign_type, sent, round(100 * human_open_rate, 1) AS "% opened", round(100 * click_rate, 1) AS "% clicked",
    conversions AS orders, CAST(revenue AS DECIMAL(18, 0)) AS revenue, round(roi, 1) AS roi
FROM email.roi WHERE sent > 0 ORDER BY revenue DESC NULLS LAST, campaign_type LIMIT 8
"""


def _email(rows: Rows) -> str:
    best = max(rows, key=lambda row: row["roi"] if row["roi"] is not None else float("-inf"))
    return (
        f"{best['campaign_type']} emails bring {best['roi'] or 0:,.0f} for each 1 spent, the most of all, if an order "
        "within five days of a click is theirs."
    )


SCENES = (
    Scene("Which customers bring the money?", _SEGMENTS, _segments, "martlet query segmentation/rfm"),
    Scene("Where do people leave on the way to a purchase?", _FUNNEL, _funnel, "martlet query funnel/stages"),
    Scene(
        "What does last-touch attribution get wrong?",
        _ATTRIBUTION,
        _attribution,
        "martlet query attribution/channels -p model=last",
        needs_truth=True,
    ),
    Scene(
        "Which channels get the credit?",
        _CHANNELS,
        _channels,
        "martlet query attribution/channels",
        needs_truth=False,
    ),
    Scene("Which emails pay?", _EMAIL, _email, "martlet query email/roi"),
)
