"""Touches: contacts between marketing and people. Those here are exogenous; `harvest.py` has those that orders bring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._draws import exponential, geometric, pick, poisson, ragged
from martlet.loaders.company.browsers import device_of, in_browsers
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.media import limit_of_response
from martlet.loaders.company.people import paid_campaign
from martlet.loaders.company.world import CAP, PERIOD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["TOUCH_TYPES", "Touches", "cost_of", "exogenous", "of_visits"]

TOUCH_TYPES: Final = ["impression", "click", "visit", "email_open", "email_click", "other"]
_MICRO: Final = 1_000_000
_MOST_PROSPECTS: Final = 78
_MOST_VISITS: Final = 900
_TICKS: Final = 1 << 20


@dataclass(frozen=True)
class Touches:
    """Touches of a block. `who` is the person's place in it, `visits` whether the touch leads to the site.

    `browser` is the visitor's number within the person (see `browsers.py`), -1 for none; before the cookies are known the device.
    `slot` is the channel's place in the preset, `order` the place of the order that a harvest touch belongs to, else -1,
    `converts` whether its visit is the one that holds the order. Costs are in millionths.
    """

    id: Ints
    who: Ints
    u: Floats
    at: Ints
    channel: Ints
    campaign: Ints
    kind: Ints
    browser: Ints
    visits: Bools
    is_exogenous: Bools
    order: Ints
    converts: Bools
    cost: Ints

    def take(self, chosen: Ints) -> Touches:
        """Return the touches at the given places."""
        return Touches(**{name: values[chosen] for name, values in vars(self).items()})

    @staticmethod
    def join(parts: list[Touches]) -> Touches:
        """Return the touches of all parts."""
        return Touches(
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])}
        )


def of_visits(world: World, ids: Ints, *, who: Ints, u: Floats, slot: Ints, browser: Ints) -> Touches:
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


def cost_of(world: World, channel: Ints, at: Ints) -> Ints:
    """Return what contacts cost, in millionths: the channel's price, dearer in weeks in which much is spent on few."""
    price = np.zeros(max(CHANNEL_KEYS.values()) + 1)
    for mix in world.preset.channels:
        price[CHANNEL_KEYS[mix.name]] = mix.cost * _MICRO
    week = world.media.week_of(at)
    dearness = world.media.spend / world.media.response
    return np.round(price[channel] * dearness[channel, week]).astype(np.int64)


def exogenous(world: World, people: People, left_u: Floats) -> tuple[Touches, People]:
    """Draw all touches that no order brings about: sign-up, before it, after it, and the visits of unknown browsers.

    The first of a person is through the channel that brought them; the people come back with its campaign, which is not
    known of those who signed up before all that is recorded.
    """
    slots = {mix.name: number for number, mix in enumerate(world.preset.channels)}
    names = {channel: slots[name] for name, channel in CHANNEL_KEYS.items() if name in slots}
    slot = np.array([names.get(key, 0) for key in range(max(CHANNEL_KEYS.values()) + 1)])[people.channel]
    new = np.flatnonzero(people.signed_up_u >= world.start)
    at_sign_up = people.key[new] * _ids.TOUCHES
    before, introduced, brought = _before_sign_up(world, people, new, slot)
    later = pick(
        world.streams.uniform("sign-up/channel", people.key), [mix.prospects for mix in world.preset.channels]
    )
    by = np.where(introduced, later, slot)[new]
    sign_up = of_visits(
        world,
        at_sign_up,
        who=new,
        u=people.signed_up_u[new],
        slot=by,
        browser=device_of(world, at_sign_up, buying=True),
    )
    # The visit of the sign-up is a visit, whatever the channel's usual contact; and to the second that of the account.
    visit = TOUCH_TYPES.index("visit")
    kind = np.where(sign_up.visits, sign_up.kind, visit)
    sign_up = Touches(
        **{
            **vars(sign_up),
            "at": people.signed_up_at[new],
            "campaign": paid_campaign(world, at_sign_up, by, people.signed_up_at[new]),
            "kind": kind,
            "visits": np.ones(kind.size, dtype=bool),
        }
    )
    campaign = np.zeros_like(brought)
    campaign[new] = np.where(introduced[new], brought[new], sign_up.campaign)
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
    # No week reaches this limit, and no longer horizon changes it.
    peak = limit_of_response(mix.adstock, mix.half_spend)
    rate = mix.touches * people.engagement * np.array(mix.ages)[people.age] * peak
    cells = people.key[:, None] * _ids.MAX_PERIODS + periods[None, :]
    count = poisson(draw(f"touch/{mix.name}", cells), rate[:, None], at_most=_ids.MOST_IN_CELL - 1)
    row, column = np.nonzero(count)
    place, number = ragged(count[row, column])
    who, period = row[place], periods[column[place]]
    ids = people.key[who] * _ids.TOUCHES + _ids.exogenous_touch(period, key, number)
    u = (period + draw("touch/time", ids)) * PERIOD
    kept = (u >= people.signed_up_u[who]) & (u < world.last_order)
    # Thinning: the cells were drawn at the limit of the media's response and at the attention of a living customer.
    chance = np.where(u < left_u[who], 1.0, world.preset.people.attention_after_churn)
    chance *= world.media.response[key, world.media.week_of(world.clock.inverse(u))] / peak
    kept &= draw("touch/thinned", ids) < chance
    chosen = np.flatnonzero(kept)
    ids, who, u = ids[chosen], who[chosen], u[chosen]
    return of_visits(world, ids, who=who, u=u, slot=np.full(ids.size, slot), browser=device_of(world, ids))


