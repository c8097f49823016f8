"""Postal codes in the form of their country, by pattern: `#` is a digit, `%` one from 1, `@` a letter, the rest stands as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["codes_of"]

# Letters that neither the Royal Mail nor Canada Post leave out.
_SIGNS: Final = {"#": b"0123456789", "%": b"123456789", "@": b"ABEGHJLNPRSTWXYZ"}
_STEPS: Final = 2**52


def codes_of(patterns: tuple[tuple[str, ...], ...], place: Ints, uniform: Floats) -> pl.Series:
    """Return a code for each number, of one of the patterns of its place."""
    flat = [pattern for each in patterns for pattern in each]
    counts = np.array([len(each) for each in patterns])
    scaled = uniform * counts[place]
    which = np.minimum(scaled.astype(np.int64), counts[place] - 1)
    rest = ((scaled - which) * _STEPS).astype(np.int64)
    pattern_of = (np.cumsum(counts) - counts)[place] + which
    width = max(map(len, flat))
    text = np.zeros((place.size, width), dtype=np.uint8)
    for number, pattern in enumerate(flat):
        rows = np.flatnonzero(pattern_of == number)
        left = rest[rows]
        for column, sign in enumerate(pattern):
            choices = np.frombuffer(_SIGNS.get(sign, sign.encode()), dtype=np.uint8)
            text[rows, column] = choices[left % choices.size]
            left = left // choices.size
    return pl.Series(text.view(f"S{width}").ravel().astype(f"U{width}"))
