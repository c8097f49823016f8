"""Rows about browsers: touchpoints, visits, events, visitors. Known and unknown people have separate frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company import _ids
from martlet.loaders.company._frames import NEVER, date_keys, keys, micros, money, optional, times, words
from martlet.loaders.company.browsers import devices_of, is_recognised, stranger_places, visitors
from martlet.loaders.company.event_kinds import EVENT_NAMES, STAGES
from martlet.loaders.company.touches import TOUCH_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.visits import VisitEvents
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["TouchRecord", "bridge_frame", "event_frames", "session_frames", "touchpoint_frames"]

# The stage that each kind of event reaches; searches and the like are none.
_STAGE_OF: Final = np.array([0, -1, -1, -1, -1, 1, 2, 3, 4])
_REACHED: Final = np.array([0, 0, 0, 0, 0, 1, 2, 3, 4])
_PAGES: Final = np.isin(np.arange(9), [EVENT_NAMES.index("page_view"), EVENT_NAMES.index("product_view")])


@dataclass(frozen=True)
class TouchRecord:
    """What the data know of touches: whether they lie in them, whose they are, and where they took place.

    `rows` are the touches of the data: the known by customer and time, then the others by time; `known` counts the first.
    """

    visitor: Ints
    customer: Ints
    device: Ints
    place: Ints
    rows: Ints
    known: int

    @classmethod
    def of(cls, world: World, people: People, touches: Touches) -> TouchRecord:
        """Look at all touches of a block."""
        visitor = visitors(people, touches)
        customer = np.where(is_recognised(world, people, touches), people.key[touches.who], 0)
        device = devices_of(world, people, touches)
        place = people.place_at(touches.who, touches.at)
        strange = np.flatnonzero(touches.browser >= _ids.PROSPECTS)
        place[strange] = stranger_places(world, visitor[strange])
        kept = np.flatnonzero((touches.at >= world.start_at) & (touches.at < world.until_at))
        rows = kept[
            np.lexsort(
                (
                    touches.id[kept],
                    np.where(customer[kept] == 0, NEVER, customer[kept] << 36) + touches.at[kept],
                )
            )
        ]
        return cls(visitor, customer, device, place, rows, int(np.count_nonzero(customer[kept])))


def _halves(relation: str, frame: pl.DataFrame, known: int) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of known customers, then those of unknown people, each clustered."""
    return [(relation, part) for part in (frame[:known], frame[known:]) if part.height]


