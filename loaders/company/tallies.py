"""What is summed over blocks: contacts and claims by campaign and day, units by product and week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, weeks
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.orders import Effects
from martlet.loaders.company.touches import TOUCH_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._world import World
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.web_frames import Seen

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Tallies"]


@dataclass(frozen=True)
class Tallies:
    """Sums over blocks, most of them as frames.

    `ads` by day and campaign, `units` by week and product, `touches` by channel, `baskets` by product, `content` leads by
    day and place in the preset; the number of orders; what contacts could cause.
    Days count from 1970, weeks from the Monday before it; costs are in millionths, revenue in cents.
    """

    ads: pl.DataFrame
    units: pl.DataFrame
    touches: pl.DataFrame
    baskets: pl.DataFrame
    content: pl.DataFrame
    orders: int
    effects: Effects

    @classmethod
    def of(
        cls,
        world: World,
        touches: Touches,
        seen: Seen,
        sales: Sales,
        *,
        leads: pl.DataFrame,
        assets: Ints,
        effects: Effects,
    ) -> Tallies:
        """Sum a block, as far as it lies in the data."""
        bought, kept = sales.bought, sales.lines
        mine = seen.order[touches.campaign[seen.order] > 0]
        click = touches.kind[mine] != TOUCH_TYPES.index("impression")
        contacts = _sums(
            {"day": touches.at[mine] // DAY, "campaign": touches.campaign[mine]},
            {"clicks": click, "views": ~click, "cost": touches.cost[mine]},
        )
        won = np.flatnonzero(assets >= 0)
        claims = _claims(touches, seen, sales)
        captured = leads.filter(pl.col("campaign_key") > 0).select(
            day=pl.col("captured_at").dt.date().cast(pl.Int32).cast(pl.Int64),
            campaign=pl.col("campaign_key").cast(pl.Int64),
            leads=pl.lit(1, dtype=pl.Int64),
        )
        week = weeks(sales.ordered_at[bought.order[kept]])
        back = kept[bought.returned_at[kept] < NEVER]
        restocked = np.round(bought.returned[back] * world.preset.basket.restocking_share).astype(np.int64)
        sold = _sums({"week": week, "product": bought.product[kept]}, {"sold": bought.quantity[kept]})
        returned = _sums(
            {"week": weeks(bought.returned_at[back]), "product": bought.product[back]},
            {"restocked": restocked},
        )
        return cls(
            ads=_merge([contacts, claims, captured], ["day", "campaign"]),
            units=_merge([sold, returned], ["week", "product"]),
            touches=_sums(
                {"channel": touches.channel[seen.order]},
                {"touches": np.ones(seen.order.size, dtype=np.int64)},
            ),
            baskets=_sums({"product": bought.product[kept]}, {"lines": np.ones(kept.size, dtype=np.int64)}),
            content=_sums(
                {
                    "day": leads["captured_at"].dt.epoch("d").to_numpy().astype(np.int64)[won],
                    "asset": assets[won],
                },
                {"leads": np.ones(won.size, dtype=np.int64)},
            ),
            orders=sales.chosen.size,
            effects=effects,
        )

    @staticmethod
    def add(one: Tallies, other: Tallies) -> Tallies:
        """Return the sums of both."""
        by = {
            "ads": ["day", "campaign"],
            "units": ["week", "product"],
            "touches": ["channel"],
            "baskets": ["product"],
            "content": ["day", "asset"],
        }
        merged = {name: _merge([getattr(one, name), getattr(other, name)], keys) for name, keys in by.items()}
        effects = Effects(
            one.effects.touches + other.effects.touches, one.effects.expected + other.effects.expected
        )
        return Tallies(**merged, orders=one.orders + other.orders, effects=effects)


def _sums(keys: dict[str, Ints], values: dict[str, Ints | Bools]) -> pl.DataFrame:
    frame = pl.DataFrame({**keys, **{name: value.astype(np.int64) for name, value in values.items()}})
    return frame.group_by(*keys).agg(pl.col(*values).sum()).sort(*keys)


def _merge(parts: list[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    return pl.concat(parts, how="diagonal").group_by(keys).agg(pl.exclude(keys).sum()).sort(keys)


def _claims(touches: Touches, seen: Seen, sales: Sales) -> pl.DataFrame:
    """Return what each campaign could claim: every order that it touched just before, or caused, on the order's day."""
    orders = sales.orders
    just_before = seen.order[(touches.order[seen.order] >= 0) & (touches.campaign[seen.order] > 0)]
    order = touches.order[just_before]
    caused = np.flatnonzero((orders.cause >= 0) & (orders.campaign > 0))
    order = np.concatenate((order, caused))
    campaign = np.concatenate((touches.campaign[just_before], orders.campaign[caused]))
    mine = np.flatnonzero(sales.in_data[order]) if order.size else order
    pairs = pl.DataFrame({"order": order[mine], "campaign": campaign[mine]}).unique(maintain_order=True)
    order = pairs["order"].to_numpy()
    return _sums(
        {"day": sales.ordered_at[order] // DAY, "campaign": pairs["campaign"].to_numpy()},
        {"claims": np.ones(order.size, dtype=np.int64), "revenue": sales.sums.net[order]},
    )
