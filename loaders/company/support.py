"""Contacts with the customers' service: what orders and visits make people ask, and how it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import exponential, normal, pick
from martlet.loaders.company._frames import NEVER, date_keys, keys, optional, texts, times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import ContactReason, Preset
    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.web_frames import TouchRecord
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["reason_frame", "support_frame"]

_MINUTE: Final = 60
# Numbers of reasons: a contact's id is that of its order or visit, the reason, and which of both it is.
_REASONS: Final = 16


def support_frame(
    world: World, people: People, sales: Sales, touches: Touches, record: TouchRecord
) -> pl.DataFrame:
    """Return the rows of `star.fact_support_contact`: about orders, and on visits by known customers that hold none."""
    found = []
    for number, reason in enumerate(world.preset.support.reasons):
        if reason.per == "order":
            rows, at = _about_orders(world, people, sales, reason)
            source, who, order = sales.orders.id[rows], sales.orders.who[rows], rows
        else:
            rows, at = _on_visits(world, people, touches, record, reason)
            source, who, order = touches.id[rows], touches.who[rows], np.full(rows.size, -1, dtype=np.int64)
        ids = (source * _REASONS + number) * 2 + (reason.per == "order")
        inside = (at >= world.start_at) & (at < world.until_at)
        parts = (ids, who, order, at, np.full(at.size, number, dtype=np.int64))
        found.append([part[inside] for part in parts])
    ids, who, order, at, kind = (np.concatenate(parts) for parts in zip(*found, strict=True))
    by_time = np.lexsort((ids, at, who))
    ids, who, order, at, kind = (values[by_time] for values in (ids, who, order, at, kind))
    return _frame(world, people, sales, ids=ids, who=who, order=order, at=at, kind=kind)


def _about_orders(world: World, people: People, sales: Sales, reason: ContactReason) -> tuple[Ints, Ints]:
    """Return the orders that make their customers ask for a reason, and when."""
    orders, lines, sums = sales.orders, sales.order_lines, sales.sums
    total, rows = orders.id.size, sales.order_rows
    since = {
        "order": sales.ordered_at,
        "promise": sales.ordered_at + world.preset.basket.delivery_days * DAY,
        "delivery": sums.delivered_at,
        "return": np.full(total, NEVER, dtype=np.int64),
    }[reason.since].copy()
    if reason.since == "return":
        np.minimum.at(since, lines.order, lines.returned_at)
    rows = rows[~sums.is_cancelled[rows] & (since[rows] < NEVER)]
    count = np.maximum(np.bincount(lines.order, minlength=total), 1)
    quality = np.bincount(lines.order, weights=world.products.quality[lines.product], minlength=total) / count
    who = orders.who[rows]
    chance = np.where(sums.is_late[rows], reason.late, reason.chance)
    chance *= np.exp(reason.quality * quality[rows] + reason.satisfaction * people.satisfaction[who])
    chance *= np.where(orders.leaves[rows], reason.leaving, 1.0)
    rows = rows[world.streams.uniform(f"support/{reason.name}", orders.id[rows]) < chance]
    return rows, _asked(world, people, reason, ids=orders.id[rows], who=orders.who[rows], since=since[rows])


def _on_visits(
    world: World, people: People, touches: Touches, record: TouchRecord, reason: ContactReason
) -> tuple[Ints, Ints]:
    """Return the visits that make known customers ask for a reason, and when."""
    rows = record.rows[touches.visits[record.rows] & ~touches.converts[record.rows]]
    rows = rows[record.customer[rows] > 0]
    chance = reason.chance * np.exp(reason.satisfaction * people.satisfaction[touches.who[rows]])
    rows = rows[world.streams.uniform(f"support/{reason.name}", touches.id[rows]) < chance]
    return rows, _asked(
        world, people, reason, ids=touches.id[rows], who=touches.who[rows], since=touches.at[rows]
    )


def _asked(world: World, people: People, reason: ContactReason, *, ids: Ints, who: Ints, since: Ints) -> Ints:
    """Return when people ask, in the hours in which they are about."""
    rhythm = people.rhythm_at(who, since)
    lag = exponential(world.streams.uniform(f"support/{reason.name}/lag", ids)) * reason.days
    at = world.clock.inverse(world.clock.forward(since, rhythm) + lag, rhythm)
    # Who asks so late that the calendar ends does so after the data.
    return np.where(since < world.until_at, np.maximum(at, since + _MINUTE), NEVER)


def _frame(
    world: World, people: People, sales: Sales, *, ids: Ints, who: Ints, order: Ints, at: Ints, kind: Ints
) -> pl.DataFrame:
    support, feedback, streams = world.preset.support, world.preset.feedback, world.streams
    draw = streams.uniform
    channel = pick(draw("support/channel", ids), [entry.weight for entry in support.channels])
    usual = np.array([entry.response_minutes for entry in support.channels])[channel]
    delay = np.exp(support.response_spread * normal(streams, "support/response", ids))
    response = np.maximum(np.round(usual * delay), 1.0).astype(np.int64)
    hours = np.array([entry.hours for entry in support.reasons])[kind]
    resolved = at + response * _MINUTE
    resolved += (hours * 3600 * exponential(draw("support/resolved", ids))).astype(np.int64) + _MINUTE
    own = feedback.personal * people.satisfaction[who]
    satisfied = own + np.sqrt(1 - feedback.personal**2) * normal(streams, "support/mood", ids)
    satisfied -= support.felt_slow * np.log(delay)
    left = np.append(sales.orders.leaves, False)
    satisfied += feedback.felt_leaving * left[order]
    answers = draw("support/answers", ids) < support.answers
    responded = at + response * _MINUTE < world.until_at
    is_resolved = resolved < world.until_at
    placed = np.append(sales.orders.id, 0)
    return pl.DataFrame(
        {
            "support_contact_id": ids,
            "customer_key": keys(people.key[who]),
            "order_id": optional(pl.Series(placed[order]), order >= 0),
            "opened_at": times(at),
            "date_key": date_keys(at),
            "channel": texts(channel, [entry.name for entry in support.channels]),
            "reason": texts(kind, [entry.name for entry in support.reasons]),
            "first_response_minutes": optional(keys(response), responded),
            "resolved_at": times(np.where(is_resolved, resolved, NEVER)),
            "satisfaction": optional(
                keys(1 + np.searchsorted(feedback.csat_cuts, satisfied)), answers & is_resolved
            ),
        }
    )


def reason_frame(preset: Preset) -> pl.DataFrame:
    """Return the rows of `truth.support_reason`."""
    reasons = preset.support.reasons
    columns = ("per", "chance", "late", "leaving", "quality", "satisfaction")
    return pl.DataFrame(
        {
            "reason": [reason.name for reason in reasons],
            **{name: [getattr(reason, name) for reason in reasons] for name in columns},
        }
    )
