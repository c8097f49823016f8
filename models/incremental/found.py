"""The estimate: orders and revenue caused, by step and channel, with standard errors from a bootstrap over customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.engine.errors import FitError
from martlet.models.incremental.clock import clock, resampled
from martlet.models.incremental.declustering import declustered
from martlet.models.incremental.pairs import pairs, times
from martlet.models.incremental.totals import totals
from martlet.models.incremental.unseen import seen

if TYPE_CHECKING:
    from martlet.models.incremental.declustering import Declustered
    from martlet.models.incremental.observed import Bools, Floats, Ints, Observed
    from martlet.models.incremental.pairs import Pairs

__all__ = [
    "LEVEL_ERROR",
    "MODEL_ERROR",
    "QUANTILE",
    "Caused",
    "Found",
    "found",
    "margins",
    "margins_of_shares",
    "refuse_unfit",
]

# Standard deviation of a channel's share that the sampling of customers does not explain, as measured on companies whose truth is
# known: docs/incremental.md says on which.
MODEL_ERROR: Final = 0.011
# Error of a channel's orders, as a part of them, that the sampling does not explain either: the level is found less well than the shares.
LEVEL_ERROR: Final = 0.155
# Of the normal distribution, for an interval of 90 %.
QUANTILE: Final = 1.6448536269514722
# Fewer orders or pairs say nothing.
_ORDERS: Final = 200
_PAIRS: Final = 500
# A kind's harvest is found from its own lags alone where it lacks what the control says by so many standard deviations.
_LACKING: Final = 3.0
# The bootstrap draws among so many customers at most, and its spread is scaled to all of them.
_SAMPLE: Final = 40_000
_ROUNDS: Final = 20


@dataclass(frozen=True)
class Caused:
    """What is estimated, as arrays: by step, orders and revenue; by channel, all that is told of it; and totals.

    `seen_orders` are caused by touches that were known, `orders` by all. `harvest` is the share of touches that an order brought about, `effect`
    the orders that an exogenous touch causes.
    """

    step_orders: Floats
    step_revenue: Floats
    orders: Floats
    revenue: Floats
    share: Floats
    revenue_share: Floats
    seen_orders: Floats
    effect: Floats
    lag: Floats
    harvest: Floats
    seen: Floats
    habit: Floats


@dataclass(frozen=True)
class Found:
    """The estimate, its standard errors by sampling alone (arrays as in `caused`), and what it is made of.

    `at_once`: channels whose visits were found to cause the order that is placed in them.
    """

    channels: tuple[str, ...]
    caused: Caused
    errors: Caused
    pairs: Pairs
    declustered: Declustered
    at_once: tuple[str, ...]

    @property
    def effective_orders(self) -> float:
        """Return how many causes would be named rightly, if each were drawn by its weight: the sum of the squared weights."""
        return float((self.declustered.caused**2).sum() + (self.declustered.at_once**2).sum())


def margins_of_shares(errors: Floats) -> Floats:
    """Return half of the width of shares' intervals of 90 %, the model's own error included."""
    wide: Floats = QUANTILE * np.hypot(errors, MODEL_ERROR)
    return wide


def margins(values: Floats, errors: Floats) -> Floats:
    """Return half of the width of the intervals of 90 % of orders or money, the model's own error included."""
    wide: Floats = QUANTILE * np.hypot(errors, LEVEL_ERROR * values)
    return wide


def refuse_unfit(given: Pairs) -> None:
    """Refuse a company with too little to tell causes from.

    Raises
    ------
    FitError
        With the numbers.
    """
    if given.outcomes.size < _ORDERS:
        raise FitError(
            f"there are {given.outcomes.size:,} sales to known customers after their sign-up; at least {_ORDERS:,} are needed to tell "
            "caused orders from habit"
        )
    if given.order.size < _PAIRS:
        raise FitError(
            f"there are {given.order.size:,} pairs of a sale and a touch of its customer, known at the time, in the 60 days before; at "
            f"least {_PAIRS:,} are needed"
        )


