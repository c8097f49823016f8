"""What a preset holds, continued: what the company mails, sells, tries and publishes."""

from __future__ import annotations

# ruff: noqa: TC001  (the annotations are evaluated, to read tables by them)
from dataclasses import dataclass
from typing import Annotated, Literal

from martlet.engine.declared import Between
from martlet.loaders.company._sections import (
    Amount,
    Basket,
    ChannelMix,
    Days,
    Growth,
    Harvest,
    Mean,
    Media,
    Modifier,
    OrdersSection,
    PeopleSection,
    Positive,
    Share,
    Time,
    VisitsSection,
)

__all__ = ["Preset"]

Rate = Annotated[float, Between(0, 10)]


@dataclass(frozen=True, kw_only=True)
class EmailType:
    type: str
    schedule: Literal["monthly", "quarterly", "promotion", "sign_up", "cart"]
    audience: Literal["all", "families", "buyers", "lapsed"]
    hour: Annotated[int, Between(0, 23)]
    targeting: Share
    holdout: Annotated[float, Between(0, 0.9)]
    open: Share
    click: Share
    unsubscribe: Share
    subjects: tuple[str, ...]
    day: Annotated[int, Between(1, 28)] = 1


@dataclass(frozen=True, kw_only=True)
class Email:
    cost: Amount
    hard_bounce: Share
    soft_bounce: Share
    machine_share: Share
    machine_open: Share
    scanner_click: Share
    complaint: Share
    open_hours: Annotated[float, Between(0.01, 240)]
    further_opens: Mean
    click_minutes: Annotated[float, Between(0.01, 1440)]
    harvest_days: Annotated[float, Between(0, 60)]
    cart_days: Annotated[int, Between(1, 365)]
    lapsed_days: Annotated[int, Between(1, 3650)]
    spread_minutes: Annotated[float, Between(0, 600)]
    hour_spread: Annotated[int, Between(0, 6)]
    hours: Annotated[tuple[float, ...], Between(0.1, 10)]
    fatigue: Annotated[float, Between(0.1, 1)]
    fatigue_days: Annotated[float, Between(0.5, 90)]
    shared_subject: Share
    shared_subjects: tuple[str, ...]
    types: tuple[EmailType, ...]


@dataclass(frozen=True, kw_only=True)
class Promotion:
    name: str
    anchor: str
    offset_days: Annotated[int, Between(-60, 60)]
    days: Annotated[int, Between(1, 90)]
    demand: Annotated[float, Between(0.1, 10)]
    discount: Annotated[float, Between(0, 0.9)]
    categories: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Category:
    name: str
    products: Annotated[int, Between(1, 100_000)]
    low: Positive
    high: Positive
    cost_share: Share
    elasticity: Annotated[float, Between(-10, 0)]
    returns: Annotated[float, Between(0, 20)]
    subcategories: tuple[str, ...]
    nouns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    oldest_days: Annotated[int, Between(1, 10_000)]
    price_endings: Annotated[tuple[float, ...], Between(0, 0.99)]
    launched_later: Annotated[float, Between(0, 0.9)]
    launch_days: Annotated[int, Between(7, 10_000)]
    least_life_days: Annotated[int, Between(7, 10_000)]
    mean_life_days: Annotated[float, Between(1, 100_000)]
    price_cut: Share
    price_cuts: Annotated[tuple[float, ...], Between(0, 0.9)]
    price_cut_weeks: Annotated[int, Between(1, 52)]
    adjectives: tuple[str, ...]
    brands: tuple[str, ...]
    cost_spread: Annotated[float, Between(0, 0.5)]
    quality_spread: Annotated[float, Between(0, 2)]


@dataclass(frozen=True, kw_only=True)
class Feedback:
    review: Share
    review_days: Days
    rating_mean: Annotated[float, Between(1, 5)]
    rating_spread: Annotated[float, Between(0, 4)]
    survey: Share
    survey_days: Days
    nps_mean: Annotated[float, Between(0, 10)]
    nps_spread: Annotated[float, Between(0, 10)]
    csat_of_nps: Annotated[float, Between(0, 1)]
    csat_spread: Annotated[float, Between(0, 4)]
    complaint_nps: Share
    complaint: Share


@dataclass(frozen=True, kw_only=True)
class Leads:
    prospect: Share
    customer: Share
    by_content: Share


@dataclass(frozen=True, kw_only=True)
class Stock:
    cover_weeks: Annotated[float, Between(1, 104)]
    memory: Share
    reorder_weeks: Annotated[float, Between(0, 52)]
    first_units: Annotated[int, Between(0, 1_000_000)]
    shortage: Annotated[float, Between(0, 0.2)]
    shortage_weeks: Annotated[int, Between(1, 26)]
    warning_weeks: Annotated[int, Between(1, 52)]


@dataclass(frozen=True, kw_only=True)
class Arm:
    name: str
    allocation: Share
    split: Share
    lift: Annotated[float, Between(-0.99, 10)]


@dataclass(frozen=True, kw_only=True)
class Experiment:
    name: str
    hypothesis: str
    kind: str
    metric: Literal["add_to_cart", "checkout", "orders"]
    start_day: Annotated[int, Between(0, 20_000)]
    days: Annotated[int, Between(1, 3650)]
    arms: tuple[Arm, ...]
    defect: str = ""
    traffic: Share = 1.0
    assigned_by: Literal["customer", "browser"] = "customer"
    wears_off_days: Annotated[float, Between(0, 3650)] = 0.0


@dataclass(frozen=True, kw_only=True)
class Programme:
    every_days: Annotated[int, Between(30, 3650)]


@dataclass(frozen=True, kw_only=True)
class Posts:
    luck: Annotated[float, Between(0, 3)]
    again: Rate
    in_campaign: Share
    video: Share


@dataclass(frozen=True, kw_only=True)
class SocialPlatform:
    platform: str
    posts_per_week: Annotated[float, Between(0, 7)]
    reach: Rate
    like: Share
    comment: Share
    share: Share
    click: Share
    cost: Amount
    kinds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Asset:
    title: str
    type: str
    views: Annotated[float, Between(0, 1000)]
    download: Share
    lead: Share


@dataclass(frozen=True, kw_only=True)
class Preset:
    """All numbers of a company."""

    name: str
    growth: Growth
    clock: Time
    orders: OrdersSection
    basket: Basket
    people: PeopleSection
    visits: VisitsSection
    channels: tuple[ChannelMix, ...]
    media: Media
    modifiers: tuple[Modifier, ...]
    harvest: tuple[Harvest, ...]
    email: Email
    promotions: tuple[Promotion, ...]
    categories: tuple[Category, ...]
    catalogue: Catalogue
    feedback: Feedback
    leads: Leads
    stock: Stock
    programme: Programme
    experiments: tuple[Experiment, ...]
    posts: Posts
    social: tuple[SocialPlatform, ...]
    content: tuple[Asset, ...]
