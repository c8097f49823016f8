"""Customers' purchase histories, equal ones counted: what the models of buying and leaving are fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.engine.errors import FitError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

__all__ = ["Histories", "Spending"]

# Fewer say nothing about how customers differ: four parameters ask for more than four people.
_FEWEST = 20


@dataclass(frozen=True)
class Histories:
    """Repeat purchases `x`, time from the first to the last `t_x`, time watched since the first `age`, and how many customers have these."""

    x: Vector
    t_x: Vector
    age: Vector
    customers: Vector

    @classmethod
    def of(cls, x: Vector, t_x: Vector, age: Vector, customers: Vector | None = None) -> Histories:
        """Return histories, equal ones as one row.

        Raises
        ------
        FitError
            If one is impossible: its last purchase lies after the time that was watched, or before the first.
        """
        weights = np.ones(len(x)) if customers is None else np.asarray(customers, dtype=float)
        table = np.column_stack([np.asarray(column, dtype=float) for column in (x, t_x, age)])
        if not np.isfinite(table).all() or (table < 0).any() or (table[:, 1] > table[:, 2]).any():
            raise FitError("a purchase history must have 0 <= t_x <= T, and no purchase may lie after as_of")
        if (table[:, 0] != np.floor(table[:, 0])).any():
            raise FitError("repeat purchases must be whole numbers")
        if customers is None:
            table, places = np.unique(table, axis=0, return_inverse=True)
            weights = np.bincount(places.ravel(), minlength=len(table)).astype(float)
        return cls(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy(), weights)

    @property
    def rows(self) -> int:
        """How many customers."""
        return int(self.customers.sum())

    def refuse_unfit(self) -> None:
        """Refuse what no model of buying and leaving can be fitted on.

        Raises
        ------
        FitError
            If there are too few customers, nobody bought again, or nobody could have.
        """
        if self.rows < _FEWEST:
            raise FitError(
                f"there are {self.rows} customers whose first purchase is on record; at least {_FEWEST} are needed to tell how "
                "they differ"
            )
        if not self.customers[self.age > 0].sum():
            raise FitError(
                "all customers bought for the first time on the last day, so nobody could have bought again yet"
            )
        again = int(self.customers[self.x > 0].sum())
        if not again:
            raise FitError(
                "all customers bought once only; how often customers come back can't be learnt from that"
            )
        if len(np.unique(self.x)) < 3 and again < 10:  # noqa: PLR2004
            raise FitError(
                f"only {again} of {self.rows} customers bought again, none of them at another rate; wait for more repeat purchases"
            )


@dataclass(frozen=True)
class Spending:
    """Repeat purchases `x` of customers who have any, the mean of what these came to, and how many customers have these."""

    x: Vector
    mean: Vector
    customers: Vector

    @classmethod
    def of(cls, x: Vector, mean: Vector, customers: Vector | None = None) -> Spending:
        """Return those who bought again and spent something."""
        x, mean = np.asarray(x, dtype=float), np.asarray(mean, dtype=float)
        weights = np.ones(len(x)) if customers is None else np.asarray(customers, dtype=float)
        kept = (x > 0) & (mean > 0) & np.isfinite(mean)
        return cls(x[kept], mean[kept], weights[kept])

    @property
    def rows(self) -> int:
        """How many customers."""
        return int(self.customers.sum())

    def refuse_unfit(self) -> None:
        """Refuse what no model of spending can be fitted on.

        Raises
        ------
        FitError
            If too few bought again, or all spend the same.
        """
        if self.rows < _FEWEST:
            raise FitError(
                f"there are {self.rows} customers with repeat purchases that came to more than nothing; at least {_FEWEST} are "
                "needed to tell how they differ in what they spend"
            )
        if np.ptp(self.mean) < 1e-9 * self.mean.mean():
            raise FitError(
                "all repeat purchases came to the same, so there is no difference in spending to learn"
            )
