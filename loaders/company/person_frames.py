"""Rows about customers: themselves, their history, their mail, their leads, and the truth about them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import pick, running_within
from martlet.loaders.company._frames import NEVER, dates, keys, micros, optional, texts, times, words
from martlet.loaders.company.names import name_pools
from martlet.loaders.company.postcodes import codes_of
from martlet.loaders.company.traits import MARITAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.mail import Mails
    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["customer_frame", "history_frame", "income_bands", "mail_frame", "truth_frame"]

_YEAR: Final = 365.25
_VERSIONS: Final = 100
_MICRO: Final = 1_000_000
_BOUNCES: Final = ["hard", "soft"]


def income_bands(world: World) -> list[str]:
    """Return the names of the income bands, such as `025-050k`: as texts they sort like the incomes."""
    edges = [0, *(round(edge / 1000) for edge in world.preset.people.income_bands)]
    width = len(str(edges[-1]))
    return [*(f"{low:0{width}}-{high:0{width}}k" for low, high in pairwise(edges)), f"{edges[-1]}k+"]


def _band(world: World, income: Ints) -> Ints:
    band = np.searchsorted(np.asarray(world.preset.people.income_bands), income, side="right")
    return np.where(income < 0, -1, band)


def customer_frame(
    world: World, people: People, sales: Sales, *, tier: Ints, opted_in: Bools
) -> pl.DataFrame:
    """Return the rows of `star.dim_customer`; `tier` and `opted_in` are as now."""
    preset, draw = world.preset, world.streams.uniform
    rows = np.flatnonzero(people.is_customer)
    key, place = people.key[rows], people.place_at(rows, world.until_at - 1)
    income = people.income_at(rows, world.until_at - 1)
    female = people.gender[rows] == 0
    either = draw("name/either", key) < 0.5  # noqa: PLR2004  (who is neither bears a name of one of them)
    female = np.where(people.gender[rows] > 1, either, female)
    domain = pick(draw("name/domain", key), [entry.weight for entry in preset.people.domains])
    birth = people.signed_up_at[rows] - (people.years[rows] * _YEAR * DAY).astype(np.int64)
    # Half as many forms go without a gender as without anything; the income is missing by its own chance.
    gender = np.where(draw("name/gender", key) < preset.people.gender_not_given, -1, people.gender[rows])
    frame = pl.DataFrame(
        {
            "customer_key": keys(key),
            **_names(world, key, place, female),
            "domain": texts(domain, [entry.name for entry in preset.people.domains]),
            "gender": texts(gender, [entry.name for entry in preset.people.genders]),
            "birth_date": dates(birth),
            "age_range": texts(_age_now(world, birth), [band.name for band in preset.people.ages]),
            "education": texts(people.education[rows], [school.name for school in preset.people.educations]),
            "marital_status": texts(people.marital[rows], MARITAL),
            "kids_at_home": keys(people.kids[rows]),
            "teens_at_home": keys(people.teens[rows]),
            "income": optional(pl.Series(income).cast(pl.Decimal(18, 2)), income >= 0),
            "income_range": texts(_band(world, income), income_bands(world)),
            "country": texts(place, [entry.country for entry in preset.people.places]),
            "region": texts(place, [entry.region for entry in preset.people.places]),
            "city": texts(place, [entry.city for entry in preset.people.places]),
            "postal_code": codes_of(
                tuple(entry.postal for entry in preset.people.places), place, draw("name/postal", key)
            ),
            "loyalty_tier": texts(tier[rows], [entry.name for entry in preset.people.tiers]),
            "signed_up_at": times(people.signed_up_at[rows]),
            "acquisition_channel_key": keys(people.channel[rows]),
            "acquisition_campaign_key": keys(people.campaign[rows]),
            "is_email_opted_in": opted_in[rows],
            "is_sms_opted_in": people.sms[rows],
            "ordered_before_data": sales.sold_before[rows],
            "first_ordered_on": times(sales.first_sold_at[rows]).cast(pl.Date),
        }
    )
    # No two addresses are equal, because the key ends the name.
    local = pl.concat_str(
        pl.col("first_name").str.to_lowercase(),
        pl.lit("."),
        pl.col("last_name").str.to_lowercase(),
        "customer_key",
    ).str.replace_all("[^a-z0-9.]", "")
    return frame.with_columns(
        customer_id=pl.format("CU{}", pl.col("customer_key").cast(pl.String).str.zfill(7)),
        email=pl.concat_str(local, pl.lit("@"), "domain"),
    ).drop("domain")


def _names(world: World, key: Ints, place: Ints, female: Bools) -> dict[str, pl.Series]:
    """Return given and family names, of people of each country as they are there."""
    people, draw = world.preset.people, world.streams.uniform
    locale = {country.name: country.names for country in people.countries}
    locales = sorted(set(locale.values()))
    code = np.array([locales.index(locale[entry.country]) for entry in people.places])[place]
    given, family = draw("name/given", key), draw("name/family", key)
    parts, rows = [], []
    for number, name in enumerate(locales):
        pools = name_pools(name)
        for is_female, pool in ((True, pools.female), (False, pools.male)):
            mine = np.flatnonzero((code == number) & (female == is_female))
            rows.append(mine)
            parts.append(
                pl.DataFrame(
                    {"first_name": pool.pick(given[mine]), "last_name": pools.family.pick(family[mine])}
                )
            )
    back = np.argsort(np.concatenate(rows), kind="stable")
    return {column.name: column.gather(back) for column in pl.concat(parts).get_columns()}


def _age_now(world: World, birth: Ints) -> Ints:
    """Return the age band at the end of the data; who has outgrown the last one stays in it."""
    years = (world.until_at - birth) / (_YEAR * DAY)
    lows = np.array([band.low for band in world.preset.people.ages])
    return np.maximum(np.searchsorted(lows, years, side="right") - 1, 0)


def history_frame(
    world: World, people: People, sales: Sales, opted_out_at: Ints
) -> tuple[pl.DataFrame, Ints, Bools]:
    """Return the rows of `star.dim_customer_history`, and by customer the tier (-1 for none) and the consent as now.

    A version begins at sign-up, with each tier reached, with a move to another region or an income of another band, and when the
    customer unsubscribes (`opted_out_at`).
    """
    tiers, orders, chosen, past = world.preset.people.tiers, sales.orders, sales.order_rows, sales.history
    buyer = np.concatenate((past.who, orders.who[chosen]))
    bought_at = np.concatenate((past.at, sales.ordered_at[chosen]))
    by_time = np.lexsort((bought_at, buyer))
    buyer, bought_at = buyer[by_time], bought_at[by_time]
    number = running_within(buyer) + 1
    who = [np.flatnonzero(people.is_customer)]
    at = [people.signed_up_at[who[0]]]
    tier = [np.full(who[0].size, -1, dtype=np.int64)]
    for position, entry in enumerate(tiers):
        reached = number == entry.from_orders
        who.append(buyer[reached])
        at.append(bought_at[reached])
        tier.append(np.full(who[-1].size, position, dtype=np.int64))
    for moments in (opted_out_at, people.changes.moved_at, people.changes.earned_at):
        changes = np.flatnonzero((moments < world.until_at) & people.is_customer)
        who.append(changes)
        at.append(moments[changes])
        tier.append(np.full(changes.size, -1, dtype=np.int64))
    whose, since, level = np.concatenate(who), np.concatenate(at), np.concatenate(tier)
    order = np.lexsort((level, since, whose))
    whose, since, level = whose[order], since[order], level[order]
    # Tiers only rise: the highest so far is the one that holds.
    level = np.maximum.accumulate(whose * (len(tiers) + 1) + level + 1) - whose * (len(tiers) + 1) - 1
    last_of_moment = np.append((np.diff(whose) != 0) | (np.diff(since) != 0), True)[: whose.size]
    whose, since, level = whose[last_of_moment], since[last_of_moment], level[last_of_moment]
    opted = people.opted_in[whose] & (since < opted_out_at[whose])
    band = _band(world, people.income_at(whose, since))
    regions = [entry.region for entry in world.preset.people.places]
    region = np.array([regions.index(name) for name in regions])[people.place_at(whose, since)]
    # What changes nothing that is tracked, such as a move within the region, begins no version.
    says = np.column_stack((whose, level, band, region, opted))
    begins = np.append(True, (says[1:] != says[:-1]).any(axis=1))[: whose.size]
    whose, since, level, band, region, opted = (
        values[begins] for values in (whose, since, level, band, region, opted)
    )
    is_current = np.append(np.diff(whose) != 0, True)[: whose.size]
    until = np.where(is_current, NEVER, np.append(since[1:], NEVER)[: whose.size])
    key = people.key[whose]
    frame = pl.DataFrame(
        {
            "customer_version_key": keys(key * _VERSIONS + running_within(whose) + 1),
            "customer_key": keys(key),
            "loyalty_tier": texts(level, [entry.name for entry in tiers]),
            "income_range": texts(band, income_bands(world)),
            "region": texts(region, regions),
            "is_email_opted_in": opted,
            "valid_from": times(since),
            "valid_until": times(until),
            "is_current": is_current,
        }
    )
    tier_now = np.full(people.key.size, -1, dtype=np.int64)
    tier_now[whose[is_current]] = level[is_current]
    opted_now = people.opted_in & (opted_out_at >= world.until_at)
    return frame, tier_now, opted_now


def mail_frame(
    world: World, people: People, mails: Mails, harvest_clicked_at: Ints, harvest_clicks: Ints
) -> pl.DataFrame:
    """Return the rows of `star.fact_email`; `harvest_clicked_at` is the first click on the way to an order, `harvest_clicks` their number."""
    until = world.until_at
    planned = np.where(mails.is_holdout, mails.assigned, mails.sent)
    rows = np.flatnonzero((mails.assigned >= world.start_at) & (planned < until))

    def moment(values: Ints) -> Ints:
        return np.where(values[rows] < until, values[rows], NEVER)

    clicked_at, machine, scanned = moment(mails.clicked), moment(mails.machine_opened), moment(mails.scanned)
    click = np.minimum(clicked_at, harvest_clicked_at[rows])
    opened = np.minimum(
        moment(mails.opened), np.where(harvest_clicked_at[rows] < NEVER, harvest_clicked_at[rows] - 1, NEVER)
    )
    human_clicks = (clicked_at < NEVER).astype(np.int64) + harvest_clicks[rows]
    human_opens = np.where(moment(mails.opened) < NEVER, 1 + mails.further_opens[rows], 0)
    human_opens = np.maximum(human_opens, opened < NEVER)
    return pl.DataFrame(
        {
            "email_id": mails.id[rows],
            "campaign_key": keys(mails.campaign[rows]),
            "customer_key": keys(people.key[mails.who[rows]]),
            "assigned_at": times(mails.assigned[rows]),
            "is_holdout": mails.is_holdout[rows],
            "sent_at": times(mails.sent[rows]),
            "delivered_at": times(moment(mails.delivered)),
            "bounce_type": words(mails.bounce[rows], _BOUNCES),
            "first_opened_at": times(np.minimum(opened, machine)),
            "open_count": keys(human_opens + (machine < NEVER)),
            "first_human_opened_at": times(opened),
            "first_clicked_at": times(np.minimum(click, scanned)),
            "click_count": keys(human_clicks + (scanned < NEVER)),
            "first_human_clicked_at": times(click),
            "unsubscribed_at": times(moment(mails.unsubscribed)),
            "complained_at": times(moment(mails.complained)),
            "cost": micros(np.where(mails.is_holdout[rows], 0, round(world.preset.email.cost * _MICRO))),
        }
    )


def truth_frame(world: World, people: People, churned_at: Ints) -> pl.DataFrame:
    """Return the rows of `truth.customer`."""
    rows = np.flatnonzero(people.is_customer)
    spend = world.preset.orders.spend_shape / people.spend_rate[rows]
    personas = [persona.name for persona in world.preset.people.personas]
    return pl.DataFrame(
        {
            "customer_key": keys(people.key[rows]),
            "purchase_rate": people.rate[rows],
            "dropout_probability": people.dropout[rows],
            "churned_at": times(churned_at[rows]),
            "mean_spend": pl.Series(spend).round(2).cast(pl.Decimal(18, 2)),
            "persona": texts(people.persona[rows], personas),
            "style": texts(people.style[rows], [entry.name for entry in world.preset.taste.styles]),
            "open_factor": people.attention[rows],
            "satisfaction": people.satisfaction[rows],
        }
    )
