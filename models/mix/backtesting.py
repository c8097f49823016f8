"""The last weeks held out: what the model would have said of them, knowing their spend, and what the same weeks a year before say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.mix.demand import Design
from martlet.models.mix.fitting import drawn, fitted
from martlet.models.mix.media import carried, saturated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from martlet.models.mix.fitting import Mix
    from martlet.models.mix.line import Lift
    from martlet.models.mix.panel import Floats, Ints, Panel

__all__ = ["Backtest", "backtest", "mape"]

_YEAR_WEEKS: Final = 52
_LOW: Final = (0.05, 0.95)


@dataclass(frozen=True)
class Backtest:
    """By week that was held out, (H,): sales as they were, as the model said with an interval of 90 %, and as a year before, NaN where there is none."""

    actual: Floats
    predicted: Floats
    low: Floats
    high: Floats
    naive: Floats


def mape(actual: Floats, predicted: Floats) -> float:
    """Return the mean absolute error, as a share of what was; NaN where nothing was predicted.

    Examples
    --------
    >>> import numpy as np
    >>> mape(np.array([10.0, 20.0]), np.array([11.0, 18.0]))
    0.1
    """
    seen = (actual > 0) & np.isfinite(predicted)
    return (
        float(np.mean(np.abs(actual[seen] - predicted[seen]) / actual[seen])) if seen.any() else float("nan")
    )


def backtest(panel: Panel, lifts: Sequence[Lift] = (), *, weeks: int, draws: int, seed: int) -> Backtest:
    """Fit on all but the last weeks, and foretell these; lifts count that lie before them.

    The interval has the noise of sales, and what is not known of demand, of media and of what moves single weeks.
    """
    known = panel.weeks - weeks
    before = [
        replace(one, is_in=one.is_in[:, :known])
        for one in lifts
        if one.is_in is not None and not one.is_in[:, known:].any()
    ]
    mix = fitted(panel.until(known), before)
    design = Design.of(panel, last=known)
    size = np.exp(design.terms @ mix.size_weights)
    spend = panel.spend / size / mix.media.unit[:, None, None]

    def of(weights: Floats, place: Ints, coefficient: Floats) -> Floats:
        demand = mix.level * np.exp(design.terms @ weights)
        times = np.ones_like(demand)
        for channel, at in enumerate(place):
            shape = carried(saturated(spend[channel], mix.media.half[int(at)]), mix.media.carry[int(at)])
            times += coefficient[channel] * shape
        return np.asarray((demand * times)[:, known:])

    random = np.random.default_rng(seed)
    others = drawn(mix, before, draws=draws, seed=seed)
    factor = np.linalg.cholesky(np.linalg.inv(_curvature(mix)))
    effects = mix.weights[mix.design.is_week]
    sums = []
    for place, coefficient in zip(others.place, others.coefficient, strict=True):
        weights = mix.weights + factor @ random.standard_normal(mix.weights.size)
        mean = of(weights, place, coefficient)
        common = np.exp((effects.std() if effects.size else 0.0) * random.standard_normal(weeks))
        total = mean.sum(axis=0)
        noise = np.sqrt(mix.spread * total) * random.standard_normal(weeks)
        sums.append(np.maximum(total * common + noise, 0.0))
    low, high = np.quantile(np.array(sums), _LOW, axis=0)
    actual = panel.sales.sum(axis=0)
    naive = np.full(weeks, np.nan)
    if known >= _YEAR_WEEKS:
        last_year = actual[known - _YEAR_WEEKS : known - _YEAR_WEEKS + weeks]
        naive[: last_year.size] = last_year
    return Backtest(actual[known:], of(mix.weights, mix.place, mix.coefficient).sum(axis=0), low, high, naive)


def _curvature(mix: Mix) -> Floats:
    """Return the second derivatives of the penalised likelihood by the terms of demand."""
    mean = (mix.demand + mix.added().sum(axis=0)).ravel()
    terms = mix.design.terms.reshape(mean.size, -1)
    return np.asarray((terms * (mean / mix.spread)[:, None]).T @ terms + np.diag(mix.design.precision))
