"""Budgets: what the campaigns of the paid channels are planned to cost, by what the company expected of their quarter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, seconds
from martlet.loaders.company._frames import money
from martlet.loaders.company.campaigns import CHANNEL_KEYS

if TYPE_CHECKING:
    from datetime import date

    from martlet.loaders.company._sections import ChannelMix
    from martlet.loaders.company._world import World

__all__ = ["campaign_frame"]

_MONTH_DAYS = 30.0
_CENTS = 100


def campaign_frame(world: World) -> pl.DataFrame:
    """Return the rows of `star.dim_campaign`, with budgets for the campaigns that are paid by contact; NULL for others."""
    mixes = {CHANNEL_KEYS[mix.name]: mix for mix in world.preset.channels if mix.cost > 0}
    frame = world.campaigns.frame.filter(pl.col("starts_on") < world.until)
    planned = [
        _budget(world, mixes[key], kind, begins, ends) if key in mixes else None
        for key, kind, begins, ends in frame.select(
            "channel_key", "campaign_type", "starts_on", "ends_on"
        ).iter_rows()
    ]
    known = np.array([-1 if cents is None else cents for cents in planned], dtype=np.int64)
    return frame.with_columns(budget=pl.when(pl.Series(known >= 0)).then(money(np.maximum(known, 0))))


def _budget(world: World, mix: ChannelMix, campaign_type: str, begins: date, ends: date) -> int:
    """Return the budget in cents: contacts expected of customers and strangers, at the channel's price, as a round sum."""
    preset = world.preset
    at = np.arange(max(seconds(begins), world.start_at), seconds(ends) + DAY, DAY, dtype=np.int64)
    customers = np.maximum(world.growth.forward(at) * world.scale, 0.0)
    new = np.maximum(world.growth.forward(at + DAY) * world.scale - customers, 0.0)
    busy = world.clock.forward(at + DAY) - world.clock.forward(at)
    weights = np.array([band.weight for band in preset.people.ages])
    age = float((weights * np.array(mix.ages)).sum() / weights.sum())
    contacts = float((customers * busy).sum()) * mix.touches * age / _MONTH_DAYS
    strangers = float(new.sum()) * preset.visits.prospects * (1 + preset.visits.prospect_visits)
    contacts += strangers * mix.prospects / sum(entry.prospects for entry in preset.channels)
    contacts *= sum(kind.weight for kind in mix.campaigns if kind.type == campaign_type)
    contacts /= max(sum(kind.weight for kind in mix.campaigns), 1e-9)
    # Of a campaign that people click on their way to an order, by the orders that a customer places by habit.
    orders = float((customers * busy).sum()) * preset.orders.rate_shape / preset.orders.rate_scale
    contacts += orders * sum(
        entry.probability
        for entry in preset.harvest
        if entry.channel == mix.name and entry.campaign_type == campaign_type
    )
    step = preset.media.budget_step
    return round(math.ceil(contacts * mix.cost / step) * step * _CENTS)
