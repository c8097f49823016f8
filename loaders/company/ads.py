"""Advertisements: what they say, for whom they are shown, and how a campaign's day is spread over them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from martlet.loaders.company._draws import normal
from martlet.loaders.company._frames import money
from martlet.loaders.company.campaigns import CHANNEL_KEYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Ads"]

_WORDS: Final = Path(__file__).with_name("ads.toml")
_EFFECTS: Final = ("weight", "click", "price", "order")
_MOST_ADS: Final = 32
# Shares scatter from day to day at least so much, and more where few are shared out.
_SCATTER: Final = 0.15


@dataclass(frozen=True)
class Ads:
    """The ads of all paid campaigns on record, by number of the campaign; factors are against others of the campaign."""

    frame: pl.DataFrame
    effects: Floats
    campaign: Ints

    @classmethod
    def of(cls, world: World) -> Ads:
        """Write the ads."""
        words = _words()
        channels = {CHANNEL_KEYS[mix.name]: mix.name for mix in world.preset.channels if mix.platform}
        paid = world.campaigns.frame.filter(
            pl.col("channel_key").is_in(list(channels)),
            pl.col("starts_on") < world.until,
        )
        rows, effects = [], []
        for campaign, channel, kind, begins in paid.select(
            "campaign_key", "channel_key", "campaign_type", "starts_on"
        ).iter_rows():
            group = _group(words, channels[channel], kind)
            for number in range(group.get("ads", 0)):
                ad = _Ad(world, words, int(campaign) * _MOST_ADS + number)
                row, factors = ad.written(group, number, year=begins.year)
                rows.append({"campaign_key": campaign, "channel_key": channel, **row})
                effects.append(factors)
        frame = pl.DataFrame(rows, schema=_SCHEMA).with_row_index("ad_key", offset=1)
        frame = frame.with_columns(
            pl.col("ad_key").cast(pl.Int32),
            ad_id=pl.format("AD{}", pl.col("ad_key").cast(pl.String).str.zfill(5)),
        )
        campaign_keys = frame["campaign_key"].to_numpy().astype(np.int64)
        return cls(frame, np.array(effects).reshape(-1, len(_EFFECTS)), campaign_keys)

    def truth_frame(self) -> pl.DataFrame:
        """Return the rows of `truth.ad`."""
        names = ("impression_factor", "click_factor", "price_factor", "order_factor")
        return self.frame.select("ad_key").with_columns(
            **{name: pl.Series(self.effects[:, number]) for number, name in enumerate(names)}
        )

    def detail_frame(self, world: World, spend: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of `star.fact_ad_detail`, which add up to those of `star.fact_ad_spend`."""
        of = spend.with_row_index("row").join(
            self.frame.select("ad_key", "campaign_key"), on="campaign_key", maintain_order="left_right"
        )
        row, ad = of["row"].to_numpy().astype(np.int64), of["ad_key"].to_numpy().astype(np.int64) - 1
        day = of["date_key"].cast(pl.String).str.to_date("%Y%m%d").cast(pl.Int32).to_numpy().astype(np.int64)
        share = _Sharing(world, row, day * (1 << 20) + ad)
        weight, click, price, order = self.effects[ad].T
        by_view = np.isin(
            of["channel_key"].to_numpy(),
            [CHANNEL_KEYS[mix.name] for mix in world.preset.channels if mix.touch_type == "impression"],
        )
        clicks = share("clicks", of["clicks"].to_numpy(), weight * click)
        impressions = clicks + share("impressions", (of["impressions"] - of["clicks"]).to_numpy(), weight)
        # A click has its price; a view costs what it costs; commission follows orders.
        bought = np.where(by_view, impressions, clicks) * price
        cents = share(
            "spend", _hundredths(of["spend"]), np.where(share.sums(bought) > 0, bought, weight * click)
        )
        claimed = weight * click * order
        overclaim = {CHANNEL_KEYS[mix.name]: mix.overclaim for mix in world.preset.channels}
        each = np.array([max(round(overclaim[key] * 100), 1) for key in of["channel_key"].to_list()])
        conversions = share("claims", _hundredths(of["platform_conversions"]), claimed, piece=each)
        revenue = share(
            "revenue",
            _hundredths(of["platform_revenue"]),
            np.where(share.sums(conversions) > 0, conversions, claimed),
        )
        leads = share("leads", of["leads"].to_numpy(), weight * click)
        frame = of.select("date_key", "campaign_key", "channel_key", "platform", "ad_key").with_columns(
            impressions=pl.Series(impressions),
            clicks=pl.Series(clicks),
            spend=money(cents).cast(pl.Decimal(18, 6)),
            leads=pl.Series(leads),
            platform_conversions=money(conversions).cast(pl.Decimal(18, 6)),
            platform_revenue=money(revenue).cast(pl.Decimal(18, 6)),
        )
        told = (
            "ad_group",
            pl.col("ad_id").alias("ad"),
            "keyword",
            pl.col("creative_format").alias("creative"),
        )
        frame = frame.join(self.frame.select("ad_key", *told), on="ad_key", maintain_order="left")
        frame = frame.filter(
            pl.any_horizontal(pl.col("impressions", "spend", "leads", "platform_conversions") > 0)
        )
        return frame.with_row_index("ad_detail_id", offset=1).with_columns(
            pl.col("ad_detail_id").cast(pl.Int64)
        )


