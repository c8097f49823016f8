"""Exogenous touches: contacts between marketing and people that no order brings about."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._clock import dates_of_weeks, rhythm_of, weeks
from martlet.loaders.company._draws import exponential, geometric, pick_by, poisson, ragged
from martlet.loaders.company.attention import attention_at
from martlet.loaders.company.auction import cost_of
from martlet.loaders.company.baskets import phone_thrift
from martlet.loaders.company.browsers import device_of, in_browsers, stranger_places
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.orders import orders_at_sign_up
from martlet.loaders.company.people import paid_campaign
from martlet.loaders.company.touches import TOUCH_TYPES, Touches
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
# Added to weights that may all be zero, where nobody advertises.
_TINY: Final = 1e-12


def draw_exogenous_touches(world: World, people: People, left_u: Floats) -> tuple[Touches, People]:
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
    later = _looking(
        world,
        "sign-up/channel",
        people.key[new],
        age=people.age[new],
        place=people.place[new],
        at=people.signed_up_at[new],
    )
    sign_up_slot = np.where(introduced[new], later, slot[new])
    ordering = np.flatnonzero(orders_at_sign_up(world, people)[new])
    odds = people.phone_odds[new]
    odds[ordering] *= phone_thrift(world, people.key[new[ordering]] * _ids.ORDERS)
    sign_up = touches_of_visits(
        world,
        at_sign_up,
        who=new,
        u=people.signed_up_u[new],
        # To the second the account's moment.
        at=people.signed_up_at[new],
        slot=sign_up_slot,
        browser=device_of(world, at_sign_up, odds, buying=True),
    )
    # The visit of the sign-up is a visit, whatever the channel's usual contact.
    visit = TOUCH_TYPES.index("visit")
    kind = np.where(sign_up.visits, sign_up.kind, visit)
    sign_up = Touches(
        **{
            **vars(sign_up),
            "kind": kind,
            "visits": np.ones(kind.size, dtype=bool),
        }
    )
    campaign = np.zeros_like(first_campaign)
    campaign[new] = np.where(introduced[new], first_campaign[new], sign_up.campaign)
    people = replace(people, campaign=campaign)
    parts = [sign_up, before, _prospects(world, people)]
    parts += [_of_channel(world, people, number, left_u) for number in range(len(slots))]
    return in_browsers(world, people, Touches.join(parts)), people


def _of_channel(world: World, people: People, slot: int, left_u: Floats) -> Touches:
    """Draw a channel's touches after sign-up, in cells of one person and one period."""
    mix = world.preset.channels[slot]
    key = CHANNEL_KEYS[mix.name]
    draw = world.streams.uniform
    first = max(int(people.signed_up_u.min() // PERIOD), int(world.start // PERIOD))
    periods = np.arange(first, int(world.last_order // PERIOD) + 1, dtype=np.int64)
    peak = _peaks(world, people, key, periods)
    rate = mix.touches * people.engagement * np.array(mix.ages)[people.age]
    cells = people.key[:, None] * _ids.MAX_PERIODS + periods[None, :]
    count = poisson(draw(f"touch/{mix.name}", cells), rate[:, None] * peak, at_most=_ids.MOST_IN_CELL - 1)
    row, column = np.nonzero(count)
    owner, number = ragged(count[row, column])
    who, period = row[owner], periods[column[owner]]
    ids = people.key[who] * _ids.TOUCHES + _ids.exogenous_touch(period, key, number)
    u = (period + draw("touch/time", ids)) * PERIOD
    kept = (u >= people.signed_up_u[who]) & (u < world.last_order)
    # Thinning: the cells were drawn at the most that is bought in them, and at full attention.
    chance = attention_at(world, u, left_u[who])
    at = world.clock.inverse(u, people.rhythm_by(who, u))
    if mix.half_spend > 0:
        bought = world.media.contacts[
            key, world.media.regions.of_place[people.place_at(who, at)], world.media.week_of(at)
        ]
        chance *= bought / np.maximum(peak[row, column][owner], _TINY)
    kept &= draw("touch/thinned", ids) < chance
    chosen = np.flatnonzero(kept)
    ids, who = ids[chosen], who[chosen]
    return touches_of_visits(
        world,
        ids,
        who=who,
        u=u[chosen],
        at=at[chosen],
        slot=np.full(ids.size, slot),
        browser=device_of(world, ids, people.phone_odds[who]),
    )


def _peaks(world: World, people: People, key: int, periods: Ints) -> Floats:
    """Return the most that is bought of a channel in any week of each period, where each person lives or will live."""
    media = world.media
    if not periods.size:
        return np.ones((people.key.size, 0))
    ends = media.week_of(world.clock.inverse(np.append(periods, periods[-1] + 1) * PERIOD))
    bought = media.contacts[key]
    peaks = np.array([bought[:, first : last + 1].max(axis=1) for first, last in pairwise(ends.tolist())]).T
    both: Floats = np.maximum(
        peaks[media.regions.of_place[people.place]], peaks[media.regions.of_place[people.changes.place]]
    )
    return both


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
    order = np.lexsort((ids, -lag, who))
    introduced, first = np.unique(who[order], return_index=True)
    first = order[first]
    lag *= _shortened(world, people, introduced, acquired[introduced], lag[first])[
        np.searchsorted(introduced, who)
    ]
    u = people.signed_up_u[who] - lag
    at = world.clock.inverse(u, people.rhythm[who])
    slot = _looking(world, "before/channel", ids, age=people.age[who], place=people.place[who], at=at)
    slot[first] = acquired[introduced]
    touches = _as_visits(
        touches_of_visits(
            world,
            ids,
            who=who,
            u=u,
            at=at,
            slot=slot,
            browser=device_of(world, ids, people.phone_odds[who]),
        )
    )
    has, campaign = np.zeros(people.key.size, dtype=bool), np.zeros(people.key.size, dtype=np.int64)
    has[introduced], campaign[introduced] = True, touches.campaign[first]
    return touches, has, campaign


def _shortened(world: World, people: People, who: Ints, slot: Ints, lag: Floats) -> Floats:
    """Return factors on the lags of people's visits before they sign up.

    A channel that brought somebody ran in the week of the sign-up. If it did not when it is to have brought the first visit,
    all visits move into that week.
    """
    channel = np.array([CHANNEL_KEYS[mix.name] for mix in world.preset.channels])[slot]
    place, signed_up_u = people.place[who], people.signed_up_u[who]
    runs = world.media.runs(channel, place, world.clock.inverse(signed_up_u - lag, people.rhythm[who]))
    monday = dates_of_weeks(weeks(people.signed_up_at[who]))
    room = np.maximum(signed_up_u - world.clock.forward(monday), 0.0)
    return np.where(runs, 1.0, np.minimum(room / np.maximum(lag, _TINY), 1.0))


def _looking(world: World, name: str, ids: Ints, *, age: Ints, place: Ints, at: Ints) -> Ints:
    """Return the slots of the channels through which people look about before they sign up, as far as they run."""
    mixes, media = world.preset.channels, world.media
    channels = np.array([CHANNEL_KEYS[mix.name] for mix in mixes])
    weights = (np.array([mix.prospects for mix in mixes]) * np.array([mix.ages for mix in mixes]).T)[age]
    weights *= media.contacts[channels, media.regions.of_place[place][:, None], media.week_of(at)[:, None]]
    return pick_by(world.streams.uniform(name, ids), weights + _TINY, np.arange(ids.size, dtype=np.int64))


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
    place = stranger_places(world, visitor)[owner]
    at = world.clock.inverse(u, rhythm_of(world.preset, place))
    mixes, media = world.preset.channels, world.media
    channels = np.array([CHANNEL_KEYS[mix.name] for mix in mixes])
    weights = np.array([mix.prospects for mix in mixes]) * np.moveaxis(media.contacts[channels], 0, 2)
    cell = media.regions.of_place[place] * weights.shape[1] + media.week_of(at)
    slot = pick_by(draw("prospect/channel", ids), weights.reshape(-1, len(mixes)) + _TINY, cell)
    return _as_visits(
        touches_of_visits(
            world,
            ids,
            who=who,
            u=u,
            at=at,
            slot=slot,
            browser=browser[owner] + _ids.PROSPECTS,
        )
    )


def _as_visits(touches: Touches) -> Touches:
    """Return touches that lead to the site: of an impression, the click on it."""
    click = np.where(
        touches.kind == TOUCH_TYPES.index("impression"), TOUCH_TYPES.index("click"), touches.kind
    )
    return Touches(**{**vars(touches), "kind": click, "visits": np.ones(click.size, dtype=bool)})


def touches_of_visits(
    world: World, ids: Ints, *, who: Ints, u: Floats, at: Ints, slot: Ints, browser: Ints
) -> Touches:
    """Return touches through the channels at `slot` of the preset, each with campaign, kind and cost of its channel."""
    mixes = world.preset.channels
    channel = np.array([CHANNEL_KEYS[mix.name] for mix in mixes])[slot]
    kind = np.array([TOUCH_TYPES.index(mix.touch_type) for mix in mixes])[slot]
    campaign = paid_campaign(world, ids, slot, at)
    return Touches(
        id=ids,
        who=who,
        u=u,
        at=at,
        channel=channel,
        campaign=campaign,
        kind=kind,
        browser=browser,
        visits=kind != TOUCH_TYPES.index("impression"),
        is_exogenous=np.ones(ids.size, dtype=bool),
        order=np.full(ids.size, -1, dtype=np.int64),
        converts=np.zeros(ids.size, dtype=bool),
        cost=cost_of(world, ids, channel, campaign, at),
    )
