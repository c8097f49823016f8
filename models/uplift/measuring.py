"""How well a list sorts people by what an action does to them, from a trial with an arm that was left alone.

The Qini curve is that of Radcliffe (2007): working a list from the top, the outcomes of those treated so far less those of the control so
far, times treated / control. Here that ratio is the one of the whole stratum (a mailing), not of those above the cut: the parts of the list then add up to the
whole, and the whole is what the trial found. The random line is straight to that whole. The Qini is the area between the two, which
comes to a sum over people: `contribution` x (1/2 - `depth`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.predicting.measuring import wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["Trial", "depths", "shrinkage", "transformed"]

# Of 95 % on one side.
_ONE_SIDED: Final = 1.6449


@dataclass(frozen=True)
class Trial:
    """People of both arms, one a row: what they did, the stratum within which arms were drawn, and who they are.

    A person may be there several times, once for each assignment. Each stratum must have people of both arms.
    """

    outcome: Vector
    is_treated: Bools
    stratum: Ints
    person: Ints

    @property
    def treated(self) -> int:
        """How many are treated."""
        return int(self.is_treated.sum())

    @property
    def weights(self) -> Vector:
        """1 of those treated, treated / control of their stratum of the others, so that both arms have the same mix of strata."""
        _, place = np.unique(self.stratum, return_inverse=True)
        treated = np.bincount(place, weights=self.is_treated)
        control = np.bincount(place, weights=~self.is_treated)
        return np.where(self.is_treated, 1.0, (treated / control)[place])

    @property
    def contributions(self) -> Vector:
        """What each adds to the difference of the arms, per person treated: their sum is the effect.

        Examples
        --------
        >>> arms = np.array([True, True, False, False])
        >>> trial = Trial(np.array([1.0, 1.0, 1.0, 0.0]), arms, np.zeros(4, dtype=int), np.arange(4))
        >>> trial.contributions.tolist()
        [0.5, 0.5, -0.5, 0.0]
        """
        return np.where(self.is_treated, 1.0, -1.0) * self.outcome * self.weights / self.treated

    def effect(self) -> tuple[float, float]:
        """Return what the action does on average to those treated, and its standard error.

        Examples
        --------
        >>> arms = np.array([True, True, False, False])
        >>> Trial(np.array([1.0, 1.0, 1.0, 0.0]), arms, np.zeros(4, dtype=int), np.arange(4)).effect()
        (0.5, 0.5)
        """
        return self.weighed(np.ones(len(self.outcome)))

    def effect_interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the effect by Newcombe (1998, method 10), as email/holdout has it: better than the error where few did it.

        Those left alone count for as many as would tell as much if each weighed the same.

        Examples
        --------
        >>> arms = np.array([True, True, False, False])
        >>> low, high = Trial(np.array([1.0, 1.0, 0.0, 0.0]), arms, np.zeros(4, dtype=int), np.arange(4)).effect_interval()
        >>> round(low, 3), round(high, 3)
        (0.07, 1.0)
        """
        control, weights = ~self.is_treated, self.weights[~self.is_treated]
        treated_rate = float(self.outcome[self.is_treated].mean())
        control_rate = float(np.average(self.outcome[control], weights=weights))
        size = float(weights.sum() ** 2 / (weights**2).sum())
        (low, high), (other_low, other_high) = wilson(treated_rate, self.treated), wilson(control_rate, size)
        difference = treated_rate - control_rate
        return (
            difference - float(np.hypot(treated_rate - low, other_high - control_rate)),
            difference + float(np.hypot(high - treated_rate, control_rate - other_low)),
        )

    def qini(self, score: Vector) -> tuple[float, float]:
        """Return the Qini of a score, the highest first, and its standard error: outcomes gained per person treated over random order, as a mean over all depths.

        Examples
        --------
        >>> arms = np.array([True, False, True, False])
        >>> trial = Trial(np.array([1.0, 0.0, 0.0, 0.0]), arms, np.zeros(4, dtype=int), np.arange(4))
        >>> trial.qini(np.array([4.0, 3.0, 2.0, 1.0]))[0]  # .5 x (1/2 - 1/8)
        0.1875
        """
        return self.weighed(0.5 - depths(score))

    def best_qini(self) -> float:
        """Return the greatest Qini that any order of these rows has: those treated who did it first, those left alone who did it last.

        Examples
        --------
        >>> arms = np.array([True, False, True, False])
        >>> Trial(np.array([1.0, 0.0, 0.0, 0.0]), arms, np.zeros(4, dtype=int), np.arange(4)).best_qini()
        0.1875
        """
        return self.qini(self.contributions)[0]

    def weighed(self, weights: Vector) -> tuple[float, float]:
        """Return the sum of the contributions, each times a weight, and its standard error.

        The number of each arm of a stratum is taken as given, so rows are centred there; what a person does in several strata may go together, so
        that rows are summed by person first.

        Examples
        --------
        >>> arms = np.array([True, True, False, False])
        >>> trial = Trial(np.array([1.0, 1.0, 1.0, 0.0]), arms, np.zeros(4, dtype=int), np.arange(4))
        >>> trial.weighed(np.array([1.0, 0.0, 0.0, 0.0]))  # half of the effect of one person
        (0.5, 0.5)
        """
        values = self.contributions * weights
        _, cell = np.unique(np.stack([self.stratum, self.is_treated]), axis=1, return_inverse=True)
        cell = np.ravel(cell)
        counts = np.bincount(cell).astype(np.float64)
        centred = values - (np.bincount(cell, weights=values) / counts)[cell]
        # The variance of a sample is a little less than that of all: n / (n - 1).
        centred *= np.sqrt(counts / np.maximum(counts - 1, 1))[cell]
        _, who = np.unique(self.person, return_inverse=True)
        return float(values.sum()), float(np.sqrt((np.bincount(who, weights=centred) ** 2).sum()))


