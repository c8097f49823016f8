"""Sums by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.models.incremental.observed import Floats

__all__ = ["totals"]


def totals(places: NDArray[np.integer[Any]], values: Floats, size: int) -> Floats:
    """Return the sum of the values at each place from 0."""
    return np.asarray(np.bincount(places, weights=values, minlength=size), dtype=np.float64)
