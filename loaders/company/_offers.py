"""What a preset holds, continued: what the company mails, sells, tries and publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from martlet.engine.declared import Between
from martlet.loaders.company._sections import (
    Amount,
    Basket,
    ChannelMix,
    Days,
    External,
    Factor,
    Growth,
    Harvest,
    Mean,
    Media,
    Modifier,
    Named,
    OrdersSection,
    PeopleSection,
    Positive,
    Preferences,
    Share,
    Time,
    VisitsSection,
)
from martlet.loaders.company._services import CouponsSection, Membership, ReferralsSection, StoresSection  # noqa: TC001
from martlet.loaders.company._site import Elements, Recommendations, Searches, Taste  # noqa: TC001

__all__ = ["Preset"]

Rate = Annotated[float, Between(0, 10)]
Cuts = Annotated[tuple[float, ...], Between(-10, 10)]


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
    orders: Factor = 1.0
    subjects: tuple[str, ...]
    last_subjects: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()
    emoji: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    day: Annotated[int, Between(1, 28)] = 1


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A feature of subject lines, found by a pattern, and what it does to opens."""

    name: str
    pattern: str
    factor: Factor


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
    versions: Annotated[int, Between(1, 8)]
    shared_subject: Share
    shared_subjects: tuple[str, ...]
    named: Share
    with_emoji: Share
    urgent_tail: Share
    usual_discount: str
    length_usual: Annotated[float, Between(0, 200)]
    length_factor: Factor
    features: tuple[Feature, ...]
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
class Noun:
    name: str
    subcategory: str
    low: Positive
    high: Positive
    made: tuple[str, ...]
    uses: tuple[str, ...]
    season: str = ""
    plural: bool = False


@dataclass(frozen=True, kw_only=True)
class Category:
    name: str
    products: Annotated[int, Between(1, 100_000)]
    cost_share: Share
    elasticity: Annotated[float, Between(-10, 0)]
    returns: Annotated[float, Between(0, 20)]
    adjectives: tuple[str, ...]
    kinds: tuple[str, ...]
    details: tuple[str, ...]
    nouns: tuple[Noun, ...]
    season: str = ""
    fits: bool = False


@dataclass(frozen=True, kw_only=True)
class Ending:
    cents: Annotated[float, Between(0, 0.99)]
    weight: Annotated[float, Between(0, 1000)]


@dataclass(frozen=True, kw_only=True)
class Curve:
    name: str
    month: Annotated[tuple[float, ...], Between(0.01, 20)]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    oldest_days: Annotated[int, Between(1, 10_000)]
    price_endings: tuple[Ending, ...]
    price_weeks: Annotated[int, Between(1, 520)]
    price_change: Share
    price_changes: Annotated[tuple[float, ...], Between(-0.5, 1)]
    price_choice: Annotated[float, Between(0, 10)]
    launched_later: Annotated[float, Between(0, 0.9)]
    launch_days: Annotated[int, Between(7, 10_000)]
    least_life_days: Annotated[int, Between(7, 10_000)]
    mean_life_days: Annotated[float, Between(1, 100_000)]
    price_cut: Share
    price_cuts: Annotated[tuple[float, ...], Between(0, 0.9)]
    price_cut_weeks: Annotated[int, Between(1, 52)]
    brands: tuple[str, ...]
    cost_spread: Annotated[float, Between(0, 0.5)]
    appeal_spread: Annotated[float, Between(0, 4)]
    quality_spread: Annotated[float, Between(0, 2)]
    quality_sales: Annotated[float, Between(-2, 2)]
    quality_returns: Annotated[float, Between(-2, 2)]
    descriptions: tuple[str, ...]
    seasons: tuple[Curve, ...]


@dataclass(frozen=True, kw_only=True)
class Feedback:
    review: Share
    review_days: Days
    survey: Share
    survey_days: Days
    personal: Share
    felt_leaving: Annotated[float, Between(-5, 5)]
    felt_quality: Annotated[float, Between(-5, 5)]
    felt_return: Annotated[float, Between(-5, 5)]
    felt_late: Annotated[float, Between(-5, 5)]
    felt_stock_out: Annotated[float, Between(-5, 5)]
    answer_spread: Annotated[float, Between(0, 5)]
    rating_cuts: Cuts
    nps_cuts: Cuts
    csat_cuts: Cuts
    complaint: Share
    complaint_slope: Annotated[float, Between(-10, 10)]
    blaming_stars: Annotated[int, Between(0, 5)]
    praise: Annotated[tuple[float, ...], Between(0, 1)]
    aspects: Annotated[tuple[float, ...], Between(0, 1000)]
    neutral: Annotated[float, Between(0, 1000)]
    further_sentences: Mean
    pronouns: Share