def depths(score: Vector) -> Vector:
    """Return how far down the list each stands, 0 the top and 1 the end: the middle of its place, of equal scores the mean of theirs.

    Examples
    --------
    >>> depths(np.array([5.0, 9.0, 5.0, 1.0])).tolist()
    [0.5, 0.125, 0.5, 0.875]
    """
    _, inverse, counts = np.unique(-score, return_inverse=True, return_counts=True)
    middles: Vector = (np.cumsum(counts) - counts / 2)[inverse] / len(score)
    return middles


def transformed(trial: Trial) -> Vector:
    """Return the transformed outcome Y W / p - Y (1 - W) / (1 - p), whose mean at given features is the effect (Athey and Imbens 2015).

    p is the share of those treated in the stratum. With equal arms and a class it orders as class transformation does (Jaskowski and Jaroszewicz 2012).

    Examples
    --------
    >>> arms = np.array([True, True, True, False])
    >>> transformed(Trial(np.array([1.0, 0.0, 0.0, 1.0]), arms, np.zeros(4, dtype=int), np.arange(4))).round(3).tolist()
    [1.333, 0.0, 0.0, -4.0]
    """
    _, place = np.unique(trial.stratum, return_inverse=True)
    share = (np.bincount(place, weights=trial.is_treated) / np.bincount(place))[place]
    found: Vector = np.where(trial.is_treated, trial.outcome / share, -trial.outcome / (1 - share))
    return found


def shrinkage(trial: Trial, score: Vector) -> float:
    """Return how much of the spread of a score is surely real, 0 to 1: the slope of the transformed outcome on it, by least squares, less 1.645 standard errors.

    It is the calibration test of Chernozhukov, Demirer, Duflo and Fernandez-Val (2018), kept between nothing and all. The lower end of its
    interval is taken, since the rows may have chosen the score among several, which flatters it; errors are robust (White 1980).

    Examples
    --------
    >>> arms = np.array([True, False, True, False])
    >>> trial = Trial(np.array([1.0, 0.0, 0.0, 0.0]), arms, np.zeros(4, dtype=int), np.arange(4))
    >>> shrinkage(trial, np.array([2.0, 2.0, -2.0, -2.0]))  # a slope of 0.25, of which four rows make nobody sure
    0.0
    >>> shrinkage(trial, np.ones(4))
    0.0
    """
    centred = score - score.mean()
    spread = float((centred**2).sum())
    if spread <= 1e-18:  # noqa: PLR2004 (the same score for all)
        return 0.0
    outcome = transformed(trial)
    slope = float((centred * outcome).sum()) / spread
    left = outcome - outcome.mean() - slope * centred
    error = float(np.sqrt((centred**2 * left**2).sum())) / spread
    return float(np.clip(slope - _ONE_SIDED * error, 0.0, 1.0))
