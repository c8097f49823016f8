"""Who the customers are: when they sign up, what they are like, and how they buy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import traits
from martlet.loaders.company._clock import rhythm_of
from martlet.loaders.company._draws import beta, gamma, normal, normal_of_gamma, pick, pick_by
from martlet.loaders.company.ages import years_of
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.changes import Changes
from martlet.loaders.company.referrals import referrers_of
from martlet.loaders.company.traits import mean_over_rates, rate_scores, share_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["People", "paid_campaign"]

# Added to weights that may all be zero, where nobody advertises.
_TINY: Final = 1e-12


@dataclass(frozen=True)
class People:
    """A block of customers, by their position in it. Codes are positions in the preset's lists, -1 is not known.

    `rate` is the lambda of BG/NBD per operational day, `dropout` its p, `spend_rate` the nu of the gamma-gamma, per unit of
    the currency; `engagement` scales contacts, `attention` the opens of mail, `satisfaction` is the person's own, standard normal, `phone_odds` the odds
    of the mobile browser. `channel` and `campaign` are those that brought the person: of the first visit
    of all, which may lie before the data. `referrer` is the key of the customer who invited, 0 for nobody. `rhythm` is by whose hours the person lives (see `_clock.py`);
    it, `place` and `income` are those at sign-up, which `changes` may change. `mobile` and `desktop` are the devices of the two browsers.
    """

    key: Ints
    signed_up_at: Ints
    signed_up_u: Floats
    is_customer: Bools
    rate: Floats
    dropout: Floats
    spend_rate: Floats
    engagement: Floats
    attention: Floats
    satisfaction: Floats
    age: Ints
    years: Floats
    gender: Ints
    persona: Ints
    style: Ints
    education: Ints
    marital: Ints
    kids: Ints
    teens: Ints
    income: Ints
    place: Ints
    rhythm: Ints
    changes: Changes
    opted_in: Bools
    sms: Bools
    channel: Ints
    campaign: Ints
    referrer: Ints
    phone_odds: Floats
    mobile: Ints
    desktop: Ints

    @classmethod
    def of(cls, world: World, low: int, high: int) -> People:
        """Draw the customers of the slots [low, high)."""
        preset, draw = world.preset, world.streams.uniform
        index = np.arange(low, high, dtype=np.int64)
        key = index + 1
        position = (index + draw("people/sign-up", key)) / world.scale
        orders = preset.orders
        rate = gamma(world.streams, "people/rate", key, orders.rate_shape) / orders.rate_scale
        spend = gamma(world.streams, "people/spend", key, orders.spend_spread)
        people = preset.people
        thrift = normal_of_gamma(spend, orders.spend_spread)
        pace = rate_scores(rate * orders.rate_scale, orders.rate_shape)
        years = years_of(people.ages, draw("people/age", key))
        age = np.searchsorted([band.low for band in people.ages[1:]], years, side="right")
        education = traits.education(world, key, age)
        # The day is the same by all rhythms, so that the place can follow from it.
        place = _place(world, key, world.growth.inverse(position))
        marital = traits.marital(world, key, age, place)
        couple = np.isin(marital, [traits.MARITAL.index("Married"), traits.MARITAL.index("Together")])
        kids, teens = (
            traits.children(
                people,
                draw(f"people/{name}", key),
                np.array([getattr(band, column) for band in people.ages])[age],
                couple,
            )
            for name, column in (("kids", "children"), ("teens", "teens"))
        )
        earned = traits.income(
            world, key, thrift=thrift, pace=pace, age=age, education=education, place=place
        )
        persona = traits.persona(
            world, key, age=age, is_family=(kids + teens) > 0, income=earned, thrift=thrift
        )
        is_given = draw("people/income/given", key) >= people.income_not_given
        income = np.where(is_given, earned, -1)
        rhythm = rhythm_of(preset, place, persona)
        signed_up_at = world.growth.inverse(position, rhythm)
        changes = Changes.of(
            world, key, signed_up_at=signed_up_at, place=place, persona=persona, income=income
        )
        channel_slot = _acquisition(world, key, age, place, signed_up_at)
        channel = np.array([CHANNEL_KEYS[mix.name] for mix in preset.channels])[channel_slot]
        referrer = referrers_of(world, key, channel == CHANNEL_KEYS["Referral"], signed_up_at)
        invited = referrer > 0
        mobile, desktop = _devices(world, key)
        dropout = beta(world.streams, "people/dropout", key, orders.dropout_a, orders.dropout_b)
        return cls(
            key=key,
            signed_up_at=signed_up_at,
            signed_up_u=world.clock.forward(signed_up_at, rhythm),
            is_customer=signed_up_at < world.until_at,
            rate=rate * np.where(invited, preset.referrals.rate, 1.0),
            dropout=dropout * np.where(invited, preset.referrals.dropout, 1.0),
            spend_rate=spend / orders.spend_scale,
            engagement=_engagement(world, rate),
            attention=_attention(world, key, pace),
            satisfaction=_satisfaction(world, key, dropout=dropout, pace=pace),
            age=age,
            years=years,
            gender=_gender(world, key),
            persona=persona,
            style=pick(draw("people/style", key), [entry.weight for entry in preset.taste.styles]),
            education=education,
            marital=marital,
            kids=kids,
            teens=teens,
            income=income,
            place=place,
            rhythm=rhythm,
            changes=changes,
            opted_in=draw("people/email", key) < people.email_opt_in,
            sms=draw("people/sms", key) < people.sms_opt_in,
            channel=channel,
            campaign=np.zeros(key.size, dtype=np.int64),
            referrer=referrer,
            phone_odds=np.array([entry.phone_odds for entry in people.personas])[persona],
            mobile=mobile,
            desktop=desktop,
        )

    @property
    def is_referred(self) -> Bools:
        """Whether customers were invited by others."""
        found: Bools = self.referrer > 0
        return found

    def rhythm_by(self, who: Ints, u: Floats) -> Ints:
        """Return by whose hours people live at operational times: those of where they live then."""
        return np.where(u < self.changes.moved_u[who], self.rhythm[who], self.changes.rhythm[who])

    def rhythm_at(self, who: Ints, at: Ints | int) -> Ints:
        """Return the same, at timestamps."""
        return np.where(at < self.changes.moved_at[who], self.rhythm[who], self.changes.rhythm[who])

    def place_at(self, who: Ints, at: Ints | int) -> Ints:
        """Return where people live at timestamps."""
        return np.where(at < self.changes.moved_at[who], self.place[who], self.changes.place[who])

    def income_at(self, who: Ints, at: Ints | int) -> Ints:
        """Return what people earn at timestamps, -1 for not known."""
        return np.where(at < self.changes.earned_at[who], self.income[who], self.changes.income[who])


def paid_campaign(world: World, ids: Ints, slot: Ints, at: Ints) -> Ints:
    """Return the campaigns of contacts by their channel's position in the preset; 0 for channels without campaigns."""
    campaign = np.zeros(ids.size, dtype=np.int64)
    for number, mix in enumerate(world.preset.channels):
        if mix.campaigns:
            rows = np.flatnonzero(slot == number)
            kind = pick(
                world.streams.uniform("campaign", ids[rows]), [entry.weight for entry in mix.campaigns]
            )
            campaign[rows] = world.campaign_of(CHANNEL_KEYS[mix.name], kind + 1, at[rows])
    return campaign


