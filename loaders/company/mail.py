"""Emails: who is mailed what, and what becomes of it. Everything here is exogenous: no mail depends on a caused order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import exponential, geometric
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.attention import attention_at
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.mail_trials import open_factors, send_hours
from martlet.loaders.company.modifiers import recent_mails, segment_factors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import EmailType
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Mails", "cart_delay", "draw_mails"]

_HOUR: Final = 3600
_MINUTE: Final = 60
_HOURS: Final = 24.0
_CART: Final = 3


@dataclass(frozen=True)
class Mails:
    """Assignments to mailings, sorted by customer and time; moments in seconds, `NEVER` where they did not come.

    `number` is the mail's number within the customer, `kind` its position in `email.types`, `opened_u` the first open by the
    person in operational time (infinite without one), `bounce` 0 for hard, 1 for soft, -1 for none; `fatigue_factor` is the factor
    that the mails of the days before put on opens and orders, `open_chance` the chance that the person opens one that arrives.
    """

    id: Ints
    who: Ints
    number: Ints
    campaign: Ints
    kind: Ints
    assigned: Ints
    is_holdout: Bools
    sent: Ints
    delivered: Ints
    bounce: Ints
    fatigue_factor: Floats
    open_chance: Floats
    opened_u: Floats
    opened: Ints
    machine_opened: Ints
    further_opens: Ints
    clicked: Ints
    scanned: Ints
    unsubscribed: Ints
    complained: Ints

    def take(self, chosen: Ints | Bools) -> Mails:
        """Return the mails at the given positions."""
        return Mails(**{name: values[chosen] for name, values in vars(self).items()})


def draw_mails(
    world: World, people: People, baseline_orders: Orders, visits: Touches, depth: Ints, *, left_u: Floats
) -> Mails:
    """Draw the mails to customers who opted in, until they unsubscribe, complain or their address turns out not to exist.

    Parameters
    ----------
    world, people
        The company, and the block's customers.
    baseline_orders
        Sorted by customer and time: audiences are chosen by them alone.
    visits, depth
        Exogenous visits, and how far those got of which the shop knows whose they are; carts left behind bring a reminder.
    left_u
        Operational time at which customers leave, before and after which they open less.
    """
    who, number, campaign, kind, at = (
        np.concatenate(parts)
        for parts in zip(
            *(
                *_mailings(world, people, baseline_orders),
                *_on_sign_up(world, people),
                *_on_carts(world, people, visits, depth),
            ),
            strict=True,
        )
    )
    at, goes_out = send_hours(world, people, who=who, campaign=campaign, at=at)
    who, number, campaign, kind, at = (values[goes_out] for values in (who, number, campaign, kind, at))
    order = np.lexsort((number, at, who))
    mails = _outcomes(
        world, people, (who[order], number[order], campaign[order], kind[order], at[order]), left_u
    )
    hard = np.where(mails.bounce == 0, mails.sent, NEVER)
    stop = np.minimum(np.minimum(mails.unsubscribed, mails.complained), hard)
    stopped_at = np.full(people.key.size, NEVER, dtype=np.int64)
    # The earliest of all stops belongs to a mail that was sent: anything before it could not be stopped.
    np.minimum.at(stopped_at, mails.who, stop)
    planned = np.where(mails.is_holdout, mails.assigned, mails.sent)
    return mails.take((planned < stopped_at[mails.who]) | (mails.sent == stopped_at[mails.who]))


Parts = tuple["Ints", "Ints", "Ints", "Ints", "Ints"]


def _mailings(world: World, people: People, orders: Orders) -> list[Parts]:
    """Choose the recipients of each mailing."""
    types = world.preset.email.types
    origin = orders.u.min(initial=0.0)
    span = world.last_order - origin + world.preset.email.lapsed_days + 1.0
    placed = orders.who * span + orders.u - origin
    found = []
    everyone = np.arange(people.key.size, dtype=np.int64)
    for mailing in world.campaigns.mailings:
        kind = types[mailing.kind]
        chosen = people.opted_in & (people.signed_up_at < mailing.sent)
        ids = people.key * _ids.EMAILS + mailing.number
        chosen &= world.streams.uniform("mail/targeted", ids) < kind.targeting
        if kind.audience in ("buyers", "lapsed"):
            sent_u = world.clock.forward(mailing.sent, people.rhythm_at(everyone, mailing.sent))
            before = np.searchsorted(placed, everyone * span + sent_u - origin) - 1
            last = np.maximum(before, 0)
            has_ordered = (
                (before >= 0) & (orders.who[last] == everyone) if orders.who.size else np.zeros_like(chosen)
            )
            chosen &= has_ordered
            if kind.audience == "lapsed":
                chosen &= (
                    orders.u[last] < sent_u - world.preset.email.lapsed_days
                    if orders.who.size
                    else has_ordered
                )
        who = np.flatnonzero(chosen)
        campaign = np.array(mailing.campaign_keys)[_version(world, ids[who])]
        found.append(_part(who, mailing.number, campaign, mailing.kind, np.full(who.size, mailing.sent)))
    return found


def _on_sign_up(world: World, people: People) -> list[Parts]:
    found = []
    for position, kind in enumerate(world.preset.email.types):
        if kind.schedule == "sign_up":
            number = _ids.TRIGGERED + position
            ids = people.key * _ids.EMAILS + number
            chance = world.streams.uniform("mail/targeted", ids)
            chosen = people.opted_in & (people.signed_up_u >= world.start) & (chance < kind.targeting)
            who = np.flatnonzero(chosen)
            at = people.signed_up_at[who] + kind.hour * _HOUR + _MINUTE
            found.append(_part(who, number, _triggered(world, ids[who], position, at), position, at))
    return found


def _on_carts(world: World, people: People, visits: Touches, depth: Ints) -> list[Parts]:
    found = []
    left_carts = (depth >= _CART) & (visits.at > people.signed_up_at[visits.who])
    left_carts &= people.opted_in[visits.who]
    for position, kind in enumerate(world.preset.email.types):
        if kind.schedule == "cart":
            rows = np.flatnonzero(left_carts)
            period = (visits.u[rows] // world.preset.email.cart_days).astype(np.int64)
            order = np.lexsort((visits.id[rows], visits.u[rows], period, visits.who[rows]))
            who, period, at = visits.who[rows][order], period[order], visits.at[rows][order]
            first = np.concatenate(([True], (np.diff(who) != 0) | (np.diff(period) != 0)))[: who.size]
            who, number, at = who[first], _ids.CART + period[first], at[first]
            ids = people.key[who] * _ids.EMAILS + number
            chance = world.streams.uniform("mail/targeted", ids)
            kept = np.flatnonzero(chance < kind.targeting)
            at = at[kept] + cart_delay(kind)
            found.append(
                _part(who[kept], number[kept], _triggered(world, ids[kept], position, at), position, at)
            )
    return found


def cart_delay(kind: EmailType) -> int:
    """Return after how many seconds a cart left behind brings a mail of a type."""
    return kind.hour * _HOUR + _HOUR // 2


def _triggered(world: World, ids: Ints, position: int, at: Ints) -> Ints:
    """Return the campaigns of automatic mails: there is one for each version and quarter."""
    quarter = world.campaigns.quarter[world.day_of(at)]
    found: Ints = world.campaigns.triggered[position, _version(world, ids), quarter]
    return found


def _version(world: World, ids: Ints) -> Ints:
    """Return the version that each mail is sent in: each with the same chance."""
    return (world.streams.uniform("mail/version", ids) * world.preset.email.versions).astype(np.int64)


def _part(who: Ints, number: Ints | int, campaign: Ints | int, kind: int, at: Ints) -> Parts:
    def full(value: Ints | int) -> Ints:
        return np.broadcast_to(np.asarray(value, dtype=np.int64), who.shape)

    return who, full(number), full(campaign), full(kind), at


def _outcomes(world: World, people: People, part: Parts, left_u: Floats) -> Mails:
    """Draw what becomes of mails, as if none was stopped."""
    who, number, campaign, kind, at = part
    email, draw = world.preset.email, world.streams.uniform
    ids = people.key[who] * _ids.EMAILS + number

    def by_kind(name: str) -> Floats:
        return np.array([getattr(entry, name) for entry in email.types])[kind]

    def moment(chosen: Bools, when: Ints | Floats) -> Ints:
        return np.where(chosen, np.asarray(when).astype(np.int64), NEVER)

    is_held_out = draw("mail/holdout", ids) < by_kind("holdout")
    sent_at = at + (draw("mail/spread", ids) * email.spread_minutes * _MINUTE).astype(np.int64)
    bounce_draw = draw("mail/bounce", ids)
    bounce = np.where(
        bounce_draw < email.hard_bounce,
        0,
        np.where(bounce_draw < email.hard_bounce + email.soft_bounce, 1, -1),
    )
    bounce = np.where(is_held_out, -1, bounce)
    arrives = ~is_held_out & (bounce < 0)
    delivered_at = sent_at + 1 + (draw("mail/way", ids) * _MINUTE).astype(np.int64)
    recent = recent_mails(world, who=who, at=sent_at, counts=~is_held_out)
    fatigue_factor = email.fatigue**recent
    chance = by_kind("open") * fatigue_factor * np.asarray(email.hours)[sent_at % DAY // _HOUR]
    channel = np.full(who.size, CHANNEL_KEYS["Email"], dtype=np.int64)
    chance *= segment_factors(world, people, "opens", who=who, channel=channel, campaign=campaign)
    chance *= people.attention[who] * world.campaigns.opens[campaign]
    chance *= open_factors(world, people, who=who, campaign=campaign, at=at)
    leaving = np.flatnonzero(np.isfinite(left_u[who]))
    sent_u = world.clock.forward(sent_at[leaving], people.rhythm_at(who[leaving], sent_at[leaving]))
    chance[leaving] *= attention_at(world, sent_u, left_u[who[leaving]])
    opens = arrives & (draw("mail/open", ids) < chance)
    opened_u = np.full(ids.size, np.inf)
    lag = exponential(draw("mail/open/lag", ids[opens])) * email.open_hours / _HOURS
    rhythm = people.rhythm_at(who[opens], delivered_at[opens])
    opened_u[opens] = world.clock.forward(delivered_at[opens], rhythm) + lag
    opened_at = delivered_at.copy()
    opened_at[opens] = np.maximum(
        world.clock.inverse(opened_u[opens], people.rhythm_by(who[opens], opened_u[opens])),
        delivered_at[opens] + 1,
    )
    clicks = opens & (draw("mail/click", ids) < by_kind("click"))
    clicked_at = opened_at + 2 + exponential(draw("mail/click/lag", ids)) * email.click_minutes * _MINUTE
    by_machine = draw("mail/machine", people.key)[who] < email.machine_share
    by_machine &= arrives & (draw("mail/machine/open", ids) < email.machine_open)
    leaves = opens & (draw("mail/unsubscribe", ids) < by_kind("unsubscribe"))
    complains = arrives & (draw("mail/complaint", ids) < email.complaint)
    scanned = arrives & (draw("mail/scanner", ids) < email.scanner_click)
    return Mails(
        id=ids,
        who=who,
        number=number,
        campaign=campaign,
        kind=kind,
        assigned=at,
        is_holdout=is_held_out,
        sent=moment(~is_held_out, sent_at),
        delivered=moment(arrives, delivered_at),
        bounce=bounce,
        fatigue_factor=fatigue_factor,
        open_chance=chance,
        opened_u=opened_u,
        opened=moment(opens, opened_at),
        machine_opened=moment(by_machine, delivered_at + _MINUTE + draw("mail/machine/lag", ids) * _HOUR),
        further_opens=np.where(opens, geometric(draw("mail/opens", ids), email.further_opens), 0),
        clicked=moment(clicks, clicked_at),
        scanned=moment(scanned, delivered_at + 1 + draw("mail/scanner/lag", ids) * _MINUTE),
        unsubscribed=moment(leaves, clicked_at + _MINUTE),
        complained=moment(
            complains, delivered_at + _HOUR + exponential(draw("mail/complaint/lag", ids)) * _HOUR
        ),
    )
