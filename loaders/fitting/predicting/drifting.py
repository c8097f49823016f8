"""How far features and scores have moved since training, by the population stability index over bins of the training rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from martlet.models.predicting.measuring import psi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from martlet.models.predicting.design import Values

    Vector = NDArray[np.float64]

__all__ = ["ANOTHER", "SCORE", "drift", "reference"]

SCORE: Final = "(score)"
ANOTHER: Final = "another"
_TENTHS: Final = np.linspace(0.1, 0.9, 9)
_MOST_WORDS: Final = 12
# From these on an index says: look at it, and: another population. By Siddiqi (2006), as banks use it.
_MOVED: Final = 0.1
_FAR: Final = 0.25


def reference(features: Mapping[str, Values]) -> pl.DataFrame:
    """Return the rows of model.reference of these features: shares by tenths of numbers, or by word."""
    rows: list[dict[str, Any]] = []
    for feature, values in features.items():
        bins = _bins_of_numbers(values) if isinstance(values, np.ndarray) else _bins_of_words(values)
        shares = _shares(values, bins)
        rows += [
            {"feature": feature, **one, "share": float(share)}
            for one, share in zip(bins, shares, strict=True)
        ]
    return pl.DataFrame(
        rows, infer_schema_length=None, schema_overrides={"upper": pl.Float64, "level": pl.String}
    )


def drift(kept: pl.DataFrame, features: Mapping[str, Values]) -> pl.DataFrame:
    """Return feature, psi and band of features of today against the rows of model.reference, the most moved first."""
    rows = []
    for (feature,), bins in kept.sort("feature", "bin").group_by("feature", maintain_order=True):
        moved = psi(bins["share"].to_numpy(), _shares(features[str(feature)], bins.to_dicts()))
        rows.append({"feature": feature, "psi": moved, "band": _band(moved)})
    return pl.DataFrame(rows).sort(["psi", "feature"], descending=[True, False])


def _band(moved: float) -> str:
    return "stable" if moved < _MOVED else "moved" if moved < _FAR else ANOTHER


def _bins_of_numbers(values: Vector) -> list[dict[str, Any]]:
    known = values[~np.isnan(values)]
    ends: list[float | None] = sorted(set(np.quantile(known, _TENTHS).tolist())) if len(known) else []
    # The last bin has no end.
    ends = [end for end in ends if end is not None and end < known.max()] + [None]
    return [
        {"bin": 0, "upper": None, "level": None},
        *({"bin": place, "upper": end, "level": None} for place, end in enumerate(ends, 1)),
    ]


def _bins_of_words(values: Sequence[str | None]) -> list[dict[str, Any]]:
    counts = Counter(value for value in values if value is not None)
    usual = [word for _, word in sorted((-count, word) for word, count in counts.items())[:_MOST_WORDS]]
    return [
        {"bin": 0, "upper": None, "level": None},
        *({"bin": place, "upper": None, "level": word} for place, word in enumerate(usual, 1)),
    ]


def _shares(values: Values, bins: Sequence[Mapping[str, Any]]) -> Vector:
    if isinstance(values, np.ndarray):
        ends = np.array([one["upper"] for one in bins[1:-1]], dtype=np.float64)
        places = np.where(np.isnan(values), 0, np.searchsorted(ends, values, side="left") + 1)
    else:
        numbers = {one["level"]: one["bin"] for one in bins[1:]}
        places = np.array([numbers.get(value, 0) for value in values])
    shares: Vector = np.bincount(places.astype(int), minlength=len(bins)) / max(len(places), 1)
    return shares
