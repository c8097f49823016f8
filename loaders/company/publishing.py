"""The daily use of what the company publishes on its own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import counts
from martlet.loaders.company._frames import date_keys, dates, texts
from martlet.loaders.company.posts import POSTS, audience

if TYPE_CHECKING:
    from martlet.loaders.company.block_totals import BlockTotals
    from martlet.loaders.company.world import World

__all__ = ["content_frame"]

_PER_THOUSAND: Final = 1000.0


def content_frame(world: World, totals: BlockTotals) -> pl.DataFrame:
    """Return the rows of `star.fact_content`: days on which an asset was used.

    Its leads are those of `star.fact_lead` that it won; who leaves their details for a download downloads it.
    """
    library, kinds = world.library, world.preset.content.kinds
    days = np.arange((world.until - world.first_day).days, dtype=np.int64)
    at = world.start_at + days * DAY
    busy = np.diff(world.clock.forward(np.append(at, world.until_at)))
    expected = library.views(world.preset, at) * (audience(world, at) / _PER_THOUSAND * busy)[:, None]
    day, asset = np.nonzero(expected)
    if not day.size:
        return pl.DataFrame()
    leads = np.zeros(expected.shape, dtype=np.int64)
    won = totals.content
    leads[won["day"].to_numpy() - world.start_at // DAY, won["asset"].to_numpy()] = won["leads"].to_numpy()
    ids = (asset + 1) * POSTS + at[day] // DAY
    views = np.maximum(counts(world.streams, "content/views", ids, expected[day, asset]), leads[day, asset])
    download = np.array([entry.download for entry in kinds])[library.kind[asset]]
    downloads = counts(world.streams, "content/downloads", ids, views * download)
    downloads = np.clip(downloads, np.where(download > 0, leads[day, asset], 0), views)
    return pl.DataFrame(
        {
            "date_key": date_keys(at[day]),
            "content_id": asset + 1,
            "title": texts(asset, list(library.titles)),
            "content_type": texts(library.kind[asset], [entry.name for entry in kinds]),
            "topic": texts(library.topic[asset], [entry.name for entry in world.preset.categories]),
            "page_path": texts(asset, list(library.paths)),
            "published_on": dates(library.published[asset]),
            "views": views,
            "downloads": downloads,
            "leads": leads[day, asset],
        }
    ).filter(pl.col("views") > 0)