@dataclass(frozen=True, kw_only=True)
class ContactReason:
    name: str
    per: Literal["order", "visit"]
    chance: Share
    hours: Positive
    days: Days
    late: Share = 0.0
    since: Literal["order", "promise", "delivery", "return"] = "order"
    leaving: Factor = 1.0
    quality: Annotated[float, Between(-5, 5)] = 0.0
    satisfaction: Annotated[float, Between(-5, 5)] = 0.0


@dataclass(frozen=True, kw_only=True)
class ContactChannel(Named):
    response_minutes: Positive


@dataclass(frozen=True, kw_only=True)
class Support:
    response_spread: Annotated[float, Between(0, 5)]
    felt_slow: Annotated[float, Between(-5, 5)]
    answers: Share
    channels: tuple[ContactChannel, ...]
    reasons: tuple[ContactReason, ...]


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
    lift: Annotated[float, Between(-0.99, 10)] = 0.0
    hour: Annotated[int, Between(-1, 23)] = -1
    discount: Annotated[float, Between(0, 0.9)] = 0.0


@dataclass(frozen=True, kw_only=True)
class Experiment:
    name: str
    hypothesis: str
    kind: str
    metric: Literal["add_to_cart", "checkout", "orders", "bounce", "units", "opens"]
    start_day: Annotated[int, Between(0, 20_000)]
    days: Annotated[int, Between(1, 3650)]
    arms: tuple[Arm, ...]
    defect: str = ""
    traffic: Share = 1.0
    assigned_by: Literal["customer", "browser"] = "customer"
    campaign_type: str = ""
    categories: tuple[str, ...] = ()
    wears_off_days: Annotated[float, Between(0, 3650)] = 0.0


@dataclass(frozen=True, kw_only=True)
class Programme:
    every_days: Annotated[int, Between(30, 3650)]


@dataclass(frozen=True, kw_only=True)
class PostKind:
    name: str
    weight: Annotated[float, Between(0, 1000)]
    reach: Factor
    likes: Factor
    comments: Factor
    shares: Factor
    clicks: Factor
    cost: Factor
    is_video: bool = False


@dataclass(frozen=True, kw_only=True)
class Posts:
    luck: Annotated[float, Between(0, 3)]
    answer_luck: Annotated[float, Between(0, 3)]
    again: Rate
    again_luck: Annotated[float, Between(0, 3)]
    cost_luck: Annotated[float, Between(0, 3)]
    in_campaign: Share
    video: Share
    hours: Annotated[tuple[float, ...], Between(0.1, 10)]
    weekdays: Annotated[tuple[float, ...], Between(0.1, 10)]
    kinds: tuple[PostKind, ...]


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
class AssetKind:
    name: str
    weight: Annotated[float, Between(0, 1000)]
    views: Annotated[float, Between(0, 1000)]
    launch: Factor
    half_life_days: Annotated[float, Between(0.5, 3650)]
    download: Share
    lead: Share


@dataclass(frozen=True, kw_only=True)
class Content:
    a_month: Annotated[float, Between(0, 60)]
    days_before: Annotated[int, Between(0, 12_000)]
    luck: Annotated[float, Between(0, 2)]
    kept: Share
    evergreen: Share
    kept_evergreen: Share
    kinds: tuple[AssetKind, ...]


@dataclass(frozen=True, kw_only=True)
class Preset:
    """All numbers of a company."""

    name: str
    growth: Growth
    clock: Time
    orders: OrdersSection
    basket: Basket
    people: PeopleSection
    preferences: Preferences
    visits: VisitsSection
    channels: tuple[ChannelMix, ...]
    media: Media
    external: External
    modifiers: tuple[Modifier, ...]
    harvest: tuple[Harvest, ...]
    email: Email
    promotions: tuple[Promotion, ...]
    coupons: CouponsSection
    stores: StoresSection
    referrals: ReferralsSection
    membership: Membership
    categories: tuple[Category, ...]
    catalogue: Catalogue
    taste: Taste
    recommendations: Recommendations
    searches: Searches
    elements: Elements
    feedback: Feedback
    support: Support
    leads: Leads
    stock: Stock
    programme: Programme
    experiments: tuple[Experiment, ...]
    posts: Posts
    social: tuple[SocialPlatform, ...]
    content: Content
