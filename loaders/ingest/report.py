"""What an ingest understood and did, as data and as words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

__all__ = ["IngestReport"]


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What an ingest understood and did; `rows_read == rows_loaded + rows_merged + rows_quarantined`.

    Attributes
    ----------
    load_id
        Number of the load, as in `meta.load`; of the earlier load if `already_loaded`.
    source, format
        Name of the file, and what was recognised of its format, in words.
    columns
        The column of each role found: customer, date, amount, order_id, email, first_name, last_name, quantity, currency.
    ignored
        Columns that were not used.
    rows_read, rows_loaded, rows_merged, rows_quarantined
        Rows of data, and what became of them.
    rows_replaced
        Those of `rows_loaded` that corrected an order of an earlier file.
    reasons
        Rows in quarantine by reason, the commonest first.
    notes
        What was decided without certainty or deserves a look, in words.
    customers_new
        Customers that the warehouse did not know.
    first_order_on, last_order_on
        First and last day of the orders read, in UTC; None if there were none.
    seconds
        How long it took.
    already_loaded
        The same content was loaded before, so nothing was changed; then all rows count as merged.
    """

    load_id: int
    source: str
    format: str
    columns: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    rows_read: int = 0
    rows_loaded: int = 0
    rows_replaced: int = 0
    rows_merged: int = 0
    rows_quarantined: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    customers_new: int = 0
    first_order_on: date | None = None
    last_order_on: date | None = None
    seconds: float = 0.0
    already_loaded: bool = False

    def summary(self) -> str:
        """Return the report as lines of plain text, for a person.

        Examples
        --------
        >>> print(IngestReport(load_id=3, source="a.csv", format="Parquet", rows_read=2, already_loaded=True).summary())
        a.csv: the same content is in the warehouse already, as load 3; nothing was changed
        """
        if self.already_loaded:
            return f"{self.source}: the same content is in the warehouse already, as load {self.load_id}; nothing was changed"
        chosen = ", ".join(
            f"{role} = {'column ' * name.isdecimal()}{name}" for role, name in self.columns.items()
        )
        lines = [f"{self.source}: {self.format}", f"columns: {chosen}"]
        if self.ignored:
            lines.append(f"not used: {', '.join(self.ignored)}")
        lines.extend(f"note: {note}" for note in self.notes)
        lines.append(
            f"rows read {self.rows_read:,} = loaded {self.rows_loaded:,} + merged {self.rows_merged:,} "
            f"+ quarantined {self.rows_quarantined:,}"
        )
        if self.rows_replaced:
            lines.append(f"  of those loaded, {self.rows_replaced:,} replaced an order of an earlier file")
        lines.extend(f"  quarantined {count:,}: {reason}" for reason, count in self.reasons.items())
        span = f", ordered {self.first_order_on} to {self.last_order_on}" if self.first_order_on else ""
        lines.append(f"new customers {self.customers_new:,}{span}; load {self.load_id}, {self.seconds:.1f} s")
        return "\n".join(lines)
