"""What rows of an entity bring about beside themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.outcome import MergeResult, Outcome
    from martlet.loaders.ingest.merging.rows import KeyedRows
    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["FileLoad", "Hook"]


@dataclass(frozen=True)
class FileLoad:
    """The load of one file: where to, its number, its day, what has become of it so far, whether it tells of parts of orders, and of orders as wholes, and is the only one of its command, and what its file is called."""

    connection: duckdb.DuckDBPyConnection
    load_id: int
    as_of: datetime
    result: MergeResult
    is_part: bool = False
    has_headers: bool = False
    is_alone: bool = True
    source: str = ""


@dataclass
class Hook:
    """What is done around the merge of a file's rows of one fact; this one does nothing."""

    load: FileLoad
    staged: Staged

    def before(self) -> None:
        """Do what must be done before the rows go into their table."""

    def after(self, outcome: Outcome, keyed: KeyedRows) -> None:
        """Do what follows from the rows that were kept; may add to their outcome."""
