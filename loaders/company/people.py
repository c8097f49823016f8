"""Who the customers are: when they sign up, what they are like, and how they buy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._draws import beta, gamma, normal, normal_of_gamma, pick, pick_by
from martlet.loaders.company.campaigns import CHANNEL_KEYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._sections import PeopleSection
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["People"]

# Points of a numerical mean over the gamma distribution of rates, and where it ends, in standard deviations.
_GRID: Final = 2000
_TAIL: Final = 20.0


@dataclass(frozen=True)
class People:
    """A block of customers, by their position in it. Codes are positions in the preset's lists, -1 is not known.

    `rate` is the lambda of BG/NBD per operational day, `dropout` its p, `spend_rate` the nu of the gamma-gamma, per unit of
    the currency; `engagement` scales contacts. `channel` and `campaign` are those that brought the person: of the first visit
    of all, which may lie before the data. `mobile` and `desktop` are the devices of the two browsers.
    """

    key: Ints
    signed_up_at: Ints
    signed_up_u: Floats
    is_customer: Bools
    rate: Floats
    dropout: Floats
    spend_rate: Floats
    engagement: Floats
    age: Ints
    years: Floats
    gender: Ints
    persona: Ints
    education: Ints
    married: Bools
    kids: Ints
    teens: Ints
    income: Ints
    place: Ints
    opted_in: Bools
    sms: Bools
    channel: Ints
    campaign: Ints
    mobile: Ints
    desktop: Ints

    @classmethod
    def of(cls, world: World, low: int, high: int) -> People:
        """Draw the customers of the slots [low, high)."""
        preset, draw = world.preset, world.streams.uniform
        index = np.arange(low, high, dtype=np.int64)
        key = index + 1
        position = (index + draw("people/sign-up", key)) / world.scale
        signed_up_at = world.growth.inverse(position)
        orders = preset.orders
        rate = gamma(world.streams, "people/rate", key, orders.rate_shape) / orders.rate_scale
        spend = gamma(world.streams, "people/spend", key, orders.spend_spread)
        people = preset.people
        age = pick(draw("people/age", key), [band.weight for band in people.ages])
        lows = np.array([band.low for band in people.ages])[age]
        highs = np.array([band.high for band in people.ages])[age]
        years = lows + draw("people/years", key) * (highs - lows)
        education = _education(world, key, age)
        married = draw("people/married", key) < np.array([band.married for band in people.ages])[age]
        kids = _children(
            people, draw("people/kids", key), np.array([band.children for band in people.ages])[age], married
        )
        teens = _children(
            people, draw("people/teens", key), np.array([band.teens for band in people.ages])[age], married
        )
        place = pick(draw("people/place", key), [entry.weight for entry in world.preset.people.places])
        channel_slot = _acquisition(world, key, age, signed_up_at)
        channel = np.array([CHANNEL_KEYS[mix.name] for mix in preset.channels])[channel_slot]
        mobile, desktop = _devices(world, key)
        return cls(
            key=key,
            signed_up_at=signed_up_at,
            signed_up_u=world.clock.forward(signed_up_at),
            is_customer=signed_up_at < world.until_at,
            rate=rate,
            dropout=beta(world.streams, "people/dropout", key, orders.dropout_a, orders.dropout_b),
            spend_rate=spend / orders.spend_scale,
            engagement=_engagement(world, rate),
            age=age,
            years=years,
            gender=_gender(world, key),
            persona=_persona(world, key, (kids + teens) > 0),
            education=education,
            married=married,
            kids=kids,
            teens=teens,
            income=_income(
                world,
                key,
                normal_of_gamma(spend, orders.spend_spread),
                age=age,
                education=education,
                place=place,
            ),
            place=place,
            opted_in=draw("people/email", key) < people.email_opt_in,
            sms=draw("people/sms", key) < people.sms_opt_in,
            channel=channel,
            campaign=np.zeros(key.size, dtype=np.int64),
            mobile=mobile,
            desktop=desktop,
        )


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


def _acquisition(world: World, key: Ints, age: Ints, at: Ints) -> Ints:
    """Return the position of the channel that brings each person: by age, and by what media did in the week of the sign-up."""
    mixes = world.preset.channels
    weights = np.array(
        [[mix.acquisition * mix.ages[band] for mix in mixes] for band in range(len(mixes[0].ages))]
    )[age]
    channels = np.array([CHANNEL_KEYS[mix.name] for mix in mixes])
    weights *= world.media.response[channels[None, :], world.media.week_of(at)[:, None]]
    return pick_by(world.streams.uniform("people/channel", key), weights, np.arange(key.size, dtype=np.int64))


def _engagement(world: World, rate: Floats) -> Floats:
    """Return how keen people are on contacts, by how often they buy, against the mean of all who sign up."""
    people, orders = world.preset.people, world.preset.orders

    def keenness(scaled: Floats) -> Floats:
        low = 1.0 / people.engagement_limit
        return np.clip(
            (scaled / orders.rate_shape) ** people.engagement_exponent, low, people.engagement_limit
        )

    # The mean over gamma rates x, on a grid of s with x = s^power, which takes a pole of their density at 0 away.
    power = max(1.0 / orders.rate_shape, 1.0)
    top = (orders.rate_shape + _TAIL * (1.0 + np.sqrt(orders.rate_shape))) ** (1.0 / power)
    grid = (np.arange(_GRID) + 0.5) / _GRID * top
    weights = np.exp(-(grid**power)) * grid ** (power * orders.rate_shape - 1.0)
    mean = np.average(keenness(grid**power), weights=weights)
    return keenness(rate * orders.rate_scale) / mean


def _education(world: World, key: Ints, age: Ints) -> Ints:
    bands, schools = world.preset.people.ages, world.preset.people.educations
    weights = np.array(
        [
            [school.weight * (band.graduate if school.is_graduate else 1.0) for school in schools]
            for band in bands
        ]
    )
    return pick_by(world.streams.uniform("people/education", key), weights, age)


def _children(people: PeopleSection, uniform: Floats, chance: Floats, married: Bools) -> Ints:
    """Return 0, 1 or 2 children; couples and singles stand about the band's chance by `couples_factor`, one to the other."""
    ratio = people.couples_factor
    child_chance = np.clip(chance * np.where(married, 2 * ratio, 2.0) / (ratio + 1), 0.0, 1.0)
    return (uniform < child_chance).astype(np.int64) + (uniform < child_chance * people.second_child).astype(
        np.int64
    )