def found(observed: Observed, *, steps: int, replicates: int, seed: int) -> Found:
    """Fit the model, and again on reweighted customers for its standard errors.

    Each replicate weights customers by Exp(1) (a Bayesian bootstrap, Rubin 1981), draws the traffic that makes the clock anew, and estimates
    hazard, harvest, effects and the share of touches that are seen again.

    Parameters
    ----------
    observed
        The company.
    steps
        How many steps `observed.touches.step` counts.
    replicates
        Of the bootstrap; 0 leaves the errors unknown.
    seed
        Of its draws.

    Raises
    ------
    FitError
        If there is too little data.
    """
    given = pairs(observed)
    refuse_unfit(given)
    channels = tuple(dict.fromkeys(kind.channel for kind in observed.kinds))
    first, freed = fitted(given)
    ones = np.ones(observed.since.size)
    caused = _caused(given, first, ones, channels, steps)
    draw = np.random.default_rng(seed)
    drawn = []
    sample, scale = given, 1.0
    if observed.since.size > _SAMPLE and replicates:
        chosen = draw.permutation(observed.since.size) < _SAMPLE
        sample, scale = pairs(observed.of(chosen)), float(np.sqrt(_SAMPLE / observed.since.size))
    within = sample.observed
    base = clock(within.traffic, within.first_weekday)
    for _ in range(replicates):
        weights = draw.exponential(size=within.since.size)
        at = times(within, clock(resampled(within.traffic, draw), within.first_weekday), base)
        again = declustered(
            sample, weights=weights, at=at, start=first.parameters, freed=freed, rounds=_ROUNDS
        )
        drawn.append(_caused(sample, again, weights, channels, steps))
    shares = first.parameters.at_once
    at_once = tuple(
        sorted({kind.channel for kind, share in zip(observed.kinds, shares, strict=True) if share > 0})
    )
    return Found(channels, caused, _spread(drawn, caused, scale), given, first, at_once)


def fitted(given: Pairs) -> tuple[Declustered, Bools]:
    """Return the fit, and the kinds with too little harvest for their visits with an order, which may then be causes."""
    first = declustered(given)
    freed = first.lacking > _LACKING
    if not freed.any():
        return first, freed
    return declustered(given, start=first.parameters, freed=freed), freed


def _caused(given: Pairs, fit: Declustered, weights: Floats, channels: tuple[str, ...], steps: int) -> Caused:
    """Return what a fit says, weighted by customer."""
    touches, orders, kinds = given.observed.touches, given.observed.orders, given.observed.kinds
    channel_of = np.array([channels.index(kind.channel) for kind in kinds])
    is_seen = seen(given.observed, weights)
    touch = np.concatenate([given.touch, given.held_touch])
    order = np.concatenate([given.order, given.held_order])
    certain = np.concatenate([fit.caused, fit.at_once]) * weights[orders.customer[order]]
    # A visit with an order is always known.
    grown = certain / np.concatenate([is_seen[touches.kind[given.touch]], np.ones(given.held_touch.size)])
    channel, step = channel_of[touches.kind[touch]], touches.step[touch]
    size = len(channels)

    def by_channel(values: Floats, of: Ints = channel) -> Floats:
        return totals(of, values, size)

    by_orders, revenue = by_channel(grown), by_channel(grown * orders.revenue[order])
    seen_orders = by_channel(certain)
    lags = np.concatenate([given.lag(given.times), np.zeros(given.held_touch.size)])
    own = channel_of[touches.kind]
    touch_weight = weights[touches.customer]
    exogenous = by_channel(fit.exogenous * touch_weight, own)
    return Caused(
        step_orders=totals(step, grown, steps),
        step_revenue=totals(step, grown * orders.revenue[order], steps),
        orders=by_orders,
        revenue=revenue,
        share=by_orders / max(by_orders.sum(), 1e-12),
        revenue_share=revenue / max(revenue.sum(), 1e-12),
        seen_orders=seen_orders,
        effect=seen_orders / np.maximum(exogenous, 1e-12),
        lag=by_channel(certain * lags) / np.maximum(seen_orders, 1e-12),
        harvest=1 - exogenous / np.maximum(by_channel(touch_weight, own), 1e-12),
        seen=np.where(by_orders > 0, seen_orders / np.maximum(by_orders, 1e-12), 1.0),
        habit=np.array([weights[orders.customer[given.outcomes]].sum() - by_orders.sum()]),
    )


def _spread(drawn: list[Caused], like: Caused, scale: float) -> Caused:
    """Return the standard deviation of each number over the replicates."""
    names = like.__dataclass_fields__
    if len(drawn) < 2:  # noqa: PLR2004
        return Caused(**{name: np.full_like(getattr(like, name), np.nan) for name in names})
    spread = {name: np.std([getattr(one, name) for one in drawn], axis=0, ddof=1) for name in names}
    # Counts of a part vary as its own, which is smaller; shares and rates by the root of its size.
    counts = ("step_orders", "step_revenue", "orders", "revenue", "seen_orders", "habit")
    return Caused(
        **{name: values * (1 / scale if name in counts else scale) for name, values in spread.items()}
    )
