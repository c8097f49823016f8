"""Seasons of categories and nouns: what is bought and looked at in which month, against the mean of the year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["MONTHS", "months", "season_frame", "season_of", "tastes"]

MONTHS: Final = 12


def months(at: Ints) -> Ints:
    """Return the months of seconds from 1970, 0 for January."""
    found: Ints = (at // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % MONTHS
    return found


def season_of(preset: Preset, name: str) -> Floats:
    """Return the factors of a season's twelve months, 1 on average; all are 1 without a name."""
    curves = {curve.name: curve.month for curve in preset.catalogue.seasons}
    factors = np.array(curves[name]) if name else np.ones(MONTHS)
    scaled: Floats = factors / factors.mean()
    return scaled


def tastes(preset: Preset, sharpness: float = 1.0) -> Floats:
    """Return the weight of each category (a column) for each persona and month (a row: persona times twelve, plus month)."""
    weights = np.array(
        [
            [persona.tastes.get(category.name, 0.0) for category in preset.categories]
            for persona in preset.people.personas
        ]
    )
    sharpened = np.where(weights > 0, weights, 0.0) ** sharpness
    by_month = np.array([season_of(preset, category.season) for category in preset.categories]).T
    table: Floats = (sharpened[:, None, :] * by_month[None, :, :]).reshape(-1, len(preset.categories))
    return table


def season_frame(preset: Preset) -> pl.DataFrame:
    """Return the rows of `truth.category_season`: of each category, then of those of its nouns that have a season."""
    rows = []
    for category in preset.categories:
        for noun, name in [
            (None, category.season),
            *((n.name, n.season) for n in category.nouns if n.season),
        ]:
            rows += [
                {"category": category.name, "noun": noun or "(all)", "month": month, "factor": factor}
                for month, factor in enumerate(season_of(preset, name).tolist(), 1)
            ]
    schema = {"category": pl.String, "noun": pl.String, "month": pl.Int32, "factor": pl.Float64}
    return pl.DataFrame(rows, schema=schema)
