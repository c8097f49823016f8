"""What the company publishes: social posts, and content with its daily use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import normal
from martlet.loaders.company._frames import date_keys, money, texts, times
from martlet.loaders.company.totals import counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["content_frame", "post_frame"]

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
                    "platform": [platform.platform] * total,
                    "content_type": texts(kind, list(platform.kinds)),
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


def content_frame(world: World) -> pl.DataFrame:
    """Return the rows of `star.fact_content`: days on which an asset was used."""
    days = np.arange((world.until - world.first_day).days, dtype=np.int64)
    at = world.start_at + days * DAY
    busy = np.diff(world.clock.forward(np.append(at, world.until_at)))
    frames = []
    for number, asset in enumerate(world.preset.content, 1):
        ids = number * _POSTS + at // DAY
        views = counts(world, "content/views", ids, _audience(world, at) / _PER_THOUSAND * asset.views * busy)
        frames.append(
            pl.DataFrame(
                {
                    "date_key": date_keys(at),
                    "content_id": np.full(at.size, number),
                    "title": [asset.title] * at.size,
                    "content_type": [asset.type] * at.size,
                    "views": views,
                    "downloads": np.minimum(
                        counts(world, "content/downloads", ids, views * asset.download), views
                    ),
                    "leads": np.minimum(counts(world, "content/leads", ids, views * asset.lead), views),
                }
            ).filter(pl.col("views") > 0)
        )
    return pl.concat(frames).sort("date_key", "content_id") if frames else pl.DataFrame()
