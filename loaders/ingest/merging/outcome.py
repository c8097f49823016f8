"""What became of the rows of a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from martlet.loaders.ingest.cleaning.changes import Change

__all__ = ["MergeResult", "Outcome"]


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


@dataclass
class MergeResult:
    """What became of a file.

    Attributes
    ----------
    main
        Of the rows of the main entity, which are the rows of the file.
    others
        Of the records of other entities, by name.
    changes
        What was made consistent, imputed, flagged or left out.
    new, placeholders
        Rows of dimensions that the warehouse did not know, and those of them of whom only the identifier is known.
    first, last
        First and last moment that the main entity tells of; None if it tells of none.
    notes
        What a person should know besides what the main entity's outcome says.
    tables
        Facts that rows went into, and how often.
    """

    main: Outcome = field(default_factory=Outcome)
    others: dict[str, Outcome] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    new: dict[str, int] = field(default_factory=dict)
    placeholders: dict[str, int] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    notes: list[str] = field(default_factory=list)
    tables: Counter[str] = field(default_factory=Counter)

    def note_other(self, name: str, table: str, outcome: Outcome) -> None:
        """Note what became of the records of another entity, which went into `table`."""
        self.others.setdefault(name, outcome)
        self.tables[table] += 1
