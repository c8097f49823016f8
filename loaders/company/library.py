"""The content that the company publishes: which assets there are, since when, and how their use goes on."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import normal, pick
from martlet.loaders.company._frames import dates
from martlet.loaders.company.seasons import MONTHS, months
from martlet.loaders.company.seasons import season_of as curve_of
from martlet.loaders.company.subjects import phrases, season_of, things_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.streams import Streams

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Library"]

_DAYS_A_MONTH: Final = 365.25 / MONTHS
_PARTS: Final = 8
_ATTEMPTS: Final = 24
_NUMBERS: Final = "3456789"
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Library:
    """All assets that are published before the end of the plan, by the time of their publication.

    `kind` is a position in `content.kinds`, `topic` one in `categories`, `published` the first second of a day; `level` an asset's own factor on
    its views, `kept` the share of its views that does not fade.
    """

    titles: tuple[str, ...]
    paths: tuple[str, ...]
    kind: Ints
    topic: Ints
    published: Ints
    level: Floats
    kept: Floats

    @cached_property
    def page(self) -> Ints:
        """The position of each asset's page among those of `pages`: two of one title share it."""
        positions = {path: number for number, path in enumerate(self.pages)}
        return np.array([positions[path] for path in self.paths], dtype=np.int64)

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The paths of the pages, in the order in which they are first published."""
        return tuple(dict.fromkeys(self.paths))

    @classmethod
    def of(cls, preset: Preset, streams: Streams, start_at: int, until_at: int) -> Library:
        """Draw the assets: some are older than the data, the others come at about the same pace."""
        content = preset.content
        between = _DAYS_A_MONTH / max(content.a_month, 1e-9)
        days = (until_at - start_at) // DAY + content.days_before
        numbers = np.arange(int(days / between) if content.a_month > 0 else 0, dtype=np.int64)
        day = ((numbers + streams.uniform("content/day", numbers)) * between).astype(np.int64)
        published = start_at + (day - content.days_before) * DAY
        kind = pick(streams.uniform("content/kind", numbers), [entry.weight for entry in content.kinds])
        topic = (streams.uniform("content/topic", numbers) * len(preset.categories)).astype(np.int64)
        level = np.exp(content.luck * normal(streams, "content/luck", numbers) - content.luck**2 / 2)
        evergreen = streams.uniform("content/evergreen", numbers) < content.evergreen
        kept = np.where(evergreen, content.kept_evergreen, content.kept)
        titles: list[str] = []
        for number, (code, about, at) in enumerate(
            zip(kind.tolist(), topic.tolist(), published.tolist(), strict=True)
        ):
            lines = _lines(content.kinds[code].name)["titles"]
            things = things_of(preset.categories[about].name)
            title = _title(streams, number, lines, things=things, used=set(titles), season=_season(at))
            titles.append(title)
        paths = tuple(
            _path(preset.content.kinds[code].name, title)
            for code, title in zip(kind.tolist(), titles, strict=True)
        )
        return cls(tuple(titles), paths, kind, topic, published, level, kept)

    def views(self, preset: Preset, at: Ints) -> Floats:
        """Return the views a day per thousand customers that are expected of each asset (a column) on days that begin at `at`."""
        kinds = preset.content.kinds
        usual = np.array([entry.views for entry in kinds])[self.kind] * self.level
        launch = np.array([entry.launch for entry in kinds])[self.kind]
        half_life = np.array([entry.half_life_days for entry in kinds])[self.kind]
        age = (at[:, None] - self.published[None, :]) / DAY
        life = self.kept + (launch - self.kept) * np.exp2(-np.maximum(age, 0.0) / half_life)
        seasons = np.array([curve_of(preset, category.season) for category in preset.categories])
        found: Floats = usual * life * seasons[self.topic][:, months(at)].T * (age >= 0)
        return found

    def frame(self, preset: Preset, until_at: int) -> pl.DataFrame:
        """Return the rows of `truth.content_asset`."""
        kinds = preset.content.kinds
        frame = pl.DataFrame(
            {
                "content_id": np.arange(1, self.kind.size + 1),
                "topic": pl.Series([preset.categories[code].name for code in self.topic], dtype=pl.String),
                "published_on": dates(self.published),
                "launch_factor": np.array([entry.launch for entry in kinds])[self.kind],
                "half_life_days": np.array([entry.half_life_days for entry in kinds])[self.kind],
                "lasting_factor": self.kept,
                "level": np.array([entry.views for entry in kinds])[self.kind] * self.level,
            }
        )
        return frame.filter(pl.Series(self.published < until_at))


@cache
def _words() -> dict[str, dict[str, Any]]:
    path = Path(__file__).parent / "words" / "content.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _lines(kind: str) -> dict[str, Any]:
    """Return the words of a kind of content."""
    words = _words()
    return words.get(kind, words["blog post"])


def _season(at: int) -> str:
    return season_of(date.fromordinal(_EPOCH + at // DAY))


def _title(
    streams: Streams, number: int, lines: Sequence[str], *, things: Sequence[str], used: set[str], season: str
) -> str:
    """Return a title that no earlier asset has, if there is one among a few."""
    title = ""
    for attempt in range(_ATTEMPTS):
        ids = (number * _ATTEMPTS + attempt) * _PARTS + np.arange(_PARTS, dtype=np.int64)
        chances = streams.uniform("content/words", ids).tolist()
        choices = (lines, phrases()["themes"][season], things, _NUMBERS)
        line, theme, thing, count = (
            each[int(chance * len(each))] for each, chance in zip(choices, chances, strict=False)
        )
        title = line.format(theme=theme, things=thing, number=count, season=season)
        title = title[0].upper() + title[1:]
        if title not in used:
            break
    return title


def _path(kind: str, title: str) -> str:
    folder = _lines(kind)["paths"]
    plain = "".join(letter if letter.isalnum() else " " for letter in title.lower())
    return f"/{folder}/{'-'.join(plain.split())}"