def _place(world: World, key: Ints, at: Ints) -> Ints:
    """Return where people live who sign up at given moments: more where media bring more."""
    media = world.media
    people = np.array([entry.weight for entry in world.preset.people.places])
    by_week = people * media.pull[media.regions.of_place].T
    return pick_by(world.streams.uniform("people/place", key), by_week, media.week_of(at))


def _acquisition(world: World, key: Ints, age: Ints, place: Ints, at: Ints) -> Ints:
    """Return the position of the channel that brings each person: by age, and by what media did there in the week of the sign-up."""
    mixes = world.preset.channels
    weights = np.array(
        [[mix.acquisition * mix.ages[band] for mix in mixes] for band in range(len(mixes[0].ages))]
    )[age]
    channels = np.array([CHANNEL_KEYS[mix.name] for mix in mixes])
    media = world.media
    weights *= media.response[channels, media.regions.of_place[place][:, None], media.week_of(at)[:, None]]
    return pick_by(
        world.streams.uniform("people/channel", key), weights + _TINY, np.arange(key.size, dtype=np.int64)
    )


def _engagement(world: World, rate: Floats) -> Floats:
    """Return how keen people are on contacts, by how often they buy, against the mean of all who sign up."""
    people, orders = world.preset.people, world.preset.orders

    def keenness(scaled: Floats) -> Floats:
        low = 1.0 / people.engagement_limit
        return np.clip(
            (scaled / orders.rate_shape) ** people.engagement_exponent, low, people.engagement_limit
        )

    return keenness(rate * orders.rate_scale) / mean_over_rates(keenness, orders.rate_shape)


def _attention(world: World, key: Ints, pace: Floats) -> Floats:
    """Return by how much more, or less, than others people open mail: lognormal of mean 1, more so who buy often."""
    people = world.preset.people
    along, spread = people.attention_and_rate, people.attention_spread
    scatter = np.sqrt(1.0 - along**2) * normal(world.streams, "people/attention", key)
    attention: Floats = np.exp(spread * (along * pace + scatter) - spread**2 / 2)
    return attention


def _gender(world: World, key: Ints) -> Ints:
    people = world.preset.people
    return pick(world.streams.uniform("people/gender", key), [entry.weight for entry in people.genders])


def _satisfaction(world: World, key: Ints, *, dropout: Floats, pace: Floats) -> Floats:
    """Return how satisfied people are by nature, standard normal: less so who leave sooner and buy less often."""
    orders, people = world.preset.orders, world.preset.people
    leaving, often = people.satisfaction_and_dropout, people.satisfaction_and_rate
    satisfied = normal(world.streams, "satisfaction/own", key)
    satisfied *= np.sqrt(max(1.0 - leaving**2 - often**2, 0.0))
    satisfied += often * pace - leaving * share_scores(dropout, orders.dropout_a, orders.dropout_b)
    return satisfied


def _devices(world: World, key: Ints) -> tuple[Ints, Ints]:
    """Return the devices of a person's mobile and of their other browser."""
    devices = world.preset.visits.devices
    draw = world.streams.uniform
    on_mobile = [device.weight if device.device_type == "mobile" else 0.0 for device in devices]
    elsewhere = [0.0 if device.device_type == "mobile" else device.weight for device in devices]
    return pick(draw("people/mobile", key), on_mobile) + 1, pick(draw("people/desktop", key), elsewhere) + 1
