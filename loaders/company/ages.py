"""How old people are when they sign up: a smooth curve that keeps the weight of each age band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company._sections import Age

    Floats = NDArray[np.float64]

__all__ = ["years_of"]

_STEPS: Final = 20
# Density at the youngest age, against that of the first band: accounts begin with the first own money.
_AT_LOWEST: Final = 0.5


def years_of(bands: Sequence[Age], uniform: Floats) -> Floats:
    """Return an age for each number.

    The cumulative curve is the monotone cubic through the edges of the bands (Fritsch and Butland, 1984), so that the density
    has no steps; it ends at 0.
    """
    edges = np.array([bands[0].low, *(band.high for band in bands)], dtype=np.float64)
    weights = np.array([band.weight for band in bands])
    width = np.diff(edges)
    slope = weights / weights.sum() / width
    inner = np.zeros(slope.size - 1)
    both = (slope[1:] > 0) & (slope[:-1] > 0)
    one, other = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
    inner[both] = (one + other)[both] / (one[both] / slope[:-1][both] + other[both] / slope[1:][both])
    density = np.concatenate(([_AT_LOWEST * slope[0]], inner, [0.0]))
    low = np.concatenate(([0.0], np.cumsum(slope * width)))
    t = np.arange(_STEPS) / _STEPS
    curve = low[:-1, None] * (2 * t**3 - 3 * t**2 + 1) + low[1:, None] * (3 * t**2 - 2 * t**3)
    curve += width[:, None] * (density[:-1, None] * (t**3 - 2 * t**2 + t) + density[1:, None] * (t**3 - t**2))
    ages = edges[:-1, None] + width[:, None] * t
    years: Floats = np.interp(uniform, np.append(curve.ravel(), 1.0), np.append(ages.ravel(), edges[-1]))
    return years
