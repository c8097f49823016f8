"""What a fit tells in rows: the sentences of a card, and the figures of its models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["card_rows", "figure_rows"]


def card_rows(parts: Mapping[str, Iterable[str]]) -> pl.DataFrame:
    """Return the rows of model.card, without the model's name, out of the sentences below each heading."""
    rows = [(section, sentence) for section, sentences in parts.items() for sentence in sentences]
    return pl.DataFrame(rows, schema=["section", "sentence"], orient="row").with_row_index("place", offset=1)


def figure_rows(name: str, models: Iterable[tuple[str, Mapping[str, Mapping[str, float]]]]) -> pl.DataFrame:
    """Return the rows of model.metric of a fit, out of its models, each by its kind with figures by set of rows."""
    return pl.DataFrame(
        [
            {"model": f"{name}.{kind}", "subset": subset, "metric": metric, "value": value}
            for kind, figures in models
            for subset, named in figures.items()
            for metric, value in named.items()
        ]
    )
