"""Segments as data: maps from RFM scores to names, and segments of a user's own by conditions, read from TOML.

```toml
[maps.mine]                                     # rows of meta.segment_rule: query segmentation/rfm -p rule_map=mine
rules = [
  { segment = "Best", recency = [4, 5], frequency = [4, 5], action = "Thank them." },
  { segment = "Rest" },
]

[segments.big_spenders]                         # rows of meta.segment_condition: segmentation/members, segmentation/dynamic
doc = "Spent 500 or more, came within 90 days, and live in North America."
where = [
  { column = "monetary", at_least = 500 },
  { column = "recency_days", at_most = 90 },
  { column = "country", is = ["United States", "Canada"] },
]
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping  # noqa: TC003 (read by `declared`)
from dataclasses import dataclass, field
from importlib import resources
from typing import Annotated, Any, Final

import polars as pl

from martlet.engine.declared import Between, Key, Place, read
from martlet.engine.declared_types import Texts  # noqa: TC001 (read by `declared`)
from martlet.engine.errors import ParameterError

__all__ = ["NUMBERS", "WORDS", "Segments", "parse", "shipped"]

# What a condition may ask about; segmentation/_members.sql has the same columns.
NUMBERS: Final = (
    "recency_days",
    "frequency",
    "monetary",
    "avg_order_value",
    "categories",
    "sessions",
    "emails_received",
    "open_rate",
    "rating",
    "nps",
    "tenure_days",
    "age_years",
    "income",
    "children",
)
WORDS: Final = (
    "gender",
    "age_range",
    "income_range",
    "education",
    "marital_status",
    "family",
    "country",
    "region",
    "loyalty_tier",
    "acquisition_channel",
    "top_category",
)
_LIMITS: Final = ("at_least", "at_most", "above", "below")
_TEXT: Final = ("is", "is_not")
_MEASURES: Final = ("recency", "frequency", "monetary")

_Scores = Annotated[tuple[int, ...], Between(1, 5)]


@dataclass(frozen=True)
class _Rule:
    segment: str
    recency: _Scores = (1, 5)
    frequency: _Scores = (1, 5)
    monetary: _Scores = (1, 5)
    is_for_new: bool = False
    action: str = ""


@dataclass(frozen=True)
class _Map:
    rules: tuple[_Rule, ...]


@dataclass(frozen=True)
class _Condition:
    column: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    is_: Annotated[Texts | None, Key("is")] = None
    is_not: Texts | None = None
    is_known: bool | None = None


@dataclass(frozen=True)
class _Segment:
    where: tuple[_Condition, ...]
    doc: str = ""


@dataclass(frozen=True)
class Segments:
    """What a file declares: maps from scores to segments, and segments by conditions, by name."""

    maps: Mapping[str, _Map] = field(default_factory=dict)
    segments: Mapping[str, _Segment] = field(default_factory=dict)

    @property
    def rules(self) -> pl.DataFrame:
        """The maps as rows of `meta.segment_rule`."""
        return pl.DataFrame(
            [
                {
                    "segment_map": name,
                    "position": position,
                    "segment": rule.segment,
                    **{
                        f"{measure}_{end}": score
                        for measure in _MEASURES
                        for end, score in zip(("low", "high"), getattr(rule, measure), strict=True)
                    },
                    "is_for_new": rule.is_for_new,
                    "action": rule.action,
                }
                for name, map_ in self.maps.items()
                for position, rule in enumerate(map_.rules, 1)
            ]
        )

    @property
    def conditions(self) -> pl.DataFrame:
        """The segments as rows of `meta.segment_condition`; a condition with two limits is two."""
        rows = [
            {"segment": name, "position": position, **condition, "doc": segment.doc}
            for name, segment in self.segments.items()
            for position, condition in enumerate(
                (row for condition in segment.where for row in _rows(condition)), 1
            )
        ]
        return pl.DataFrame(rows, schema_overrides={"number": pl.Float64, "words": pl.List(pl.String)})


def _rows(condition: _Condition) -> Iterator[dict[str, Any]]:
    named = {"column_name": condition.column, "number": None, "words": None}
    for comparison in _LIMITS:
        if (number := getattr(condition, comparison)) is not None:
            yield {**named, "comparison": comparison, "number": number}
    for comparison, words in (("is", condition.is_), ("is_not", condition.is_not)):
        if words is not None:
            yield {**named, "comparison": comparison, "words": list(words)}
    if condition.is_known is not None:
        yield {**named, "comparison": "is_known" if condition.is_known else "is_unknown"}


def shipped() -> Segments:
    """Return the maps and segments that every warehouse begins with."""
    text = (resources.files("martlet.loaders.warehouse") / "segments.toml").read_text(encoding="utf-8")
    return parse(text, "segments.toml")


def parse(text: str, file: str) -> Segments:
    """Read a file of maps and segments.

    Raises
    ------
    ParameterError
        If it is no TOML, or says what can't be; the message names file and key.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"{file} is no TOML: {error}") from None
    place = Place("a file of segments", ParameterError, file)
    found = read(Segments, table, place)
    for name, map_ in found.maps.items():
        for number, rule in enumerate(map_.rules):
            _refuse_odd_scores(rule, place.to("maps").to(name).to("rules").at(number))
    for name, segment in found.segments.items():
        where = place.to("segments").to(name).to("where")
        if not segment.where:
            raise where.error(" must hold one condition or more")
        for number, condition in enumerate(segment.where):
            _refuse_odd_condition(condition, where.at(number))
    return found


def _refuse_odd_scores(rule: _Rule, place: Place) -> None:
    for measure in _MEASURES:
        scores = getattr(rule, measure)
        if len(scores) != 2 or scores[0] > scores[1]:  # noqa: PLR2004 (two ends)
            raise place.to(measure).wrong("the lowest and the highest score, such as [4, 5]", list(scores))


def _refuse_odd_condition(condition: _Condition, place: Place) -> None:
    place.to("column").one_of(condition.column, (*NUMBERS, *WORDS))
    limits = [name for name in _LIMITS if getattr(condition, name) is not None]
    words = [
        name for name, given in (("is", condition.is_), ("is_not", condition.is_not)) if given is not None
    ]
    if not limits and not words and condition.is_known is None:
        raise place.error(
            f" says nothing of {condition.column}; give one of {', '.join((*_LIMITS, *_TEXT, 'is_known'))}"
        )
    if condition.column in WORDS and limits:
        raise place.to(limits[0]).error(
            f" is for numbers, and {condition.column} is a word; give is or is_not"
        )
    if condition.column in NUMBERS and words:
        raise place.to(words[0]).error(
            f" is for words, and {condition.column} is a number; give {', '.join(_LIMITS)}"
        )
