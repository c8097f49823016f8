"""What a load is asked for besides its files, and what cleaning made of a file."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.ingest.cleaning.changes import OTHER_CURRENCY
from martlet.loaders.privacy.veil import Veil

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from martlet.loaders.ingest.cleaning import Change
    from martlet.loaders.ingest.cleaning.currencies import Rates
    from martlet.loaders.ingest.cleaning.own_sums import OwnSum
    from martlet.loaders.ingest.merging.staging import Staging
    from martlet.loaders.ingest.reading.limits import Limits
    from martlet.loaders.ingest.types import DateOrder

__all__ = ["CleanedFile", "Options"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked of a load, besides its files; see `martlet.ingest`."""

    as_of: date | None = None
    columns: Mapping[str, str | int] = field(default_factory=dict)
    date_order: DateOrder | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    impute: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None
    veil: Veil = field(default_factory=lambda: Veil(None))
    retry: bool = False
    dry_run: bool = False
    rates: Rates | None = None
    limits: Limits | None = None

    def settings(self) -> str:
        """Return what decides how a file is understood, as JSON text: the same content read otherwise is another load."""
        said = {
            "columns": dict(self.columns),
            "date_order": self.date_order,
            "impute": dict(self.impute),
            "statuses": dict(self.statuses),
            "rates": self.rates.digest if self.rates else None,
            "pseudonymised": bool(self.veil),
            "limits": self.limits.changed() if self.limits else None,
        }
        return json.dumps({name: value for name, value in said.items() if value}, sort_keys=True)


@dataclass
class CleanedFile:
    """What cleaning made of a file; `loud` are the notes that a person should see first."""

    staging: Staging
    notes: list[str]
    loud: list[str] = field(default_factory=list)
    unknown_statuses: dict[str, int] = field(default_factory=dict)
    read: int = 0
    changes: list[Change] = field(default_factory=list)
    own_sums: tuple[OwnSum, ...] = ()
    _rejected: int = 0
    _foreign: Counter[str] = field(default_factory=Counter)
    _understood: int = 0

    def add(self, rows: int, rejected: pl.DataFrame) -> None:
        """Count a batch."""
        self.read += rows
        self._rejected += rejected.height
        foreign = rejected.filter(pl.col("reason") == OTHER_CURRENCY)["detail"].str.extract(r"^([^,]+)", 1)
        self._foreign.update(foreign.drop_nulls().to_list())
        # A refund, or a birth in the future, was read: the file is of the right kind.
        self._understood += int(rejected["reason"].str.contains(r"^(negative|impossible)").sum())

    @property
    def foreign(self) -> tuple[str, ...]:
        """Currencies of the rows that were set aside for them, the commonest first."""
        return tuple(code for code, _ in self._foreign.most_common())

    @property
    def is_hopeless(self) -> bool:
        """Whether no row could be read at all."""
        return self.read > 0 and self._rejected == self.read and not self._understood
