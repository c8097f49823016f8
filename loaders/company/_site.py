"""What a preset holds, continued: what people like within a category, and what the site does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from martlet.engine.declared import Between

__all__ = ["Algorithm", "Elements", "Landing", "Recommendations", "Searches", "Style", "Taste"]

Share = Annotated[float, Between(0, 1)]


@dataclass(frozen=True, kw_only=True)
class Style:
    """What some people like, whatever the category: the products of these brands."""

    name: str
    weight: Annotated[float, Between(0, 1e6)]
    brands: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Taste:
    pull: Annotated[float, Between(0, 10)]
    styles: tuple[Style, ...]


@dataclass(frozen=True, kw_only=True)
class Algorithm:
    name: Literal["popular", "also bought", "random"]
    weight: Annotated[float, Between(0, 1e6)]
    click: Annotated[float, Between(0, 0.5)]
    line: Annotated[float, Between(0, 0.5)]


@dataclass(frozen=True, kw_only=True)
class Recommendations:
    shown: Share
    holdout: Share
    places: Annotated[tuple[float, ...], Between(0.001, 1000)]
    algorithms: tuple[Algorithm, ...]


@dataclass(frozen=True, kw_only=True)
class Landing:
    channel: str
    weights: Annotated[tuple[float, ...], Between(0, 1000)]
    campaign_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Searches:
    intents: Annotated[tuple[float, ...], Between(0.0001, 1000)]
    misspelled: Annotated[float, Between(0.001, 0.5)]
    plural: Annotated[float, Between(0, 100)]
    with_attribute: Annotated[float, Between(0, 100)]
    zero_result_odds: Annotated[float, Between(0.01, 10)]
    navigational: tuple[str, ...]
    unfound: tuple[str, ...]
    not_sold: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Element:
    name: str
    weight: Annotated[float, Between(0, 1e6)]


@dataclass(frozen=True, kw_only=True)
class Video:
    name: str
    weight: Annotated[float, Between(0, 1e6)]
    seconds: Annotated[int, Between(1, 600)]


@dataclass(frozen=True, kw_only=True)
class Elements:
    sign_up_form: str
    watched_whole: Annotated[float, Between(0, 0.99)]
    clicks: tuple[Element, ...]
    videos: tuple[Video, ...]
