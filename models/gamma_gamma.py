"""Gamma-Gamma (Fader and Hardie 2013): what a purchase comes to varies around a mean of the customer's own, apart from how often they buy.

A purchase is Gamma(p, nu), and nu is Gamma(q, v) among customers; only repeat purchases count. v has the unit of the money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from martlet.models.maximising import maximum, scipy_or_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.models.counted import Spending
    from martlet.models.estimate import Estimate

    Vector = NDArray[np.float64]

__all__ = ["MODEL", "fit", "log_likelihood"]

MODEL = "gamma_gamma"


def fit(spending: Spending) -> Estimate:
    """Fit the three parameters; see `Spending.refuse_unfit` for what is refused."""
    spending.refuse_unfit()
    prepared = _Prepared(spending)
    middle = float(np.average(spending.mean, weights=spending.customers))
    start = {"p": 4.0, "q": 4.0, "v": middle}
    return maximum(MODEL, prepared.mean, start, rows=spending.rows, distinct=len(spending.x))


def log_likelihood(spending: Spending, p: float, q: float, v: float) -> tuple[float, Vector]:
    """Return the log likelihood of all customers, and its gradient by p, q and v."""
    found, gradient = _Prepared(spending).mean(np.array([p, q, v]))
    return found * spending.rows, gradient * spending.rows


class _Prepared:
    """The likelihood of given spending: special functions are asked once for each number of purchases."""

    def __init__(self, spending: Spending) -> None:
        self._special = scipy_or_error("special")
        self._counts, place = np.unique(spending.x, return_inverse=True)
        self._all = spending
        self._weight = spending.customers / spending.customers.sum()
        self._of_count = np.bincount(place, weights=self._weight)
        self._log_mean = np.log(spending.mean)

    def mean(self, parameters: Vector) -> tuple[float, Vector]:
        p, q, v = parameters
        log_gamma, digamma = self._special.gammaln, self._special.digamma
        x, weight, counts = self._all.x, self._weight, self._counts
        total = x * self._all.mean + v
        log_total = np.log(total)
        of_count = (
            log_gamma(p * counts + q) - log_gamma(p * counts) - log_gamma(q) + p * counts * np.log(counts)
        )
        found = (
            self._of_count @ of_count
            + q * np.log(v)
            + weight @ ((p * x - 1) * self._log_mean - (p * x + q) * log_total)
        )
        grown = digamma(p * counts + q)
        by_p = self._of_count @ (counts * (grown - digamma(p * counts) + np.log(counts))) + weight @ (
            x * (self._log_mean - log_total)
        )
        by_q = self._of_count @ (grown - digamma(q)) + np.log(v) - weight @ log_total
        by_v = q / v - weight @ ((p * x + q) / total)
        return float(found), np.array([by_p, by_q, by_v])
