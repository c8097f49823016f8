"""Leads: people who left their details before they bought, or without ever buying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._frames import NEVER, date_keys, keys, times
from martlet.loaders.company._ids import PROSPECTS, VISITORS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.web_frames import TouchRecord
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["lead_frame"]

_OF_CUSTOMER: Final = VISITORS - 1


def lead_frame(
    world: World, people: People, touches: Touches, record: TouchRecord, first_order: Ints
) -> tuple[pl.DataFrame, Ints]:
    """Return the rows of `star.fact_lead`: at the first visit of an unknown browser, or of a customer before the sign-up.

    `first_order` is the moment of each customer's first order in the data. The second result is the position in the library of
    the asset that won each lead, -1 for none.
    """
    draw, leads = world.streams.uniform, world.preset.leads
    visits = record.rows[record.known :]
    visits = visits[touches.visits[visits]]
    visits = visits[touches.is_exogenous[visits]]
    early = touches.at[visits] < people.signed_up_at[touches.who[visits]]
    visits = visits[early | (touches.browser[visits] >= PROSPECTS)]
    is_prospect = touches.browser[visits] >= PROSPECTS
    person = np.where(
        is_prospect, record.visitor[visits], people.key[touches.who[visits]] * VISITORS + _OF_CUSTOMER
    )
    # Rows come by time, so the first of a person is the earliest.
    person, first = np.unique(person, return_index=True)
    is_prospect, touch = is_prospect[first], visits[first]
    chosen = np.flatnonzero(draw("lead", person) < np.where(is_prospect, leads.prospect, leads.customer))
    person, is_prospect, touch = person[chosen], is_prospect[chosen], touch[chosen]
    who, at = touches.who[touch], touches.at[touch]
    bought_at = np.where(is_prospect, NEVER, first_order[who])
    is_customer = bought_at < NEVER
    order = np.lexsort((person, at, np.where(is_customer, people.key[who], 0)))
    by_content = np.flatnonzero(draw("lead/content", person) < leads.by_content)
    asset = np.full(person.size, -1, dtype=np.int64)
    asset[by_content] = _assets(world, draw("lead/asset", person[by_content]), at[by_content])
    frame = pl.DataFrame(
        {
            "lead_id": person[order],
            "captured_at": times(at[order]),
            "date_key": date_keys(at[order]),
            "channel_key": keys(touches.channel[touch][order]),
            "campaign_key": keys(touches.campaign[touch][order]),
            "customer_key": keys(np.where(is_customer, people.key[who], 0)[order]),
            "became_customer_at": times(bought_at[order]),
        }
    )
    return frame, asset[order]


def _assets(world: World, uniform: Floats, at: Ints) -> Ints:
    """Return the asset that won each lead, of those that were there by then, by what they bring; -1 where nothing was there."""
    days, day = np.unique(at // DAY, return_inverse=True)
    leads = np.array([kind.lead for kind in world.preset.content.kinds])[world.library.kind]
    weights = np.cumsum(world.library.views(world.preset, days * DAY) * leads, axis=1)
    if not weights.size:
        return np.full(at.size, -1, dtype=np.int64)
    total = weights[:, -1:]
    # Each day's cumulated shares lie within its own unit, so that one search finds all.
    line = (weights / np.where(total > 0, total, 1.0) + np.arange(days.size)[:, None]).ravel()
    found = np.searchsorted(line, day + uniform, side="right") - day * weights.shape[1]
    return np.where(total[day, 0] > 0, np.minimum(found, weights.shape[1] - 1), -1)
