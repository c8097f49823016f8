"""k-means on points in memory: draws that belong to a point rather than to its row, Lloyd's steps, and the best of several starts.

The coordinates are to be on a binary grid, so that their sums are exact: then the order of rows changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Labels: TypeAlias = NDArray[np.int64]
    Keys: TypeAlias = NDArray[np.uint64]

__all__ = ["STEPS", "STILL", "Partition", "best_of", "distances", "drawn", "first_middles", "lloyd"]

STEPS: Final = 100
# Below it, a middle has not moved.
STILL: Final = 1e-12
# Draws are fractions of so many steps, which a double holds.
_FRACTION: Final = 53


@dataclass(frozen=True)
class Partition:
    """Points in clusters: the middle of each, which point is in which, and the sum of squared distances.

    `converged` tells whether the last step moved nothing.
    """

    middles: Floats
    labels: Labels
    inertia: float
    steps: int
    converged: bool


def drawn(keys: Keys, *address: int) -> Floats:
    """Return a random number above 0 and below 1 for each key, the same whenever it is drawn for the same address."""
    state = keys.copy()
    for part in (*address, 0):
        # SplitMix64 (Steele, Lea and Flood 2014), once for each part of the address; overflow is meant.
        state = state + np.uint64((0x9E3779B97F4A7C15 * (part + 1)) % 2**64)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    fraction: Floats = ((state >> np.uint64(64 - _FRACTION)).astype(np.float64) + 0.5) / 2.0**_FRACTION
    return fraction


def distances(points: Floats, middles: Floats) -> Floats:
    """Return the squared distance of each point from each middle."""
    return np.column_stack([((points - middle) ** 2).sum(axis=1) for middle in middles])


def first_middles(points: Floats, keys: Keys, k: int, seed: int, start: int) -> Floats:
    """Return k points drawn as k-means++ does (Arthur and Vassilvitskii 2007): each with a chance that grows with its squared distance.

    The draw is a race: a point's own random time over its weight, the least wins. So another point changes the draw only if it wins.
    """
    weights = np.ones(len(points))
    chosen: list[int] = []
    for place in range(k):
        times = np.full(len(points), np.inf)
        far = weights > 0
        times[far] = -np.log(drawn(keys[far], seed, start, place)) / weights[far]
        chosen.append(int(times.argmin()))
        own = ((points - points[chosen[-1]]) ** 2).sum(axis=1)
        weights = own if place == 0 else np.minimum(weights, own)
    return points[chosen]


def lloyd(points: Floats, middles: Floats, steps: int = STEPS) -> Partition:
    """Move each middle to the mean of the points nearest to it until nothing moves; who has none goes to the farthest point."""
    k = len(middles)
    step, converged = 0, False
    while True:
        squared = distances(points, middles)
        labels = squared.argmin(axis=1)
        nearest = squared[np.arange(len(points)), labels]
        if converged or step == steps:
            return Partition(middles, labels, float(nearest.sum()), step, converged)
        members = (labels[:, None] == np.arange(k)).astype(np.float64)
        sizes = members.sum(axis=0)
        moved = (members.T @ points) / np.maximum(sizes, 1)[:, None]
        for empty in np.flatnonzero(sizes == 0):
            far = int(nearest.argmax())
            moved[empty], nearest[far] = points[far], 0
        step += 1
        converged = bool(np.abs(moved - middles).max() <= STILL)
        middles = moved


def best_of(points: Floats, keys: Keys, k: int, seed: int, starts: int) -> Partition:
    """Return the partition with the least inertia of several starts, of equals the first."""
    found = (lloyd(points, first_middles(points, keys, k, seed, start)) for start in range(starts))
    return min(found, key=lambda partition: float(f"{partition.inertia:.9g}"))
