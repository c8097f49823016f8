"""What the company publishes: social posts, and content with its daily use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import normal, pick
from martlet.loaders.company._frames import date_keys, keys, money, texts, times
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.totals import counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.block_totals import BlockTotals
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["content_frame", "post_frame"]

_CHANNEL: Final = "Organic Social"
_POSTS: Final = 10_000_000
_PER_THOUSAND: Final = 1000.0


def _audience(world: World, at: Ints) -> Floats:
    """Return how many customers had signed up by given moments."""
    customers: Floats = np.maximum(world.growth.forward(at) * world.scale, 1.0)
    return customers


def post_frame(world: World) -> pl.DataFrame:
    """Return the rows of `star.fact_social_post`."""
    frames, posts = [], world.preset.posts
    for number, platform in enumerate(world.preset.social, 1):
        if not platform.posts_per_week:
            continue
        draw = world.streams.uniform
        ids = number * _POSTS + np.arange(int(world.end / 7 * platform.posts_per_week) + 1, dtype=np.int64)
        at = world.clock.inverse((ids % _POSTS + draw("post/time", ids)) * 7 / platform.posts_per_week)
        # The last post may fall on either side of the end; the others lie before it.
        ids, at = ids[at < world.until_at], at[at < world.until_at]
        total = ids.size
        luck = np.exp(posts.luck * normal(world.streams, "post/luck", ids) - posts.luck**2 / 2)
        reach = counts(world, "post/reach", ids, _audience(world, at) * platform.reach * luck)
        kind = (draw("post/kind", ids) * len(platform.kinds)).astype(np.int64)
        video = np.array([name == "video" for name in platform.kinds])[kind]
        frames.append(
            pl.DataFrame(
                {
                    "post_id": ids,
                    "posted_at": times(at),
                    "date_key": date_keys(at),
                    "platform": pl.Series([platform.platform] * total, dtype=pl.String),
                    "content_type": texts(kind, list(platform.kinds)),
                    "campaign_key": keys(_campaigns(world, ids, at)),
                    "impressions": reach + counts(world, "post/again", ids, reach * posts.again),
                    "reach": reach,
                    "likes": counts(world, "post/likes", ids, reach * platform.like),
                    "comments": counts(world, "post/comments", ids, reach * platform.comment),
                    "shares": counts(world, "post/shares", ids, reach * platform.share),
                    "clicks": counts(world, "post/clicks", ids, reach * platform.click),
                    "video_views": np.where(video, counts(world, "post/videos", ids, reach * posts.video), 0),
                    "cost": money(np.full(total, round(platform.cost * 100))),
                }
            )
        )
    return pl.concat(frames).sort("posted_at", "post_id") if frames else pl.DataFrame()


def _campaigns(world: World, ids: Ints, at: Ints) -> Ints:
    """Return the campaigns of posts: some belong to one that runs in the quarter on organic social media."""
    mixes = [mix for mix in world.preset.channels if mix.name == _CHANNEL and mix.campaigns]
    if not mixes:
        return np.zeros(ids.size, dtype=np.int64)
    draw = world.streams.uniform
    slot = pick(draw("post/campaign/type", ids), [kind.weight for kind in mixes[0].campaigns]) + 1
    found = world.campaign_of(CHANNEL_KEYS[_CHANNEL], slot, at)
    return np.where(draw("post/campaign", ids) < world.preset.posts.in_campaign, found, 0)


def content_frame(world: World, totals: BlockTotals) -> pl.DataFrame:
    """Return the rows of `star.fact_content`: days on which an asset was used.

    Its leads are those of `star.fact_lead` that it won; who leaves their details for a download downloads it.
    """
    days = np.arange((world.until - world.first_day).days, dtype=np.int64)
    at = world.start_at + days * DAY
    busy = np.diff(world.clock.forward(np.append(at, world.until_at)))
    frames = []
    for number, asset in enumerate(world.preset.content, 1):
        ids = number * _POSTS + at // DAY
        asset_leads = totals.content.filter(pl.col("asset") == number - 1)
        leads = np.zeros(at.size, dtype=np.int64)
        leads[asset_leads["day"].to_numpy() - world.start_at // DAY] = asset_leads["leads"].to_numpy()
        views = counts(world, "content/views", ids, _audience(world, at) / _PER_THOUSAND * asset.views * busy)
        views = np.maximum(views, leads)
        downloads = counts(world, "content/downloads", ids, views * asset.download)
        downloads = np.clip(downloads, leads if asset.download > 0 else 0, views)
        frames.append(
            pl.DataFrame(
                {
                    "date_key": date_keys(at),
                    "content_id": np.full(at.size, number),
                    "title": [asset.title] * at.size,
                    "content_type": [asset.type] * at.size,
                    "views": views,
                    "downloads": downloads,
                    "leads": leads,
                }
            ).filter(pl.col("views") > 0)
        )
    return pl.concat(frames).sort("date_key", "content_id") if frames else pl.DataFrame()
