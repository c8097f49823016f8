"""Pareto/NBD (Schmittlein, Morrison and Colombo 1987): customers buy at a rate of their own, and may leave at any moment.

Rates are Gamma(r, alpha), the hazard of leaving is Gamma(s, beta) among customers. The likelihood of having left is
s * integral from t_x to T of (alpha + y)^-(r + x) (beta + y)^-(s + 1) dy: a sum of positive terms, where the textbook's
difference of two hypergeometric functions cancels. It is taken by Gauss's rule over w = ((alpha + t_x) / (alpha + y))^(r + x), on
which the integrand is nearly flat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.maximising import maximum, scipy_or_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.models.counted import Histories
    from martlet.models.estimate import Estimate

    Vector = NDArray[np.float64]

__all__ = ["MODEL", "expected_purchases", "fit", "log_likelihood", "probability_alive"]

MODEL = "pareto_nbd"
_NODES: Final = 24


def fit(histories: Histories) -> Estimate:
    """Fit the four parameters; see `Histories.refuse_unfit` for what is refused."""
    histories.refuse_unfit()
    prepared = _Prepared(histories)
    scale = float(np.average(histories.age, weights=histories.customers)) or 1.0
    start = {"r": 0.7, "alpha": scale / 3, "s": 0.7, "beta": scale / 3}
    return maximum(MODEL, prepared.mean, start, rows=histories.rows, distinct=len(histories.x))


def log_likelihood(
    histories: Histories, r: float, alpha: float, s: float, beta: float
) -> tuple[float, Vector]:
    """Return the log likelihood of all customers, and its gradient by r, alpha, s and beta."""
    found, gradient = _Prepared(histories).mean(np.array([r, alpha, s, beta]))
    return found * histories.rows, gradient * histories.rows


def probability_alive(histories: Histories, r: float, alpha: float, s: float, beta: float) -> Vector:
    """Return for each row the probability that the customer has not left by the end of the time watched."""
    x, age = histories.x, histories.age
    stay = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    left, _ = _left(np.array([r, alpha, s, beta]), histories)
    chance: Vector = 1 / (1 + np.exp(np.log(s) + left - stay))
    return chance


def expected_purchases(
    histories: Histories, *, horizon: float, r: float, alpha: float, s: float, beta: float
) -> Vector:
    """Return for each row the purchases expected in the time `horizon` after the time watched."""
    alive = probability_alive(histories, r, alpha, s, beta)
    ends = beta + histories.age
    # (1 - ((ends) / (ends + horizon))^(s - 1)) / (s - 1), which is a logarithm where s is 1.
    grown = np.log1p(horizon / ends)
    waited = grown if abs(s - 1) < 1e-9 else -np.expm1(-(s - 1) * grown) / (s - 1)  # noqa: PLR2004
    expected: Vector = alive * (r + histories.x) * ends / (alpha + histories.age) * waited
    return expected


def _left(parameters: Vector, histories: Histories) -> tuple[Vector, Vector]:
    """Return the logarithm of the integral, and its gradient by the four parameters, a column for each."""
    r, alpha, s, beta = parameters
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    power, began = r + histories.x, alpha + histories.t_x
    ratio = np.log(began / (alpha + histories.age))
    width = -np.expm1(power * ratio)
    total = np.zeros_like(power)
    sums = np.zeros((len(power), 4))
    # The likelihood at the node relative to that at t_x, so that nothing leaves the range of a float.
    first = np.log(beta + histories.t_x)
    for node, weight in zip(nodes, weights, strict=True):
        log_w = np.log1p(-width * (1 - node) / 2)
        grown = np.exp(-log_w / power)
        at = began * grown - alpha
        log_later = np.log(beta + at)
        value = weight / 2 * grown * np.exp((s + 1) * (first - log_later))
        total += value
        sums[:, 0] -= value * (np.log(began) - log_w / power)
        sums[:, 1] -= value * power / (began * grown)
        sums[:, 2] -= value * log_later
        sums[:, 3] -= value * (s + 1) / (beta + at)
    found = np.log(width / power) + (1 - power) * np.log(began) - (s + 1) * first + np.log(total)
    return found, sums / total[:, None]


class _Prepared:
    """The likelihood of given histories."""

    def __init__(self, histories: Histories) -> None:
        self._special = scipy_or_error("special")
        self._counts, place = np.unique(histories.x, return_inverse=True)
        self._all = histories
        self._weight = histories.customers / histories.customers.sum()
        self._of_count = np.bincount(place, weights=self._weight)

    def mean(self, parameters: Vector) -> tuple[float, Vector]:
        r, alpha, s, beta = parameters
        log_gamma, digamma = self._special.gammaln, self._special.digamma
        x, age, weight, counts = self._all.x, self._all.age, self._weight, self._counts
        stay = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        left, by_left = _left(parameters, self._all)
        # Who was watched for no time after the last purchase can't have left.
        left = np.where(age > self._all.t_x, np.log(s) + left, -np.inf)
        either = np.logaddexp(stay, left)
        gone = np.exp(left - either)
        alive = 1 - gone
        by_left = np.where((gone > 0)[:, None], by_left, 0.0)
        found = (
            self._of_count @ (log_gamma(r + counts) - log_gamma(r))
            + r * np.log(alpha)
            + s * np.log(beta)
            + weight @ either
        )
        by_r = (
            self._of_count @ (digamma(r + counts) - digamma(r))
            + np.log(alpha)
            + weight @ (gone * by_left[:, 0] - alive * np.log(alpha + age))
        )
        by_alpha = r / alpha + weight @ (gone * by_left[:, 1] - alive * (r + x) / (alpha + age))
        by_s = np.log(beta) + weight @ (gone * (by_left[:, 2] + 1 / s) - alive * np.log(beta + age))
        by_beta = s / beta + weight @ (gone * by_left[:, 3] - alive * s / (beta + age))
        return float(found), np.array([by_r, by_alpha, by_s, by_beta])
