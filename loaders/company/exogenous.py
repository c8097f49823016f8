"""Exogenous touches: contacts between marketing and people that no order brings about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._draws import exponential, geometric, pick, poisson, ragged
from martlet.loaders.company.browsers import device_of, in_browsers
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.media import limit_of_response
from martlet.loaders.company.people import paid_campaign
from martlet.loaders.company.touches import TOUCH_TYPES, Touches, cost_of
from martlet.loaders.company.world import CAP, PERIOD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["draw_exogenous_touches"]

_MOST_PROSPECTS: Final = 78
_MOST_VISITS: Final = 900
_TICKS: Final = 1 << 20


def draw_exogenous_touches(world: World, people: People, churned_u: Floats) -> tuple[Touches, People]:
    """Draw all touches that no order brings about: sign-up, before it, after it, and the visits of unknown browsers.

    The first of a person is through the channel that brought them; the people come back with its campaign, which is not
    known of those who signed up before all that is recorded.
    """
    slots = {mix.name: number for number, mix in enumerate(world.preset.channels)}
    names = {channel: slots[name] for name, channel in CHANNEL_KEYS.items() if name in slots}
    slot = np.array([names.get(key, 0) for key in range(max(CHANNEL_KEYS.values()) + 1)])[people.channel]
    new = np.flatnonzero(people.signed_up_u >= world.start)
    at_sign_up = people.key[new] * _ids.TOUCHES
    before, introduced, first_campaign = _before_sign_up(world, people, new, slot)
    later = pick(
        world.streams.uniform("sign-up/channel", people.key), [mix.prospects for mix in world.preset.channels]
    )
    sign_up_slot = np.where(introduced, later, slot)[new]
    sign_up = touches_of_visits(
        world,
        at_sign_up,
        who=new,
        u=people.signed_up_u[new],
        slot=sign_up_slot,
        browser=device_of(world, at_sign_up, buying=True),
    )
    # The visit of the sign-up is a visit, whatever the channel's usual contact; and to the second that of the account.
    visit = TOUCH_TYPES.index("visit")
    kind = np.where(sign_up.visits, sign_up.kind, visit)
    sign_up = Touches(
        **{
            **vars(sign_up),
            "at": people.signed_up_at[new],
            "campaign": paid_campaign(world, at_sign_up, sign_up_slot, people.signed_up_at[new]),
            "kind": kind,
            "visits": np.ones(kind.size, dtype=bool),
        }
    )
    campaign = np.zeros_like(first_campaign)
    campaign[new] = np.where(introduced[new], first_campaign[new], sign_up.campaign)
    people = replace(people, campaign=campaign)
    parts = [sign_up, before, _prospects(world, people)]
    parts += [_of_channel(world, people, number, churned_u) for number in range(len(slots))]
    return in_browsers(world, people, Touches.join(parts)), people


def _of_channel(world: World, people: People, slot: int, churned_u: Floats) -> Touches:
    """Draw a channel's touches after sign-up, in cells of one person and one period."""
    mix = world.preset.channels[slot]
    key = CHANNEL_KEYS[mix.name]
    draw = world.streams.uniform
    first = max(int(people.signed_up_u.min() // PERIOD), int(world.start // PERIOD))
    periods = np.arange(first, int(world.last_order // PERIOD) + 1, dtype=np.int64)
    # No week reaches this limit, and no longer horizon changes it.
    peak = limit_of_response(mix.adstock, mix.half_spend)
    rate = mix.touches * people.engagement * np.array(mix.ages)[people.age] * peak
    cells = people.key[:, None] * _ids.MAX_PERIODS + periods[None, :]
    count = poisson(draw(f"touch/{mix.name}", cells), rate[:, None], at_most=_ids.MOST_IN_CELL - 1)
    row, column = np.nonzero(count)
    owner, number = ragged(count[row, column])
    who, period = row[owner], periods[column[owner]]
    ids = people.key[who] * _ids.TOUCHES + _ids.exogenous_touch(period, key, number)
    u = (period + draw("touch/time", ids)) * PERIOD
    kept = (u >= people.signed_up_u[who]) & (u < world.last_order)
    # Thinning: the cells were drawn at the limit of the media's response and at the attention of a living customer.
    chance = np.where(u < churned_u[who], 1.0, world.preset.people.attention_after_churn)
    chance *= world.media.response[key, world.media.week_of(world.clock.inverse(u))] / peak
    kept &= draw("touch/thinned", ids) < chance
    chosen = np.flatnonzero(kept)
    ids, who, u = ids[chosen], who[chosen], u[chosen]
    return touches_of_visits(
        world, ids, who=who, u=u, slot=np.full(ids.size, slot), browser=device_of(world, ids)
    )


def _before_sign_up(world: World, people: People, new: Ints, acquired: Ints) -> tuple[Touches, Bools, Ints]:
    """Draw the anonymous visits of `new` customers before they sign up, the first through the channel at slot `acquired`.

    Returns
    -------
    tuple
        Touches; by customer, whether there is one; and the campaign of the first.
    """
    visits = world.preset.visits
    draw = world.streams.uniform
    owner, number = ragged(poisson(draw("before/count", people.key[new]), visits.pre_sign_up, at_most=40))
    who = new[owner]
    ids = people.key[who] * _ids.TOUCHES + _ids.PRE_SIGN_UP + number
    lag = np.minimum(exponential(draw("before/lag", ids)), CAP) * visits.pre_sign_up_days
    slot = pick(draw("before/channel", ids), [mix.prospects for mix in world.preset.channels])
    order = np.lexsort((ids, -lag, who))
    introduced, first = np.unique(who[order], return_index=True)
    first = order[first]
    slot[first] = acquired[introduced]
    touches = _as_visits(
        touches_of_visits(
            world, ids, who=who, u=people.signed_up_u[who] - lag, slot=slot, browser=device_of(world, ids)
        )
    )
    has, campaign = np.zeros(people.key.size, dtype=bool), np.zeros(people.key.size, dtype=np.int64)
    has[introduced], campaign[introduced] = True, touches.campaign[first]
    return touches, has, campaign


def _prospects(world: World, people: People) -> Touches:
    """Draw the visits of browsers that never become known; each customer's slot hosts a few, for their numbers."""
    visits = world.preset.visits
    draw = world.streams.uniform
    # Of browsers that came before all that is recorded, so few come again that none is drawn.
    ends = world.clock.forward(world.growth.inverse(people.key / world.scale))
    hosts = np.flatnonzero(ends >= world.start)
    owner, browser = ragged(
        poisson(draw("prospect/count", people.key[hosts]), visits.prospects, at_most=_MOST_PROSPECTS)
    )
    host = hosts[owner]
    visitor = people.key[host] * _ids.VISITORS + _ids.PROSPECTS + browser
    position = (people.key[host] - 1 + draw("prospect/first", visitor)) / world.scale
    begins = world.clock.forward(world.growth.inverse(position))
    further = geometric(draw("prospect/visits", visitor), visits.prospect_visits)
    owner, number = ragged(np.minimum(further, _MOST_VISITS) + 1)
    who = host[owner]
    ids = people.key[who] * _ids.TOUCHES + _ids.PROSPECT_VISITS + browser[owner] * 1000 + number
    wait = exponential(draw("prospect/gap", ids)) * visits.prospect_gap_days
    # Summed as integers, since a sum of floats would depend on what was summed before.
    run = np.cumsum(np.where(number > 0, wait * _TICKS, 0.0).astype(np.int64))
    u = begins[owner] + (run - run[np.flatnonzero(number == 0)][owner]) / _TICKS
    slot = pick(draw("prospect/channel", ids), [mix.prospects for mix in world.preset.channels])
    return _as_visits(
        touches_of_visits(world, ids, who=who, u=u, slot=slot, browser=browser[owner] + _ids.PROSPECTS)
    )


def _as_visits(touches: Touches) -> Touches:
    """Return touches that lead to the site: of an impression, the click on it."""
    click = np.where(
        touches.kind == TOUCH_TYPES.index("impression"), TOUCH_TYPES.index("click"), touches.kind
    )
    return Touches(**{**vars(touches), "kind": click, "visits": np.ones(click.size, dtype=bool)})


def touches_of_visits(world: World, ids: Ints, *, who: Ints, u: Floats, slot: Ints, browser: Ints) -> Touches:
    """Return touches through the channels at `slot` of the preset, each with campaign, kind and cost of its channel."""
    mixes = world.preset.channels
    at = world.clock.inverse(u)
    channel = np.array([CHANNEL_KEYS[mix.name] for mix in mixes])[slot]
    kind = np.array([TOUCH_TYPES.index(mix.touch_type) for mix in mixes])[slot]
    return Touches(
        id=ids,
        who=who,
        u=u,
        at=at,
        channel=channel,
        campaign=paid_campaign(world, ids, slot, at),
        kind=kind,
        browser=browser,
        visits=kind != TOUCH_TYPES.index("impression"),
        is_exogenous=np.ones(ids.size, dtype=bool),
        order=np.full(ids.size, -1, dtype=np.int64),
        converts=np.zeros(ids.size, dtype=bool),
        cost=cost_of(world, channel, at),
    )
