"""What is summed over blocks: contacts and claims by campaign and day, units by product and week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, weeks
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company._ids import PROSPECTS
from martlet.loaders.company.auction import CENT
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.orders import Effects
from martlet.loaders.company.terms import WEB
from martlet.loaders.company.touches import TOUCH_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.web_frames import TouchRecord
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["BlockTotals"]


@dataclass(frozen=True)
class BlockTotals:
    """Sums over blocks, most of them as frames.

    `ads` by day and campaign, `regions` by day, region and campaign, `won` orders by week, region and channel that media
    brought, `units` by week and product, `touches` by channel, `baskets` by product, `content` leads by
    day and position in the preset, `outcomes` of experiments by run, arm and metric; the number of orders; what contacts could cause.
    Days count from 1970, weeks from the Monday before it; costs are in millionths, revenue in cents.
    """

    ads: pl.DataFrame
    regions: pl.DataFrame
    won: pl.DataFrame
    units: pl.DataFrame
    touches: pl.DataFrame
    baskets: pl.DataFrame
    content: pl.DataFrame
    outcomes: pl.DataFrame
    orders: int
    effects: Effects

    @classmethod
    def of(
        cls,
        world: World,
        people: People,
        touches: Touches,
        record: TouchRecord,
        sales: Sales,
        *,
        leads: pl.DataFrame,
        assets: Ints,
        effects: Effects,
        outcomes: pl.DataFrame,
    ) -> BlockTotals:
        """Sum a block, as far as it lies in the data."""
        order_lines, kept = sales.order_lines, sales.line_rows
        rows = record.rows[touches.campaign[record.rows] > 0]
        click = touches.kind[rows] != TOUCH_TYPES.index("impression")
        contacts = _sums(
            {"day": touches.at[rows] // DAY, "campaign": touches.campaign[rows]},
            {"clicks": click, "views": ~click, "cost": touches.cost[rows]},
        )
        won = np.flatnonzero(assets >= 0)
        by_region = _sums(
            {
                "day": touches.at[rows] // DAY,
                "region": world.media.regions.of_place[record.place[rows]],
                "campaign": touches.campaign[rows],
            },
            {"clicks": click, "views": ~click, "cost": touches.cost[rows]},
        )
        claims = _claims(world, touches, record, sales)
        captured = leads.filter(pl.col("campaign_key") > 0).select(
            day=pl.col("captured_at").dt.date().cast(pl.Int32).cast(pl.Int64),
            campaign=pl.col("campaign_key").cast(pl.Int64),
            leads=pl.lit(1, dtype=pl.Int64),
        )
        week = weeks(sales.ordered_at[order_lines.order[kept]])
        back = kept[order_lines.returned_at[kept] < NEVER]
        restocked = np.round(order_lines.returned[back] * world.preset.basket.restocking_share).astype(
            np.int64
        )
        # What was sold before the data stands in the weeks before them, though the first week may hold days of both.
        before = sales.line_rows_before
        week_before = np.minimum(
            weeks(sales.ordered_at[order_lines.order[before]]), weeks(world.start_at) - 1
        )
        sold = _sums(
            {
                "week": np.concatenate((week_before, week)),
                "product": order_lines.product[np.concatenate((before, kept))],
            },
            {"sold": order_lines.quantity[np.concatenate((before, kept))]},
        )
        returned = _sums(
            {"week": weeks(order_lines.returned_at[back]), "product": order_lines.product[back]},
            {"restocked": restocked},
        )
        return cls(
            ads=_merge([contacts, claims.drop("region"), captured], ["day", "campaign"]),
            regions=_merge(
                [by_region, claims.select("day", "region", "campaign", "cost")],
                ["day", "region", "campaign"],
            ),
            won=_won(world, people, record, sales),
            units=_merge([sold, returned], ["week", "product"]),
            touches=_sums(
                {"channel": touches.channel[record.rows]},
                {"touches": np.ones(record.rows.size, dtype=np.int64)},
            ),
            baskets=_sums(
                {"product": order_lines.product[kept]}, {"lines": np.ones(kept.size, dtype=np.int64)}
            ),
            content=_sums(
                {
                    "day": leads["captured_at"].dt.epoch("d").to_numpy().astype(np.int64)[won],
                    "asset": assets[won],
                },
                {"leads": np.ones(won.size, dtype=np.int64)},
            ),
            outcomes=outcomes,
            orders=sales.order_rows.size,
            effects=effects,
        )

    @staticmethod
    def add(one: BlockTotals, other: BlockTotals) -> BlockTotals:
        """Return the sums of both."""
        by = {
            "ads": ["day", "campaign"],
            "regions": ["day", "region", "campaign"],
            "won": ["week", "region", "channel"],
            "units": ["week", "product"],
            "touches": ["channel"],
            "baskets": ["product"],
            "content": ["day", "asset"],
            "outcomes": ["run", "arm", "metric"],
        }
        merged = {name: _merge([getattr(one, name), getattr(other, name)], keys) for name, keys in by.items()}
        effects = Effects(
            one.effects.touches + other.effects.touches, one.effects.expected + other.effects.expected
        )
        return BlockTotals(**merged, orders=one.orders + other.orders, effects=effects)


def _sums(keys: dict[str, Ints], values: dict[str, Ints | Bools]) -> pl.DataFrame:
    frame = pl.DataFrame({**keys, **{name: value.astype(np.int64) for name, value in values.items()}})
    return frame.group_by(*keys).agg(pl.col(*values).sum()).sort(*keys)


def _merge(parts: list[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    return pl.concat(parts, how="diagonal").group_by(keys).agg(pl.exclude(keys).sum()).sort(keys)


def _claims(world: World, touches: Touches, record: TouchRecord, sales: Sales) -> pl.DataFrame:
    """Return what each campaign's platform could claim, on the order's day and in its region, and the commission on it.

    A platform sees the orders of those who had a contact with it (a click, or for impressions a view) in its window before
    the order, and gives each to the last of its own contacts. That the contact caused nothing it can't know.
    """
    orders, commissions, campaigns, claims = sales.orders, [], [], []
    # What is bought in a store or from the catalogue no platform sees.
    placed = sales.order_rows[sales.terms.channel[sales.order_rows] == WEB]
    span = int(max(touches.at.max(initial=0), sales.ordered_at.max(initial=0))) + 1
    order_keys = orders.who[placed] * span + sales.ordered_at[placed]
    for mix in world.preset.channels:
        if not mix.platform:
            continue
        of_channel = (touches.channel == CHANNEL_KEYS[mix.name]) & (touches.campaign > 0)
        contacts = np.flatnonzero(of_channel & (touches.browser < PROSPECTS))
        if not contacts.size:
            continue
        contact_keys = touches.who[contacts] * span + touches.at[contacts]
        by_time = np.argsort(contact_keys, kind="stable")
        position = np.searchsorted(contact_keys[by_time], order_keys, side="right") - 1
        last = contacts[by_time[np.maximum(position, 0)]]
        in_window = sales.ordered_at[placed] - touches.at[last] <= mix.claim_days * DAY
        claimed = np.flatnonzero((position >= 0) & (touches.who[last] == orders.who[placed]) & in_window)
        claims.append(placed[claimed])
        campaigns.append(touches.campaign[last[claimed]])
        fee = np.round(mix.commission * sales.sums.net[placed[claimed]]).astype(np.int64)
        commissions.append(np.maximum(fee, 0) * CENT)
    none = np.zeros(0, dtype=np.int64)
    of = np.concatenate([none, *claims])
    return _sums(
        {
            "day": sales.ordered_at[of] // DAY,
            "region": world.media.regions.of_place[record.place[sales.holder[of]]],
            "campaign": np.concatenate([none, *campaigns]),
        },
        {
            "claims": np.ones(of.size, dtype=np.int64),
            "revenue": sales.sums.net[of],
            "cost": np.concatenate([none, *commissions]),
        },
    )


def _won(world: World, people: People, record: TouchRecord, sales: Sales) -> pl.DataFrame:
    """Return the orders of the data that paid media brought: of their contacts, and of who signed up through them."""
    placed = sales.order_rows
    at_sign_up = sales.orders.local[placed] == 0
    channel = np.where(at_sign_up, people.channel[sales.orders.who[placed]], sales.orders.channel[placed])
    paid = np.flatnonzero(
        np.isin(channel, [CHANNEL_KEYS[mix.name] for mix in world.preset.channels if mix.cost > 0])
    )
    return _sums(
        {
            "week": weeks(sales.ordered_at[placed[paid]]),
            "region": world.media.regions.of_place[record.place[sales.holder[placed[paid]]]],
            "channel": channel[paid],
        },
        {"by_contacts": ~at_sign_up[paid], "at_sign_up": at_sign_up[paid]},
    )
