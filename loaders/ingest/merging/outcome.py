"""What became of the rows of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Change", "Outcome"]


@dataclass(frozen=True)
class Change:
    """How many values of a column a rule changed, and some of them before and after."""

    rule: str
    column: str
    count: int
    examples: tuple[tuple[str, str], ...] = ()


@dataclass
class Outcome:
    """What became of the rows of one entity of one file.

    Attributes
    ----------
    loaded, replaced
        Rows of the file that are new in the star or changed it, and those of them that replaced what was there.
    merged
        Rows that say what the star or an earlier row says already.
    refused
        `row`, `field`, `reason`, `detail` of rows that contradict what is there.
    changes
        What was changed on the way.
    notes
        What a person should know.
    """

    loaded: int = 0
    replaced: int = 0
    merged: int = 0
    refused: pl.DataFrame | None = None
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
