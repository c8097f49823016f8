"""What every reader of a type does: `survey` batches of text, `decide` for the whole column, `read` batches to values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Read", "Reader", "spread"]


@dataclass(frozen=True)
class Read:
    """Values of one batch.

    Attributes
    ----------
    values
        Typed values, NULL where nothing was given or something is wrong.
    problems
        What is wrong with the text of a cell, in words, or NULL; None if nothing is wrong anywhere.
    changed
        Rules by which cells were changed, each with a mask of these cells.
    currencies
        The currency that each amount itself names, or NULL; None if none does.
    """

    values: pl.Series
    problems: pl.Series | None = None
    changed: tuple[tuple[str, pl.Series], ...] = ()
    currencies: pl.Series | None = None


class Reader(Protocol):
    """Reads one column, or several joined, as one type. Text is tidy: NULL where nothing was given."""

    @property
    def surveys(self) -> bool:
        """Whether anything is decided for the column as a whole."""

    def survey(self, text: pl.Series) -> None:
        """Take evidence from a batch for what is decided for the column as a whole."""

    def decide(self) -> list[str]:
        """Decide; return what a person should know."""

    def read(self, text: pl.Series) -> Read:
        """Read a batch."""


def spread(text: pl.Series, slow: pl.Series, fast: pl.Series | None, read: pl.DataFrame) -> Read:
    """Return the values of a batch of which the `slow` cells were read as different texts.

    Parameters
    ----------
    text, slow
        The batch, and which of its cells are among those texts.
    fast
        Values of the other cells; None if there are no others.
    read
        `text`, `value`, and where they exist `problem`, `rule`, `rule_2` (rules that changed it) and `currency`.
    """
    keep = [
        name for name in ("text", "value", "problem", "rule", "rule_2", "currency") if name in read.columns
    ]
    positions = pl.DataFrame({"text": text, "slow": slow, "position": pl.int_range(len(text), eager=True)})
    met = positions.filter("slow").join(read.select(keep), on="text", how="left", maintain_order="left")
    values = fast if fast is not None else pl.Series(values=[None] * len(text), dtype=read.schema["value"])
    values = values.cast(read.schema["value"]).scatter(met["position"], met["value"])
    problems = _placed(met, "problem", len(text))
    changed = tuple(
        (rule, mask)
        for column in ("rule", "rule_2")
        if column in keep
        for rule, mask in _rules(met, column, len(text))
    )
    return Read(values, problems, changed, _placed(met, "currency", len(text)))


def _placed(met: pl.DataFrame, column: str, height: int) -> pl.Series | None:
    if column not in met.columns:
        return None
    found = met.filter(pl.col(column).is_not_null())
    if found.is_empty():
        return None
    return pl.repeat(None, height, dtype=pl.String, eager=True).scatter(found["position"], found[column])


def _rules(met: pl.DataFrame, column: str, height: int) -> Iterator[tuple[str, pl.Series]]:
    good = met.filter(pl.col(column).is_not_null() & pl.col("value").is_not_null())
    for rule in good[column].unique().sort():
        positions = good.filter(pl.col(column) == rule)["position"]
        yield rule, pl.repeat(value=False, n=height, dtype=pl.Boolean, eager=True).scatter(positions, True)
