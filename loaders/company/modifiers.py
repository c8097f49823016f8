"""How contacts work on different people: planted factors by segment, and the fatigue of those who are mailed often."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import running_within
from martlet.loaders.company._segments import values_of
from martlet.loaders.company.campaigns import CHANNEL_KEYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._sections import Modifier
    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["modifier_frame", "recent_mails", "segment_factors"]


def _codes(people: People, segment: str) -> Ints:
    """Return the position of each person's value in the list of the segment's values."""
    if segment == "age range":
        return people.age
    if segment == "children":
        return (people.kids + people.teens > 0).astype(np.int64)
    return people.opted_in.astype(np.int64)


def segment_factors(
    world: World, people: People, acts_on: str, *, who: Ints, channel: Ints, campaign: Ints
) -> Floats:
    """Return the product of all factors of contacts, each with a person, a channel and a campaign.

    Age is that at sign-up, consent that given there.
    """
    types = world.campaigns.types
    found = np.ones(who.size)
    groups: dict[tuple[str, str, str], list[Modifier]] = {}
    for entry in world.preset.modifiers:
        if entry.acts_on == acts_on:
            groups.setdefault((entry.channel, entry.segment, entry.campaign_type), []).append(entry)
    for (name, segment, campaign_type), entries in groups.items():
        applies = channel == CHANNEL_KEYS[name]
        if campaign_type:
            wanted = types.index(campaign_type) if campaign_type in types else -1
            applies &= world.campaigns.kind[campaign] == wanted
        rows = np.flatnonzero(applies)
        values = values_of(world.preset, segment)
        table = np.ones(len(values))
        for entry in entries:
            table[values.index(entry.value)] *= entry.factor
        found[rows] *= table[_codes(people, segment)[who[rows]]]
    return found


def recent_mails(world: World, *, who: Ints, at: Ints, counts: Bools) -> Floats:
    """Return how many mails each person had had before each mail, a mail counting exp(-days since / `email.fatigue_days`).

    Mails are sorted by person and time; those that do not count (held out) leave nothing behind.
    """
    memory = world.preset.email.fatigue_days * DAY
    found = np.zeros(who.size)
    number = running_within(who)
    by_number = np.argsort(number, kind="stable")
    bounds = np.searchsorted(number[by_number], np.arange(1, int(number.max(initial=0)) + 2))
    for low, high in pairwise(bounds):
        rows = by_number[low:high]
        decay = np.exp(-(at[rows] - at[rows - 1]) / memory)
        found[rows] = (found[rows - 1] + counts[rows - 1]) * decay
    return found


def modifier_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.effect_modifier`."""
    email, key = world.preset.email, CHANNEL_KEYS["Email"]
    rows: list[tuple[int, str, str, str, str, float]] = [
        (
            CHANNEL_KEYS[entry.channel],
            entry.campaign_type,
            entry.acts_on,
            entry.segment,
            entry.value,
            entry.factor,
        )
        for entry in world.preset.modifiers
    ]
    rows += [
        (key, "", "opens", "hour of sending", f"{hour:02d}", factor)
        for hour, factor in enumerate(email.hours)
    ]
    rows += [
        (key, entry.type, "orders", "type of mail", entry.type, entry.orders)
        for entry in email.types
        if entry.orders != 1
    ]
    each = f"each, weighing exp(-days since / {email.fatigue_days:g})"
    rows += [(key, "", acts_on, "recent mails", each, email.fatigue) for acts_on in ("opens", "orders")]
    return pl.DataFrame(
        rows,
        schema={
            "channel_key": pl.Int32,
            "campaign_type": pl.String,
            "acts_on": pl.String,
            "segment": pl.String,
            "value": pl.String,
            "factor": pl.Float64,
        },
        orient="row",
    )