def _gender(world: World, key: Ints) -> Ints:
    people = world.preset.people
    return pick(world.streams.uniform("people/gender", key), [entry.weight for entry in people.genders])


def _persona(world: World, key: Ints, is_family: Bools) -> Ints:
    personas = world.preset.people.personas
    weights = np.array(
        [[entry.weight for entry in personas], [entry.weight * entry.family_factor for entry in personas]]
    )
    return pick_by(world.streams.uniform("people/persona", key), weights, is_family.astype(np.int64))


def _income(world: World, key: Ints, thrift: Floats, *, age: Ints, education: Ints, place: Ints) -> Ints:
    """Return yearly incomes in the currency's unit, rounded to hundreds; -1 where it was not given.

    Who spends more on an order (less `thrift`, a standard normal) earns more: what age, education and place leave open goes
    along with it, and the worth of orders stays gamma-gamma.
    """
    people = world.preset.people
    along = people.income_and_spend
    chance = normal(world.streams, "people/income", key) * np.sqrt(1.0 - along * along) - along * thrift
    factor = np.array([band.income_factor for band in people.ages])[age]
    factor *= np.array([school.income_factor for school in people.educations])[education]
    factor *= np.array([entry.income_factor for entry in world.preset.people.places])[place]
    spread = np.exp(people.income_spread * chance)
    income = np.round(people.income_median * factor * spread / 100).astype(np.int64) * 100
    given = world.streams.uniform("people/income/given", key) >= people.income_not_given
    return np.where(given, income, -1)


def _devices(world: World, key: Ints) -> tuple[Ints, Ints]:
    """Return the devices of a person's mobile and of their other browser."""
    devices = world.preset.visits.devices
    draw = world.streams.uniform
    on_mobile = [device.weight if device.device_type == "mobile" else 0.0 for device in devices]
    elsewhere = [0.0 if device.device_type == "mobile" else device.weight for device in devices]
    return pick(draw("people/mobile", key), on_mobile) + 1, pick(draw("people/desktop", key), elsewhere) + 1
