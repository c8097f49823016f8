"""Budgets: what the campaigns of the paid channels are planned to cost, by what the company expected of their quarter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, seconds
from martlet.loaders.company._frames import money
from martlet.loaders.company.campaigns import CHANNEL_KEYS

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from martlet.loaders.company._sections import ChannelMix
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]

__all__ = ["campaign_frame"]

_MONTH_DAYS = 30.0
_CENTS = 100
# Days after the end of the data for which a campaign that is running then was planned.
_AHEAD = 100
_GRID = 400


def campaign_frame(world: World) -> pl.DataFrame:
    """Return the rows of `star.dim_campaign`, with budgets for the campaigns that are paid by contact; NULL for others, and before the data."""
    mixes = {CHANNEL_KEYS[mix.name]: mix for mix in world.preset.channels if mix.cost > 0}
    audience = _Audience.of(world)
    frame = world.campaigns.frame.filter(pl.col("starts_on") < world.until)
    planned = [
        _budget(world, audience, mixes[key], kind, begins=begins, ends=ends)
        if key in mixes and ends >= world.first_day
        else None
        for key, kind, begins, ends in frame.select(
            "channel_key", "campaign_type", "starts_on", "ends_on"
        ).iter_rows()
    ]
    known = np.array([-1 if cents is None else cents for cents in planned], dtype=np.int64)
    return frame.with_columns(budget=pl.when(pl.Series(known >= 0)).then(money(np.maximum(known, 0))))


@dataclass(frozen=True)
class _Audience:
    """By week from the opening on: how many customers' worth of attention there is, and the orders a day that come by habit."""

    at: Floats
    attentive: Floats
    habit: Floats

    @classmethod
    def of(cls, world: World) -> _Audience:
        """Add up all sign-ups so far, as BG/NBD expects them to have stayed: E[exp(-rate x dropout x age)]."""
        orders = world.preset.orders
        at = np.arange(seconds(world.recorded), world.until_at + _AHEAD * DAY, 7 * DAY, dtype=np.int64)
        weeks = np.concatenate((np.arange(at[0] - world.preset.growth.days_before * DAY, at[0], 7 * DAY), at))
        came = np.diff(world.growth.forward(np.append(weeks, weeks[-1] + 7 * DAY))) * world.scale
        age = np.maximum(world.clock.forward(at)[:, None] - world.clock.forward(weeks)[None, :], 0.0)
        is_there = weeks[None, :] < at[:, None]
        chances = (np.arange(_GRID) + 0.5) / _GRID
        density = chances ** (orders.dropout_a - 1) * (1 - chances) ** (orders.dropout_b - 1)
        ages = np.linspace(0.0, float(age.max()) + 1.0, _GRID)
        stays = orders.rate_scale / (orders.rate_scale + chances[None, :] * ages[:, None])
        alive = stays**orders.rate_shape @ density / density.sum()
        habit = stays ** (orders.rate_shape + 1) @ density / density.sum()
        after = world.preset.people.attention_after_churn
        attention = np.interp(age, ages, alive + after * (1 - alive)) * is_there
        buying = np.interp(age, ages, habit * orders.rate_shape / orders.rate_scale) * is_there
        return cls(at.astype(np.float64), attention @ came, buying @ came)


def _budget(
    world: World, audience: _Audience, mix: ChannelMix, campaign_type: str, *, begins: date, ends: date
) -> int:
    """Return the budget in cents: contacts expected of customers and strangers, at the channel's price, as a round sum."""
    preset = world.preset
    at = np.arange(max(seconds(begins), world.start_at), seconds(ends) + DAY, DAY, dtype=np.int64)
    customers = np.interp(at, audience.at, audience.attentive)
    new = np.diff(world.growth.forward(np.append(at, at[-1] + DAY))) * world.scale
    busy = world.clock.forward(at + DAY) - world.clock.forward(at)
    weights = np.array([band.weight for band in preset.people.ages])
    age = float((weights * np.array(mix.ages)).sum() / weights.sum())
    contacts = float((customers * busy).sum()) * mix.touches * age / _MONTH_DAYS
    strangers = float(new.sum()) * preset.visits.prospects * (1 + preset.visits.prospect_visits)
    contacts += strangers * mix.prospects / sum(entry.prospects for entry in preset.channels)
    contacts *= sum(kind.weight for kind in mix.campaigns if kind.type == campaign_type)
    contacts /= max(sum(kind.weight for kind in mix.campaigns), 1e-9)
    # Of a campaign that people click on their way to an order, by the orders that a customer places by habit.
    orders = float((np.interp(at, audience.at, audience.habit) * busy).sum())
    contacts += orders * sum(
        entry.probability
        for entry in preset.harvest
        if entry.channel == mix.name and entry.campaign_type == campaign_type
    )
    step = preset.media.budget_step
    return round(math.ceil(contacts * mix.cost / step) * step * _CENTS)
