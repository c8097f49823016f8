"""Regions: the markets in which media are planned and weather is told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Regions"]


@dataclass(frozen=True)
class Regions:
    """Country and name of each region, the region of each place of the preset, and the share of people by region."""

    names: tuple[tuple[str, str], ...]
    of_place: Ints
    weight: Floats

    @classmethod
    def of(cls, preset: Preset) -> Regions:
        """Return the regions of a preset's places, in their order."""
        named = [(place.country, place.region) for place in preset.people.places]
        names = tuple(dict.fromkeys(named))
        of_place = np.array([names.index(name) for name in named], dtype=np.int64)
        people = np.array([place.weight for place in preset.people.places])
        weight = np.bincount(of_place, people / people.sum(), len(names)).astype(np.float64)
        return cls(names, of_place, weight)
