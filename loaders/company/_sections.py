"""What a preset holds: one class per table of the TOML, each field with its range. `preset.py` fills them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from martlet.engine.declared import Between

# ruff: noqa: TC001  (the annotations are evaluated, to read tables by them)
from martlet.loaders.company._site import Landing

Share = Annotated[float, Between(0, 1)]
Weight = Annotated[float, Between(0, 1e6)]
Positive = Annotated[float, Between(1e-6, 1e9)]
Amount = Annotated[float, Between(0, 1e6)]
Shape = Annotated[float, Between(0.05, 50)]
Factor = Annotated[float, Between(0.01, 20)]
Mean = Annotated[float, Between(0, 10)]
Answer = Annotated[float, Between(1, 5)]
Days = Annotated[float, Between(0.01, 365)]


@dataclass(frozen=True, kw_only=True)
class Named:
    name: str
    weight: Weight


@dataclass(frozen=True, kw_only=True)
class Growth:
    sign_ups_per_year: Annotated[float, Between(-0.9, 10)]
    days_before: Annotated[int, Between(0, 12_000)]


@dataclass(frozen=True, kw_only=True)
class Time:
    demand_growth_per_year: Annotated[float, Between(-0.9, 10)]
    month: Annotated[tuple[float, ...], Between(0.01, 20)]
    weekday: Annotated[tuple[float, ...], Between(0.01, 20)]
    hour: Annotated[tuple[float, ...], Between(0.01, 20)]
    hour_weekend: Annotated[tuple[float, ...], Between(0.01, 20)]
    days_off: tuple[str, ...]
    holidays: Annotated[dict[str, float], Between(0.01, 20)]


@dataclass(frozen=True, kw_only=True)
class OrdersSection:
    rate_shape: Shape
    rate_scale: Annotated[float, Between(1, 1e5)]
    dropout_a: Shape
    dropout_b: Shape
    late_leaves: Annotated[float, Between(1, 10)]
    leaving_returns: Annotated[float, Between(1, 10)]
    first_order_at_sign_up: Share
    spend_shape: Shape
    spend_spread: Annotated[float, Between(1.1, 50)]
    spend_scale: Positive


@dataclass(frozen=True, kw_only=True)
class Basket:
    extra_lines: Annotated[float, Between(0, 4)]
    least_line: Positive
    unevenness: Share
    second_unit: Share
    bundle_pairs: Annotated[int, Between(0, 500)]
    bundle_probability: Share
    price_reach: Annotated[float, Between(0, 2)]
    least_choice: Annotated[int, Between(1, 1000)]
    taste_sharpness: Annotated[float, Between(0, 5)]
    shipping_fee: Amount
    free_shipping_from: Amount
    filled_up: Share
    filled_up_by: Amount
    tax_rate: Annotated[float, Between(0, 0.5)]
    delivery_days: Annotated[int, Between(0, 60)]
    delivered_late: Share
    late_days: Days
    fit_reason: str
    late_reason: str
    late_blamed: Annotated[float, Between(0, 1000)]
    cancelled: Share
    return_probability: Share
    return_days: Days
    restocking_share: Share
    return_reasons: tuple[Named, ...]


@dataclass(frozen=True, kw_only=True)
class Age:
    name: str
    low: Annotated[int, Between(16, 110)]
    high: Annotated[int, Between(17, 111)]
    weight: Weight
    married: Share
    together: Share
    divorced: Share
    widowed: Share
    children: Share
    teens: Share
    income_factor: Factor
    graduate: Factor


@dataclass(frozen=True, kw_only=True)
class Education:
    name: str
    weight: Weight
    income_factor: Factor
    is_graduate: bool


@dataclass(frozen=True, kw_only=True)
class Persona:
    name: str
    weight: Weight
    family_factor: Factor
    ages: Annotated[tuple[float, ...], Between(0, 100)]
    income: Annotated[float, Between(-10, 10)]
    spend: Annotated[float, Between(-10, 10)]
    later: Annotated[int, Between(-6, 6)]
    phone_odds: Factor
    lifestyle: str
    price_sensitivity: Answer
    brand_loyalty: Answer
    sustainability: Answer
    novelty: Answer
    tastes: Annotated[dict[str, float], Between(0, 100)]


@dataclass(frozen=True, kw_only=True)
class Tier:
    name: str
    from_orders: Annotated[int, Between(1, 1000)]


@dataclass(frozen=True, kw_only=True)
class Country:
    name: str
    names: Literal["en_GB", "en_NZ", "en_US"]
    together: Factor
    divorced: Factor
    widowed: Factor


@dataclass(frozen=True, kw_only=True)
class Place:
    country: str
    region: str
    city: str
    weight: Weight
    conversion: Factor
    income_factor: Factor
    postal: tuple[str, ...]
    zone: str


@dataclass(frozen=True, kw_only=True)
class PeopleSection:
    income_median: Positive
    income_spread: Annotated[float, Between(0, 3)]
    income_and_spend: Annotated[float, Between(-1, 1)]
    income_and_rate: Annotated[float, Between(-1, 1)]
    income_changes: Share
    income_change: Annotated[float, Between(-1, 1)]
    income_change_spread: Annotated[float, Between(0, 2)]
    moves: Share
    income_bands: Annotated[tuple[float, ...], Between(0, 1e9)]
    gender_not_given: Share
    income_not_given: Share
    second_child: Share
    couples_factor: Annotated[float, Between(0.1, 10)]
    email_opt_in: Share
    sms_opt_in: Share
    engagement_exponent: Annotated[float, Between(0, 2)]
    engagement_limit: Annotated[float, Between(1, 20)]
    attention_after_churn: Share
    fading_days: Annotated[float, Between(0.01, 365)]
    attention_and_rate: Annotated[float, Between(-1, 1)]
    attention_spread: Annotated[float, Between(0, 2)]
    satisfaction_and_dropout: Annotated[float, Between(-1, 1)]
    satisfaction_and_rate: Annotated[float, Between(-1, 1)]
    genders: tuple[Named, ...]
    ages: tuple[Age, ...]
    educations: tuple[Education, ...]
    personas: tuple[Persona, ...]
    tiers: tuple[Tier, ...]
    countries: tuple[Country, ...]
    places: tuple[Place, ...]
    domains: tuple[Named, ...]


@dataclass(frozen=True, kw_only=True)
class Preferences:
    answers: Annotated[float, Between(0, 10)]
    left_out: Share
    own_lifestyle: Share
    spread: Annotated[float, Between(0, 5)]


@dataclass(frozen=True, kw_only=True)
class Device:
    device_type: Literal["desktop", "mobile", "tablet", "other"]
    os: str
    browser: str
    weight: Weight


@dataclass(frozen=True, kw_only=True)
class VisitsSection:
    mobile_share: Share
    mobile_share_of_orders: Share
    phone_thrift: Annotated[float, Between(0, 5)]
    pre_sign_up: Mean
    pre_sign_up_days: Days
    login: Share
    cookie_lost: Share
    prospects: Annotated[float, Between(0, 30)]
    prospect_visits: Mean
    stranger_bounce: Factor
    mobile_bounce: Factor
    mobile_depth: Factor
    mobile_pace: Factor
    prospect_gap_days: Days
    further_kinds: Annotated[tuple[float, ...], Between(0, 1)]
    landings: tuple[Landing, ...]
    landing_bounce: Annotated[tuple[float, ...], Between(0.01, 20)]
    landed_on_order: Share
    strays: Annotated[float, Between(0, 0.5)]
    product_view: Share
    add_to_cart: Share
    checkout: Share
    further_pages: Mean
    further_products: Mean
    search: Share
    order_search: Share
    video: Share
    click: Share
    seconds_between_events: Annotated[float, Between(1, 600)]
    order_pages: Mean
    order_products: Mean
    devices: tuple[Device, ...]


@dataclass(frozen=True, kw_only=True)
class CampaignKind:
    type: str
    weight: Weight
    price: Annotated[float, Between(0.01, 20)] = 1.0
    audience: str = ""


@dataclass(frozen=True, kw_only=True)
class ChannelMix:
    name: str
    touches: Annotated[float, Between(0, 2)]
    touch_type: Literal["visit", "click", "impression", "email_open"]
    effect: Annotated[float, Between(0, 0.5)]
    lag_days: Days
    acquisition: Weight
    prospects: Weight
    bounce: Share
    depth: Factor
    ages: Annotated[tuple[float, ...], Between(0, 20)]
    cost: Amount = 0.0
    click_through: Annotated[float, Between(1e-5, 1)] = 1.0
    shown: Annotated[float, Between(1, 1000)] = 1.0
    platform: str = ""
    claim_days: Annotated[float, Between(0, 90)] = 30.0
    overclaim: Annotated[float, Between(0, 20)] = 1.0
    commission: Share = 0.0
    half_spend: Annotated[float, Between(0, 100)] = 0.0
    flights: Share = 1.0
    campaigns: tuple[CampaignKind, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Modifier:
    """How much more, or less, the contacts of a channel work on some people."""

    channel: str
    acts_on: Literal["orders", "opens"]
    segment: Literal["age range", "children", "consent"]
    value: str
    factor: Factor
    campaign_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Media:
    variation: Annotated[float, Between(0, 2)]
    regions: Annotated[float, Between(0, 2)]
    flight_weeks: Annotated[int, Between(1, 52)]
    pause: Annotated[float, Between(0, 0.9)]
    most: Annotated[float, Between(1, 6)]
    price_spread: Annotated[float, Between(0, 1)]
    price_memory: Annotated[float, Between(0, 0.95)]
    price_season: Annotated[float, Between(0, 3)]
    price_noise: Annotated[float, Between(0, 1)]
    contact_spread: Annotated[float, Between(0, 0.95)]
    through_spread: Annotated[float, Between(0, 1)]
    budget_step: Positive


@dataclass(frozen=True, kw_only=True)
class External:
    """What acts on demand from outside; effects are changes of the logarithm."""

    confidence_spread: Annotated[float, Between(0, 50)]
    confidence_memory: Annotated[float, Between(0, 0.99)]
    confidence_effect: Annotated[float, Between(-0.1, 0.1)]
    competitors: Annotated[float, Between(0, 3)]
    competitor_effect: Annotated[float, Between(-1, 1)]
    rain: Annotated[float, Between(0.01, 0.99)]
    climate_spread: Annotated[float, Between(0, 2)]
    rain_spread: Annotated[float, Between(0, 2)]
    rain_effect: Annotated[float, Between(-1, 1)]


@dataclass(frozen=True, kw_only=True)
class Harvest:
    channel: str
    touch_type: Literal["visit", "click", "email_click"]
    probability: Share
    lag_days: Annotated[float, Between(0.01, 3)]
    campaign_type: str = ""
