"""Demand without media: a product of region, trend, season, holidays and controls, fitted by a penalised Poisson likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.models.mix.panel import Floats, Panel

__all__ = ["Design", "dispersion", "fitted_demand"]

_YEAR: Final = 365.25 / 7
# Below so many weeks a year's course is not seen twice, and would be taken for a trend or a channel.
SEASON_WEEKS: Final = 78
_WAVES: Final = 3
# Where as many regions differ in their media, what moves them all in a week can be told from media.
WEEK_EFFECT_REGIONS: Final = 5
_KNOT_WEEKS: Final = 26
# Standard deviations of what is usual, on the logarithm.
_SPREAD: Final = {
    "region": 3.0,
    "slope": 0.5,
    "bend": 0.3,
    "season": 0.3,
    "control": 0.2,
    "week": 0.1,
}
_STEPS: Final = 50
_NEAR: Final = 1e-9


@dataclass(frozen=True)
class Design:
    """Terms of the logarithm of demand, (R, T, P), and the precision of what is usual of each, (P,).

    `is_lasting` are those of size: region and trend; `is_week` those of single weeks, which say nothing of other weeks.
    """

    terms: Floats
    precision: Floats
    is_lasting: NDArray[np.bool_]
    is_week: NDArray[np.bool_]

    @property
    def rows(self) -> Floats:
        """The terms by row, (R x T, P)."""
        return self.terms.reshape(-1, self.terms.shape[-1])

    @classmethod
    def of(cls, panel: Panel, *, last: int | None = None) -> Design:
        """Return the terms of a panel; knots, means and spreads are those of the weeks before `last`."""
        regions, weeks = panel.sales.shape
        last = weeks if last is None else last
        time = np.arange(weeks) / _YEAR
        terms: list[tuple[str, Floats]] = [
            ("region", np.repeat(row[:, None], weeks, axis=1)) for row in np.eye(regions)
        ]
        terms.append(("slope", time - time[:last].mean()))
        knots = range(_KNOT_WEEKS, last - _KNOT_WEEKS // 2, _KNOT_WEEKS)
        terms += [("bend", np.maximum(time - time[knot], 0.0)) for knot in knots]
        if last >= SEASON_WEEKS:
            angle = 2 * np.pi * panel.week / _YEAR
            for wave in range(1, _WAVES + 1):
                terms += [("season", np.sin(wave * angle)), ("season", np.cos(wave * angle))]
        for control in panel.controls:
            seen = control[:, :last]
            if seen.std() > 0:
                terms.append(("control", (control - seen.mean()) / seen.std()))
        if regions >= WEEK_EFFECT_REGIONS:
            terms += [("week", row) for row in np.eye(weeks)[:last]]
        kinds = [kind for kind, _ in terms]
        return cls(
            np.stack([np.broadcast_to(term, (regions, weeks)) for _, term in terms], axis=-1),
            np.array([_SPREAD[kind] ** -2.0 for kind in kinds]),
            np.array([kind in ("region", "slope", "bend") for kind in kinds]),
            np.array([kind == "week" for kind in kinds]),
        )


def fitted_demand(
    sales: Floats, design: Design, times: Floats, spread: float, start: Floats | None = None
) -> Floats:
    """Return the weights of the terms: of sales that are demand x `times`, with variance `spread` x their mean.

    Newton's method on the penalised quasi-likelihood of a Poisson regression with a logarithmic link. Sales
    and `times` are by row, (R x T,).
    """
    terms, precision = design.rows, design.precision
    weights = np.zeros(terms.shape[-1]) if start is None else start
    for _ in range(_STEPS):
        mean = times * np.exp(np.clip(terms @ weights, -30, 30))
        gradient = terms.T @ (sales - mean) / spread - precision * weights
        curvature = (terms * (mean / spread)[:, None]).T @ terms + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        step *= min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))
        weights = weights + step
        if np.abs(step).max() < _NEAR:
            break
    return weights


def dispersion(sales: Floats, mean: Floats, parameters: float, least: float) -> float:
    """Return the variance of sales against their mean (Pearson's statistic by degrees of freedom), and at least `least`."""
    free = max(sales.size - parameters, 1.0)
    return max(float(((sales - mean) ** 2 / np.maximum(mean, 1e-9)).sum() / free), least)
