"""Social posts: what is posted when, with which words, and how people answer."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import counts, normal, pick
from martlet.loaders.company._frames import date_keys, keys, money, texts, times
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.subjects import phrases, season_of, things_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import PostKind
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["POSTS", "audience", "post_effect_frame", "post_frame"]

_CHANNEL: Final = "Organic Social"
# Posts of a platform that ids have room for.
POSTS: Final = 10_000_000
_HOUR: Final = 3600
_WEEK: Final = 7
# 1 January 1970 was a Thursday; weeks begin on Monday.
_THURSDAY: Final = 3
_PARTS: Final = 16
_ATTEMPTS: Final = 16
_NUMBERS: Final = "3456789"
_MEASURES: Final = ("reach", "likes", "comments", "shares", "clicks", "cost")
# What the hour and the weekday of a post act on.
_TIMED: Final = ("likes", "comments", "shares", "clicks")


def audience(world: World, at: Ints) -> Floats:
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
        ids = number * POSTS + np.arange(int(world.end / 7 * platform.posts_per_week) + 1, dtype=np.int64)
        at = world.clock.inverse((ids % POSTS + draw("post/time", ids)) * 7 / platform.posts_per_week)
        # The last post may fall on either side of the end; the others lie before it.
        ids, at = ids[at < world.until_at], at[at < world.until_at]
        total = ids.size
        kinds = [kind for kind in posts.kinds if kind.name in platform.kinds]
        kind = pick(draw("post/kind", ids), [entry.weight for entry in kinds])
        factors = {
            measure: np.array([getattr(entry, measure) for entry in kinds])[kind] for measure in _MEASURES
        }
        reach_mean = audience(world, at) * platform.reach * factors["reach"]
        reach = counts(
            world.streams, "post/reach", ids, reach_mean * _luck(world, "post/luck", ids, posts.luck)
        )
        # What people make of a post moves all of their answers alike.
        answer = _luck(world, "post/answer", ids, posts.answer_luck) * _moment(world, at)
        rates = {
            "likes": platform.like,
            "comments": platform.comment,
            "shares": platform.share,
            "clicks": platform.click,
        }
        answers = {
            name: counts(world.streams, f"post/{name}", ids, reach * rate * factors[name] * answer)
            for name, rate in rates.items()
        }
        again = posts.again * _luck(world, "post/again-luck", ids, posts.again_luck)
        is_video = np.array([entry.is_video for entry in kinds])[kind]
        watched = reach * posts.video * _luck(world, "post/watch", ids, posts.answer_luck / 2)
        cost = platform.cost * factors["cost"] * _luck(world, "post/cost", ids, posts.cost_luck)
        written = _texts(world, ids, at, [entry.name for entry in kinds], kind)
        frames.append(
            pl.DataFrame(
                {
                    "post_id": ids,
                    "posted_at": times(at),
                    "date_key": date_keys(at),
                    "platform": pl.Series([platform.platform] * total, dtype=pl.String),
                    "content_type": texts(kind, [entry.name for entry in kinds]),
                    "campaign_key": keys(_campaigns(world, ids, at)),
                    "post_text": pl.Series([text for text, _ in written], dtype=pl.String),
                    "hashtags": pl.Series([tags for _, tags in written], dtype=pl.String),
                    "impressions": reach + counts(world.streams, "post/again", ids, reach * again),
                    "reach": reach,
                    **answers,
                    "video_views": np.where(is_video, counts(world.streams, "post/videos", ids, watched), 0),
                    "cost": money(np.round(cost * 100).astype(np.int64)),
                }
            )
        )
    return pl.concat(frames).sort("posted_at", "post_id") if frames else pl.DataFrame()


def _luck(world: World, name: str, ids: Ints, sigma: float) -> Floats:
    """Return lognormal factors of mean 1."""
    found: Floats = np.exp(sigma * normal(world.streams, name, ids) - sigma**2 / 2)
    return found


def _moment(world: World, at: Ints) -> Floats:
    """Return what the hour and the weekday of posts do to the answers."""
    posts = world.preset.posts
    hour, weekday = at % DAY // _HOUR, (at // DAY + _THURSDAY) % _WEEK
    found: Floats = np.asarray(posts.hours)[hour] * np.asarray(posts.weekdays)[weekday]
    return found


def _campaigns(world: World, ids: Ints, at: Ints) -> Ints:
    """Return the campaigns of posts: some belong to one that runs in the quarter on organic social media."""
    mixes = [mix for mix in world.preset.channels if mix.name == _CHANNEL and mix.campaigns]
    if not mixes:
        return np.zeros(ids.size, dtype=np.int64)
    draw = world.streams.uniform
    slot = pick(draw("post/campaign/type", ids), [kind.weight for kind in mixes[0].campaigns]) + 1
    found = world.campaign_of(CHANNEL_KEYS[_CHANNEL], slot, at)
    return np.where(draw("post/campaign", ids) < world.preset.posts.in_campaign, found, 0)


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    path = Path(__file__).parent / "words" / "posts.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _texts(world: World, ids: Ints, at: Ints, kinds: Sequence[str], kind: Ints) -> list[tuple[str, str]]:
    """Return the text and the hashtags of a platform's posts; there are some hundreds a year, however large the company.

    A platform uses no sentence twice if it can help it, so a text depends on those before it.
    """
    found, used = [], set[str]()
    for number, day, code in zip(ids.tolist(), (at // DAY).tolist(), kind.tolist(), strict=True):
        sentences, tags = [""], ""
        for attempt in range(_ATTEMPTS):
            parts = (number * _ATTEMPTS + attempt) * _PARTS + np.arange(_PARTS, dtype=np.int64)
            chances = world.streams.uniform("post/words", parts).tolist()
            sentences, tags = _text(world, chances, date.fromordinal(_EPOCH + day), kinds[code])
            if used.isdisjoint(sentences):
                break
        used.update(sentences)
        found.append((" ".join(sentences), tags))
    return found


_EPOCH: Final = date(1970, 1, 1).toordinal()


def _text(world: World, chances: Sequence[float], day: date, kind: str) -> tuple[list[str], str]:
    words, left = _words(), iter(chances)

    def one(choices: Sequence[str]) -> str:
        return choices[int(next(left) * len(choices))]

    category = one([entry.name for entry in world.preset.categories])
    season, month = season_of(day), f"{day:%B}"
    sentences = []
    slots: dict[str, str] = {}
    for lines in (words["first"].get(kind, words["first"]["image"]), words["then"]["all"]):
        slots = {
            "theme": one(phrases()["themes"][season]),
            "things": one(things_of(category)),
            "number": one(_NUMBERS),
            "season": season,
            "month": month,
            "category": category,
            "kind": kind,
        }
        sentence = one(lines).format(**slots)
        sentences.append(sentence[0].upper() + sentence[1:])
    tags = words["tags"]["all"]
    start, several = int(next(left) * len(tags)), 2 + int(next(left) * 3)
    step = 1 + 2 * int(next(left) * (len(tags) // 2))
    chosen = [tags[(start + step * number) % len(tags)].format(**slots) for number in range(several)]
    plain = ["".join(letter for letter in tag.lower() if letter.isalnum()) for tag in chosen]
    return sentences, " ".join(f"#{tag}" for tag in plain)


def post_effect_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.post_effect`."""
    posts = world.preset.posts
    rows = [
        (measure, "content type", kind.name, float(getattr(kind, measure)))
        for kind in _used(world)
        for measure in _MEASURES
    ]
    for measure in _TIMED:
        rows += [(measure, "hour", f"{hour:02d}", factor) for hour, factor in enumerate(posts.hours)]
        rows += [
            (measure, "weekday", str(weekday), factor) for weekday, factor in enumerate(posts.weekdays, 1)
        ]
    schema = {"acts_on": pl.String, "feature": pl.String, "value": pl.String, "factor": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _used(world: World) -> list[PostKind]:
    used = {name for platform in world.preset.social for name in platform.kinds}
    return [kind for kind in world.preset.posts.kinds if kind.name in used]