class _Sharing:
    """Shares whole numbers of each row among its ads, by weights that scatter as counts do; `ids` are of rows and ads."""

    def __init__(self, world: World, row: Ints, ids: Ints) -> None:
        self._streams, self._ids = world.streams, ids
        self._starts = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1]))) if row.size else row
        self._group = np.repeat(np.arange(self._starts.size), np.diff(np.append(self._starts, row.size)))

    def sums(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the sum of each row, for each of its ads."""
        if not values.size:
            return values
        found: NDArray[Any] = np.add.reduceat(values, self._starts)[self._group]
        return found

    def __call__(self, name: str, total: Ints, weight: Floats, *, piece: Ints | int = 1) -> Ints:
        """Return shares of `total`, which is the same for all ads of a row, in pieces of at least so many."""
        if not total.size:
            return total
        pieces = np.maximum(total // piece, total > 0)
        sums = self.sums(weight)
        part = np.where(sums > 0, weight / np.maximum(sums, 1e-300), 1.0)
        spread = np.sqrt(_SCATTER**2 + 1.0 / (part * pieces + 1.0))
        part = part * np.exp(spread * normal(self._streams, f"ad/{name}", self._ids) - spread**2 / 2)
        run = np.cumsum(part)
        before = (run - part)[self._starts][self._group]
        run = np.minimum((run - before) / self.sums(part), 1.0)
        run[np.append(self._starts[1:], run.size) - 1] = 1.0
        offset = self._streams.uniform(f"ad/{name}/offset", self._ids[self._starts])[self._group]
        taken = np.floor(run * pieces + offset).astype(np.int64)
        taken = np.round(taken * (total / np.maximum(pieces, 1))).astype(np.int64)
        shares: Ints = np.diff(taken, prepend=0)
        shares[self._starts] = taken[self._starts]
        return shares


class _Ad:
    """Writes one ad; every choice is addressed by its number."""

    def __init__(self, world: World, words: dict[str, Any], number: int) -> None:
        self._world, self._words, self._number = world, words, number

    def _one(self, name: str) -> float:
        return self._world.streams.one(f"ad/{name}", self._number)

    def _choice(self, name: str, among: list[Any]) -> Any:
        return among[int(self._one(name) * len(among))]

    def written(self, group: dict[str, Any], number: int, *, year: int) -> tuple[dict[str, Any], list[float]]:
        """Return the columns of an ad, the `number`-th of its group, and its factors."""
        words = self._words
        intents, formats = group.get("intents", []), group.get("formats", ["Text"])
        kinds = [
            _named(words["angles"], self._choice("angle", [entry["name"] for entry in words["angles"]])),
            _named(words["formats"], formats[number % len(formats)]),
        ]
        category = self._choice("category", list(self._world.preset.categories))
        noun = self._choice("noun", [entry.name for entry in category.nouns])
        filled = {
            "noun": noun,
            "category": category.name,
            "shop": words["shop"],
            "year": year,
            "percent": 10 + 5 * int(5 * self._one("percent")),
        }
        keyword = match = intent = None
        if intents:
            kinds.append(_named(words["intents"], intents[number % len(intents)]))
            kinds.append(
                _named(words["matches"], self._choice("match", [entry["name"] for entry in words["matches"]]))
            )
            intent, match = kinds[2]["name"], kinds[3]["name"]
            patterns = words["keywords"][intent]
            keyword = (
                patterns[number % len(patterns)]
                if intent == "navigational"
                else self._choice("keyword", patterns)
            )
            keyword = keyword.format(**filled).lower()
        factors = [float(np.prod([kind[name] for kind in kinds])) for name in _EFFECTS]
        spread = words["copy_spread"]
        own = normal(self._world.streams, "ad/copy", np.array([self._number]))[0]
        factors[1] *= float(np.exp(spread * own - spread**2 / 2))
        body = words["body"]
        first = f"{self._choice('subject', body['subjects'])} {self._choice('claim', body['claims'])}."
        second = f"{self._choice('verb', body['verbs'])} {self._choice('thing', body['things'])} {self._choice('end', body['ends'])}."
        row = {
            "ad_group": f"{intent.capitalize()} {category.name}" if intent else category.name,
            "creative_format": kinds[1]["name"],
            "angle": kinds[0]["name"],
            "headline": self._choice("headline", words["headlines"][kinds[0]["name"]]).format(**filled),
            "body": f"{first} {second}".format(**filled),
            "keyword": keyword,
            "match_type": match,
            "intent": intent,
        }
        return row, factors


_SCHEMA: Final = {
    "campaign_key": pl.Int32,
    "channel_key": pl.Int32,
    "ad_group": pl.String,
    "creative_format": pl.String,
    "angle": pl.String,
    "headline": pl.String,
    "body": pl.String,
    "keyword": pl.String,
    "match_type": pl.String,
    "intent": pl.String,
}


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


def _group(words: dict[str, Any], channel: str, kind: str) -> dict[str, Any]:
    """Return the group of a campaign's ads; of a channel and type that has none of its own, that of the channel, or nothing."""
    mine: list[dict[str, Any]] = [group for group in words["groups"] if group["channel"] == channel]
    for group in mine:
        if group["type"] in (kind, ""):
            return group
    return mine[0] if mine else {"ads": 3}


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (found,) = (entry for entry in entries if entry["name"] == name)
    return found


def _hundredths(values: pl.Series) -> Ints:
    return np.round(values.cast(pl.Float64).to_numpy() * 100).astype(np.int64)
