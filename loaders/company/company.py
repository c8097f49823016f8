"""The synthetic company: all of its rows, in blocks of customers."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.errors import MartletError, ParameterError
from martlet.loaders.company import experiments, external, trials
from martlet.loaders.company._clock import occasions
from martlet.loaders.company.ad_spend import ad_region_frame, ad_spend_frame
from martlet.loaders.company.ads import Ads
from martlet.loaders.company.block import Block, generate
from martlet.loaders.company.block_totals import BlockTotals
from martlet.loaders.company.budgets import campaign_frame
from martlet.loaders.company.posts import post_effect_frame, post_frame
from martlet.loaders.company.preset import load_preset, settings_of
from martlet.loaders.company.prices import price_frame, prices_now
from martlet.loaders.company.products import device_frame, geography_frame, page_frame
from martlet.loaders.company.publishing import content_frame
from martlet.loaders.company.stock import inventory_frame, stock_out_frame
from martlet.loaders.company.totals import truth_frames
from martlet.loaders.company.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    import polars as pl

__all__ = ["BLOCK", "GENERATOR", "Company"]

GENERATOR: Final = "5"
# Customers in a block. No row depends on it; it bounds the memory.
BLOCK: Final = 2048
_MOST_CUSTOMERS: Final = 20_000_000
# Writing is slower than a few threads that generate; more would only hold more blocks in memory.
_MOST_THREADS: Final = 4

Frames = list[tuple[str, "pl.DataFrame"]]


class Company:
    """A synthetic company, in which every order has a known cause.

    Parameters
    ----------
    customers
        How many have signed up before `customers_on`, since the company opened (`growth.days_before`).
    days, until
        The data cover the `days` before `until`.
    seed
        The same seed gives the same rows, whatever the number of threads.
    preset
        Name of a preset, the path of a TOML file like one, or such a file's table.
    set
        Numbers of the preset to change, by dotted key: `{"visits.prospects": 3, "season": "off"}`.
    customers_on
        Day that `customers` is about; `until` if None. Sign-ups follow from it alone: a later `until` adds customers.

    Raises
    ------
    ParameterError
        When a number is impossible, or the preset is.
    UnknownNameError
        When no preset has that name.
    """

    def __init__(
        self,
        *,
        customers: int = 10_000,
        days: int = 730,
        until: date = date(2026, 1, 1),
        seed: int = 42,
        preset: str | Path | Mapping[str, Any] = "ecommerce",
        set: Mapping[str, Any] | None = None,  # noqa: A002  (the word of the command line)
        customers_on: date | None = None,
    ) -> None:
        _check("customers", customers, 1, _MOST_CUSTOMERS)
        _check("days", days, 1, 12_000)
        _check("seed", seed, 0, 2**63 - 1)
        if not 1980 <= until.year <= 2200:  # noqa: PLR2004
            raise ParameterError(f"until is {until}; allowed are days of the years 1980 to 2200")
        self._customers_on = until if customers_on is None else customers_on
        if not until - timedelta(days=days) < self._customers_on <= until:
            raise ParameterError(
                f"customers_on is {customers_on}; allowed are days after {until - timedelta(days=days)}, up to {until}"
            )
        self._given = {"customers": customers, "days": days, "seed": seed}
        self._world = World.of(
            load_preset(preset, set),
            customers=customers,
            customers_on=self._customers_on,
            days=days,
            until=until,
            seed=seed,
        )
        self._preset_settings = settings_of(preset, set or {})
        self._totals: BlockTotals | None = None

    @cached_property
    def _ads(self) -> Ads:
        return Ads.of(self._world)

    @property
    def first_day(self) -> date:
        """First day of the data."""
        return self._world.first_day

    @property
    def until(self) -> date:
        """First day after the data."""
        return self._world.until

    @property
    def block_count(self) -> int:
        """How many blocks there are."""
        return -(-self._world.slots // BLOCK)

    def promotions(self) -> list[tuple[date, date]]:
        """Return the promotions of all calendar years of the data, as half-open ranges of days."""
        first = date(self.first_day.year, 1, 1)
        until = date(self.until.year + 1, 1, 1)
        return [(begins, ends) for begins, ends, _ in occasions(self._world.preset.promotions, first, until)]

    def settings(self) -> dict[str, str]:
        """Return what must be said to make these rows again."""
        from faker import VERSION  # noqa: PLC0415  (slow to import)

        return {
            "generator": GENERATOR,
            **self._preset_settings,
            "preset_digest": blake2b(repr(self._world.preset).encode(), digest_size=16).hexdigest(),
            "customers": str(self._given["customers"]),
            "customers_on": self._customers_on.isoformat(),
            "days": str(self._given["days"]),
            "until": self.until.isoformat(),
            "seed": str(self._given["seed"]),
            "first_day": self.first_day.isoformat(),
            "sign_up_scale": repr(self._world.scale),
            "faker": VERSION,
        }

    def dimensions(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield the dimensions that customers don't change, without unknown members, channels and the calendar."""
        world = self._world
        yield "star.dim_geography", geography_frame(world.preset)
        yield "star.dim_device", device_frame(world.preset)
        yield "star.dim_product", world.products.frame_until(world.until_at, prices_now(world))
        yield "star.dim_page", page_frame(world.preset, world.products, world.library, world.until_at)
        yield "star.dim_campaign", campaign_frame(world)
        yield from (
            (relation, frame)
            for relation, frame in (
                ("star.dim_promotion", world.promotions.frame_of(world.first_day, world.until)),
                ("star.dim_coupon", world.coupons.frame_until(world.until)),
                ("star.dim_store", world.stores.frame_until(world.until_at)),
            )
            if frame.height
        )
        yield "star.dim_ad", self._ads.frame
        for relation, frame in zip(
            ("star.dim_experiment", "star.dim_variant"), experiments.dimension_frames(world), strict=True
        ):
            if frame.height:
                yield relation, frame

    def blocks(self, threads: int = 1) -> Iterator[Frames]:
        """Yield the rows of each block, by table, in an order that respects foreign keys; blocks ascend in customers.

        The rows of one fact come in two frames: those of known customers, by customer and time, then those of unknown
        customers (0), by time. Blocks are generated ahead, by up to four threads.

        Raises
        ------
        ParameterError
            When `threads` is below 1.
        """
        _check("threads", threads, 1, 1024)
        threads = min(threads, _MOST_THREADS)
        self._totals = None
        totals: BlockTotals | None = None
        with ThreadPoolExecutor(threads, thread_name_prefix="martlet-company") as pool:
            waiting: deque[Future[Block]] = deque()
            starts = iter(range(0, self._world.slots, BLOCK))
            try:
                for low in starts:
                    waiting.append(pool.submit(self._generate, low))
                    if len(waiting) > threads:
                        block = waiting.popleft().result()
                        totals = block.totals if totals is None else BlockTotals.add(totals, block.totals)
                        yield block.frames
                while waiting:
                    block = waiting.popleft().result()
                    totals = block.totals if totals is None else BlockTotals.add(totals, block.totals)
                    yield block.frames
            finally:
                for future in waiting:
                    future.cancel()
        self._totals = totals

    def _generate(self, low: int) -> Block:
        return generate(self._world, low, min(low + BLOCK, self._world.slots))

    def totals(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield the facts that sum over blocks, and the rest of the truth.

        Raises
        ------
        MartletError
            When not all blocks have been taken before.
        """
        if self._totals is None:
            raise MartletError("the totals of a company follow from its blocks: take all of blocks() first")
        world, totals = self._world, self._totals
        spend = ad_spend_frame(world, totals)
        yield "star.fact_ad_spend", spend
        yield "star.fact_ad_detail", self._ads.detail_frame(world, spend)
        yield "truth.ad", self._ads.truth_frame()
        yield "star.fact_external_week", external.week_frame(world)
        yield "star.fact_ad_region", ad_region_frame(world, totals, spend)
        yield "star.fact_inventory", inventory_frame(world, totals)
        yield "star.fact_price", price_frame(world)
        yield "star.fact_social_post", post_frame(world)
        yield "truth.post_effect", post_effect_frame(world)
        yield "truth.content_asset", world.library.frame(world.preset, world.until_at)
        yield "star.fact_content", content_frame(world, totals)
        yield "truth.stock_out", stock_out_frame(world)
        yield "truth.experiment", trials.truth_frame(world, totals.outcomes)
        yield from truth_frames(world, totals, spend)


def _check(name: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ParameterError(f"{name} is {value!r}; allowed are whole numbers from {low} to {high}")
