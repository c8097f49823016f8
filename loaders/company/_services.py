"""What a preset holds, continued: coupons, stores, referrals and the membership."""

from __future__ import annotations

# ruff: noqa: TC001  (the annotations are evaluated, to read tables by them)
from dataclasses import dataclass
from typing import Annotated, Literal

from martlet.engine.declared import Between
from martlet.loaders.company._sections import Amount, Days, Factor, Share, Weight


@dataclass(frozen=True, kw_only=True)
class CouponKind:
    campaign_type: str
    prefix: str
    coupon_type: Literal["percent", "fixed", "free shipping"]
    value: Amount


@dataclass(frozen=True, kw_only=True)
class CouponsSection:
    given: Share
    lift: Annotated[float, Between(0, 10)]
    used: Share
    valid_days: Annotated[int, Between(2, 365)]
    kinds: tuple[CouponKind, ...]


@dataclass(frozen=True, kw_only=True)
class Store:
    city: str
    name: str
    opened_day: Annotated[int, Between(-20_000, 20_000)]


@dataclass(frozen=True, kw_only=True)
class StoresSection:
    share: Annotated[float, Between(0, 0.5)]
    catalogue: Annotated[tuple[float, ...], Between(0, 0.5)]
    opens: Annotated[int, Between(0, 23)]
    closes: Annotated[int, Between(1, 24)]
    places: tuple[Store, ...]


@dataclass(frozen=True, kw_only=True)
class ReferralsSection:
    share: Share
    advocates: Share
    attempts: Annotated[int, Between(0, 100)]
    days: Days
    code: str
    discount: Amount
    reward: Amount
    rate: Factor
    dropout: Annotated[float, Between(0.01, 1)]


@dataclass(frozen=True, kw_only=True)
class Plan:
    name: str
    weight: Weight
    days: Annotated[int, Between(1, 3650)]
    price: Amount
    cancels: Annotated[tuple[float, ...], Between(0, 1)]


@dataclass(frozen=True, kw_only=True)
class Membership:
    share: Share
    days: Annotated[float, Between(0.01, 3650)]
    plans: tuple[Plan, ...]
