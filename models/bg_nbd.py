"""BG/NBD (Fader, Hardie and Lee 2005): customers buy at a rate of their own, and may leave after each purchase.

Rates are Gamma(r, alpha), the probability of leaving after a purchase is Beta(a, b); who never bought again can't have left.
Time is in any unit; alpha has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from martlet.models.maximising import maximum, scipy_or_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.models.counted import Histories
    from martlet.models.estimate import Estimate

    Vector = NDArray[np.float64]

__all__ = ["MODEL", "fit", "log_likelihood"]

MODEL = "bg_nbd"


def fit(histories: Histories) -> Estimate:
    """Fit the four parameters; see `Histories.refuse_unfit` for what is refused."""
    histories.refuse_unfit()
    prepared = _Prepared(histories)
    scale = float(np.average(histories.age, weights=histories.customers)) or 1.0
    start = {"r": 1.0, "alpha": scale / 2, "a": 1.0, "b": 2.0}
    return maximum(MODEL, prepared.mean, start, rows=histories.rows, distinct=len(histories.x))


def log_likelihood(histories: Histories, r: float, alpha: float, a: float, b: float) -> tuple[float, Vector]:
    """Return the log likelihood of all customers, and its gradient by r, alpha, a and b."""
    found, gradient = _Prepared(histories).mean(np.array([r, alpha, a, b]))
    return found * histories.rows, gradient * histories.rows


class _Prepared:
    """The likelihood of given histories: special functions are asked once for each number of purchases, not for each row."""

    def __init__(self, histories: Histories) -> None:
        self._special = scipy_or_error("special")
        self._counts, self._place = np.unique(histories.x, return_inverse=True)
        self._all = histories
        self._weight = histories.customers / histories.customers.sum()
        self._again = histories.x > 0
        self._of_count = np.bincount(self._place, weights=self._weight)

    def mean(self, parameters: Vector) -> tuple[float, Vector]:
        r, alpha, a, b = parameters
        log_gamma, digamma = self._special.gammaln, self._special.digamma
        x, counts, weight = self._all.x, self._counts, self._weight
        alive_at, gone_at = alpha + self._all.age, alpha + self._all.t_x
        stay = -(r + x) * np.log(alive_at)
        last = np.maximum(x, 1)
        leave = np.where(self._again, np.log(a / (b + last - 1)) - (r + x) * np.log(gone_at), -np.inf)
        either = np.logaddexp(stay, leave)
        gone = np.exp(leave - either)
        alive = 1 - gone
        of_count = (
            log_gamma(r + counts)
            - log_gamma(r)
            + log_gamma(a + b)
            - log_gamma(a + b + counts)
            + log_gamma(b + counts)
            - log_gamma(b)
        )
        found = r * np.log(alpha) + self._of_count @ of_count + weight @ either
        by_r = (
            self._of_count @ (digamma(r + counts) - digamma(r))
            + np.log(alpha)
            - weight @ (alive * np.log(alive_at) + gone * np.log(gone_at))
        )
        by_alpha = r / alpha - weight @ ((r + x) * (alive / alive_at + gone / gone_at))
        both = digamma(a + b) - digamma(a + b + counts)
        by_a = self._of_count @ both + weight @ gone / a
        by_b = self._of_count @ (both + digamma(b + counts) - digamma(b)) - weight @ (gone / (b + last - 1))
        return float(found), np.array([by_r, by_alpha, by_a, by_b])
