"""Subject lines: a grammar's lines with the words that move opens, and what each feature of a line does."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from martlet.loaders.company._offers import Email, EmailType, Preset
    from martlet.loaders.company.streams import Streams

__all__ = [
    "SLOTS",
    "Line",
    "Writer",
    "effect_of",
    "phrases",
    "season_of",
    "subject_effect_frame",
    "things_of",
]

# What a line may hold in braces; first_name stays there, for the mail service to fill in.
SLOTS: Final = ("month", "season", "theme", "things", "promotion", "discount", "number", "first_name")
_PARTS: Final = 16
_ATTEMPTS: Final = 24
_LENGTH: Final = "length"
_NUMBERS: Final = "3456789"
# By position: month / 3, so that December begins the winter.
SEASONS: Final = ("winter", "spring", "summer", "autumn")


@dataclass(frozen=True)
class Line:
    """What a line is written for: its type of mail, the day, the promotion if there is one, and whether that ends."""

    kind: EmailType
    day: date
    number: int
    promotion: str = ""
    discount: str = ""
    categories: tuple[str, ...] = ()
    is_last: bool = False


class Writer:
    """Writes the subject lines of a company in the order of their days; no type of mail uses a line twice if it can help it."""

    def __init__(self, preset: Preset, streams: Streams) -> None:
        self._email: Final = preset.email
        self._streams: Final = streams
        self._categories: Final = tuple(category.name for category in preset.categories)
        self._used: Final[set[tuple[str, str]]] = set()

    def write(self, line: Line) -> str:
        """Return a line."""
        text = ""
        for attempt in range(_ATTEMPTS):
            text = self._draw(line, attempt)
            if (line.kind.type, text) not in self._used:
                break
        self._used.add((line.kind.type, text))
        return text

    def _draw(self, line: Line, attempt: int) -> str:
        email, kind = self._email, line.kind
        number = ((seconds(line.day) // DAY) * _PARTS + line.number) * _ATTEMPTS + attempt
        ids = number * _PARTS + np.arange(_PARTS, dtype=np.int64)
        chances = iter(self._streams.uniform(f"subject/{kind.type}/{line.is_last}", ids).tolist())

        def one(choices: Sequence[str]) -> str:
            return choices[int(next(chances) * len(choices))]

        shared = next(chances) < email.shared_subject and email.shared_subjects
        lines = kind.last_subjects if line.is_last and kind.last_subjects else kind.subjects
        core = one(email.shared_subjects if shared else lines)
        season = season_of(line.day)
        words = {
            "month": f"{line.day:%B}",
            "season": season,
            "theme": one(phrases()["themes"][season]),
            "things": one(things_of(one(line.categories or kind.categories or self._categories))),
            "promotion": line.promotion,
            "discount": line.discount or email.usual_discount,
            "number": one(_NUMBERS),
            "first_name": "{first_name}",
        }
        text = core.format(**words)
        is_open = text[-1] not in "?!."
        if next(chances) < email.urgent_tail and is_open and kind.urgent:
            text += one(kind.urgent)
        named = next(chances) < email.named and "{first_name}" not in text
        text = "{first_name}, " + text if named else text[0].upper() + text[1:]
        if next(chances) < email.with_emoji and kind.emoji:
            text += f" {one(kind.emoji)}"
        return text


@cache
def phrases() -> dict[str, dict[str, list[str]]]:
    """Return the phrases of `words/phrases.toml`, by list and then by season or category."""
    path = Path(__file__).parent / "words" / "phrases.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def things_of(category: str) -> list[str]:
    """Return what a category sells, in the plural."""
    return phrases()["things"].get(category, [category.lower()])


def season_of(day: date) -> str:
    """Return the season of a day, as at the shop's home in the north."""
    return SEASONS[day.month % 12 // 3]


def effect_of(email: Email, text: str) -> float:
    """Return the factor that a subject line puts on opens."""
    factor = email.length_factor ** ((len(text) - email.length_usual) / 10)
    for feature in email.features:
        if re.search(feature.pattern, text):
            factor *= feature.factor
    return float(factor)


def subject_effect_frame(preset: Preset) -> pl.DataFrame:
    """Return the rows of `truth.subject_effect`."""
    email = preset.email
    return pl.DataFrame(
        {
            "feature": [*(feature.name for feature in email.features), _LENGTH],
            "pattern": pl.Series([*(feature.pattern for feature in email.features), None], dtype=pl.String),
            "factor": [*(feature.factor for feature in email.features), email.length_factor],
        }
    )