def touchpoint_frames(touches: Touches, record: TouchRecord) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of `star.fact_touchpoint`."""
    rows = record.rows
    frame = pl.DataFrame(
        {
            "touchpoint_id": touches.id[rows],
            "customer_key": keys(record.customer[rows]),
            "visitor_id": optional(pl.Series(record.visitor[rows]), touches.browser[rows] >= 0),
            "touched_at": times(touches.at[rows]),
            "date_key": date_keys(touches.at[rows]),
            "channel_key": keys(touches.channel[rows]),
            "campaign_key": keys(touches.campaign[rows]),
            "device_key": keys(record.device[rows]),
            "touch_type": words(touches.kind[rows], TOUCH_TYPES),
            "session_id": optional(pl.Series(touches.id[rows]), touches.visits[rows]),
            "cost": micros(touches.cost[rows]),
        }
    )
    return _halves("star.fact_touchpoint", frame, record.known)


def session_frames(
    world: World, touches: Touches, record: TouchRecord, visit_events: VisitEvents, sales: Sales
) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of `star.fact_session`."""
    rows = record.rows[touches.visits[record.rows]]
    known = int(np.count_nonzero(record.customer[rows]))
    orders, ordered_at, visit = sales.orders, visit_events.ordered_at, visit_events.visit_of_touch[rows]
    inside = visit_events.at < world.until_at
    total = visit_events.first.size
    kept = np.bincount(visit_events.owner[inside], minlength=total)[visit]
    pages = np.bincount(visit_events.owner[inside & _PAGES[visit_events.kind]], minlength=total)[visit]
    last = visit_events.first[visit] + kept - 1
    # The page of a product may come first, before other pages.
    landed = visit_events.kind[visit_events.first[visit]]
    reached = np.maximum(_REACHED[visit_events.kind[last]], _REACHED[landed])
    order = np.where(touches.converts[rows], touches.order[rows], -1)
    placed = np.maximum(order, 0)
    is_converted = (
        (order >= 0) & (ordered_at[placed] < world.until_at) & sales.sums.is_sale[placed]
        if orders.id.size
        else order >= 0
    )
    frame = pl.DataFrame(
        {
            "session_id": touches.id[rows],
            "visitor_id": record.visitor[rows],
            "customer_key": keys(record.customer[rows]),
            "started_at": times(touches.at[rows]),
            "date_key": date_keys(touches.at[rows]),
            "channel_key": keys(touches.channel[rows]),
            "campaign_key": keys(touches.campaign[rows]),
            "device_key": keys(record.device[rows]),
            "geography_key": keys(record.place[rows] + 1),
            "landing_page_key": keys(visit_events.page[visit_events.first[visit]]),
            "page_views": keys(pages),
            "duration_seconds": keys(visit_events.at[last] - touches.at[rows]),
            "is_bounce": kept == 1,
            "furthest_stage": words(reached, STAGES),
            "is_converted": is_converted,
            "order_id": optional(pl.Series(orders.id[order] if orders.id.size else order), is_converted),
            "revenue": money(np.where(is_converted, sales.sums.net[order] if orders.id.size else 0, 0)),
        }
    )
    return _halves("star.fact_session", frame, known)


def event_frames(
    world: World, touches: Touches, record: TouchRecord, visit_events: VisitEvents
) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of `star.fact_event`."""
    rows = record.rows[touches.visits[record.rows]]
    touch = np.full(visit_events.first.size, -1, dtype=np.int64)
    touch[visit_events.visit_of_touch[rows]] = rows
    of_touch = touch[visit_events.owner]
    kept = np.flatnonzero((of_touch >= 0) & (visit_events.at < world.until_at))
    customer = record.customer[of_touch[kept]]
    line = np.where(customer == 0, NEVER, customer * (1 << 36)) + visit_events.at[kept]
    kept = kept[np.argsort(line, kind="stable")]
    of_touch = of_touch[kept]
    kind, at, value = visit_events.kind[kept], visit_events.at[kept], visit_events.value[kept]
    frame = pl.DataFrame(
        {
            "event_id": touches.id[of_touch] * _ids.EVENTS + visit_events.number[kept],
            "session_id": touches.id[of_touch],
            "visitor_id": record.visitor[of_touch],
            "customer_key": keys(record.customer[of_touch]),
            "occurred_at": times(at),
            "date_key": date_keys(at),
            "event_name": words(kind, EVENT_NAMES),
            "funnel_stage": words(_STAGE_OF[kind], STAGES),
            "page_key": keys(visit_events.page[kept]),
            "product_key": keys(visit_events.product[kept] + 1),
            "value": optional(money(value), value >= 0),
            "event_properties": words(visit_events.properties[kept], world.properties.texts),
        }
    )
    return _halves("star.fact_event", frame, int(np.count_nonzero(customer)))


def bridge_frame(touches: Touches, record: TouchRecord) -> pl.DataFrame:
    """Return the rows of `star.bridge_visitor`: every browser that the data hold."""
    rows = record.rows[touches.browser[record.rows] >= 0]
    frame = pl.DataFrame(
        {
            "visitor_id": record.visitor[rows],
            "customer_key": keys(record.customer[rows]),
            "at": times(touches.at[rows]),
        }
    )
    return (
        frame.group_by("visitor_id")
        .agg(
            customer_key=pl.col("customer_key").max(),
            first_seen_at=pl.col("at").min(),
            identified_at=pl.col("at").filter(pl.col("customer_key") > 0).min(),
        )
        .sort("visitor_id")
    )