def _before_sign_up(world: World, people: People, new: Ints, acquired: Ints) -> tuple[Touches, Bools, Ints]:
    """Draw the anonymous visits of `new` customers before they sign up, the first through the channel at slot `acquired`.

    Returns
    -------
    tuple
        Touches; by customer, whether there is one; and the campaign of the first.
    """
    visits = world.preset.visits
    draw = world.streams.uniform
    place, number = ragged(poisson(draw("before/count", people.key[new]), visits.pre_sign_up, at_most=40))
    who = new[place]
    ids = people.key[who] * _ids.TOUCHES + _ids.PRE_SIGN_UP + number
    lag = np.minimum(exponential(draw("before/lag", ids)), CAP) * visits.pre_sign_up_days
    slot = pick(draw("before/channel", ids), [mix.prospects for mix in world.preset.channels])
    order = np.lexsort((ids, -lag, who))
    introduced, first = np.unique(who[order], return_index=True)
    first = order[first]
    slot[first] = acquired[introduced]
    touches = _as_visits(
        of_visits(
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
    place, browser = ragged(
        poisson(draw("prospect/count", people.key[hosts]), visits.prospects, at_most=_MOST_PROSPECTS)
    )
    host = hosts[place]
    visitor = people.key[host] * _ids.VISITORS + _ids.PROSPECTS + browser
    position = (people.key[host] - 1 + draw("prospect/first", visitor)) / world.scale
    begins = world.clock.forward(world.growth.inverse(position))
    further = geometric(draw("prospect/visits", visitor), visits.prospect_visits)
    place, number = ragged(np.minimum(further, _MOST_VISITS) + 1)
    who = host[place]
    ids = people.key[who] * _ids.TOUCHES + _ids.PROSPECT_VISITS + browser[place] * 1000 + number
    wait = exponential(draw("prospect/gap", ids)) * visits.prospect_gap_days
    # Summed as integers, since a sum of floats would depend on what was summed before.
    run = np.cumsum(np.where(number > 0, wait * _TICKS, 0.0).astype(np.int64))
    u = begins[place] + (run - run[np.flatnonzero(number == 0)][place]) / _TICKS
    slot = pick(draw("prospect/channel", ids), [mix.prospects for mix in world.preset.channels])
    return _as_visits(of_visits(world, ids, who=who, u=u, slot=slot, browser=browser[place] + _ids.PROSPECTS))


def _as_visits(touches: Touches) -> Touches:
    """Return touches that lead to the site: of an impression, the click on it."""
    click = np.where(
        touches.kind == TOUCH_TYPES.index("impression"), TOUCH_TYPES.index("click"), touches.kind
    )
    return Touches(**{**vars(touches), "kind": click, "visits": np.ones(click.size, dtype=bool)})
