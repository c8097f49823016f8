"""Random numbers that are addressed, not consumed (DECISIONS, D-009): each is a pure function of (seed, name, entity).

A generator that is consumed in order gives an entity another number as soon as something before it changes: a block
size, a horizon, a channel switched off. Here the number *is* the entity's: a keyed SplitMix64 finaliser (Stafford's
mix 13) of the entity's id, as random as a counter-based generator such as Philox, and as fast in numpy.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Streams"]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_TO_UNIT: Final = 2.0**-53
# Work stays in the cache of one core; larger pieces are four times slower.
_CHUNK: Final = 1 << 15


class Streams:
    """Uniform numbers by name and id, for one seed.

    Parameters
    ----------
    seed
        Any integer. Two seeds share no number.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def _key(self, name: str) -> np.uint64:
        digest = blake2b(f"{self._seed}/{name}".encode(), digest_size=8).digest()
        return np.uint64(int.from_bytes(digest, "little"))

    def uniform(self, name: str, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return one number in [0, 1) for each id, in the shape of `ids`; the same name and id give the same number."""
        flat = np.ascontiguousarray(ids, dtype=np.int64).reshape(-1).view(np.uint64)
        key = self._key(name)
        out = np.empty(flat.size)
        size = min(flat.size, _CHUNK)
        bits_buffer, shift_buffer = np.empty(size, np.uint64), np.empty(size, np.uint64)
        for low in range(0, flat.size, _CHUNK):
            high = min(low + _CHUNK, flat.size)
            bits, shifted = bits_buffer[: high - low], shift_buffer[: high - low]
            np.multiply(flat[low:high], _GOLDEN, out=bits)
            bits += key
            np.right_shift(bits, 30, out=shifted)
            bits ^= shifted
            bits *= _MIX_1
            np.right_shift(bits, 27, out=shifted)
            bits ^= shifted
            bits *= _MIX_2
            np.right_shift(bits, 31, out=shifted)
            bits ^= shifted
            bits >>= np.uint64(11)
            np.multiply(bits, _TO_UNIT, out=out[low:high])
        return out.reshape(ids.shape)

    def one(self, name: str, number: int) -> float:
        """Return the number of a single id."""
        return float(self.uniform(name, np.array([number], dtype=np.int64))[0])
