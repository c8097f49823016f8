"""What an ingest understood and did, as data and as words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from martlet.engine.summed import Summed
from martlet.loaders.ingest.statuses import SAYABLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from martlet.loaders.ingest.cleaning import Change
    from martlet.loaders.ingest.totals import Totals

__all__ = ["FileReport", "IngestReport"]

_EXAMPLES = 2
_LONGEST = 40
_MOST_REASONS = 12


@dataclass(frozen=True, kw_only=True, repr=False)
class FileReport(Summed):
    """What became of one file; `rows_read == rows_loaded + rows_merged + rows_quarantined`.

    Attributes
    ----------
    load_id
        Number of the load, as in `meta.load`; of the earlier load if `already_loaded`.
    source, format
        Name of the file, and what was recognised of its format, in words.
    columns
        By key of the profile, the file's column.
    ignored
        Columns that were not used.
    rows_read, rows_loaded, rows_merged, rows_quarantined
        Rows of data, and what became of them.
    rows_replaced
        Those of `rows_loaded` that corrected what an earlier file said.
    reasons
        Rows in quarantine by reason, the commonest first.
    unknown_statuses
        Words for the status of an order that nobody explains, with their rows, the commonest first: such orders are no sales.
    notes
        What was decided without certainty or deserves a look, in words.
    changes
        What was changed in rows that were taken, by rule and column, with examples of before and after.
    others
        Rows that were loaded and merged of what the file tells besides, by entity.
    new, placeholders
        Customers, products, campaigns and visitors that the warehouse did not know, and how many placeholders more (or
        less) there are: members that only other data name, and no list of them has described yet.
    first_on, last_on
        First and last day that the rows tell of, in `timezone`; None if they tell of none.
    timezone
        Zone of the warehouse, whose clocks all moments and days follow.
    totals
        What the rows come to in the warehouse, by kind of row, beside what the file itself says.
    currency
        The company's currency, which is that of the totals; None if no file has told it.
    seconds
        How long the file took.
    already_loaded
        The same content was loaded before, so nothing was changed.
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
    unknown_statuses: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    others: dict[str, tuple[int, int]] = field(default_factory=dict)
    new: dict[str, int] = field(default_factory=dict)
    placeholders: dict[str, int] = field(default_factory=dict)
    first_on: date | None = None
    last_on: date | None = None
    timezone: str = "UTC"
    totals: tuple[Totals, ...] = ()
    currency: str | None = None
    seconds: float = 0.0
    already_loaded: bool = False

    @property
    def differences(self) -> tuple[str, ...]:
        """Where the warehouse has less or more than the file says of itself, in words."""
        return tuple(f"{self.source}: {text}" for totals in self.totals for text in totals.differences())

    def summary(self) -> str:
        """Return the report as lines of plain text, for a person.

        Examples
        --------
        >>> print(FileReport(load_id=3, source="a.csv", format="Parquet", already_loaded=True).summary())
        a.csv: the same content is in the warehouse already, as load 3; nothing was changed
        """
        if self.already_loaded:
            return f"{self.source}: the same content is in the warehouse already, as load {self.load_id}; nothing was changed"
        chosen = ", ".join(
            f"{key} = {'column ' * name.isdecimal()}{name}" for key, name in self.columns.items()
        )
        lines = [f"{self.source}: {self.format}", f"columns: {chosen}"]
        if self.unknown_statuses:
            lines.insert(0, _unexplained(self.source, self.unknown_statuses))
        if self.ignored:
            lines.append(f"not used: {', '.join(self.ignored)}")
        lines.extend(f"note: {note}" for note in self.notes)
        lines.append(
            f"rows read {self.rows_read:,} = loaded {self.rows_loaded:,} + merged {self.rows_merged:,} "
            f"+ quarantined {self.rows_quarantined:,}"
        )
        if self.rows_replaced:
            lines.append(f"  of those loaded, {self.rows_replaced:,} replaced what an earlier file said")
        reasons = list(self.reasons.items())
        lines.extend(f"  quarantined {count:,}: {reason}" for reason, count in reasons[:_MOST_REASONS])
        if len(reasons) > _MOST_REASONS:
            lines.append(f"  and {len(reasons) - _MOST_REASONS} further reasons; see martlet quarantine")
        lines.extend(_change(change) for change in self.changes)
        lines.extend(
            f"besides: {name.replace('_', ' ')}, loaded {loaded:,}, merged {merged:,}"
            for name, (loaded, merged) in self.others.items()
        )
        members = [
            f"new {name} {count:,}"
            + (
                f" ({self.placeholders[name]:,} not described yet)"
                if self.placeholders.get(name, 0) > 0
                else ""
            )
            for name, count in self.new.items()
        ]
        completed = [
            f"{-count:,} {name} described that were placeholders"
            for name, count in self.placeholders.items()
            if count < 0
        ]
        span = [f"days {self.first_on} to {self.last_on} ({self.timezone})"] if self.first_on else []
        lines.append("; ".join([*members, *completed, *span, f"load {self.load_id}, {self.seconds:.1f} s"]))
        lines.extend(line for totals in self.totals for line in totals.lines(self.currency))
        return "\n".join(lines)


@dataclass(frozen=True, kw_only=True, repr=False)
class IngestReport(Summed):
    """What an ingest understood and did, file by file.

    Attributes
    ----------
    files
        What became of each file, in the order in which they were loaded.
    warnings
        Where totals differ from the files' own, and what checks of severity `warn` found, in words.
    is_dry_run
        Everything was done but publishing: the warehouse is as it was before.
    seconds
        How long it took.
    """

    files: tuple[FileReport, ...]
    warnings: tuple[str, ...] = ()
    is_dry_run: bool = False
    seconds: float = 0.0

    @property
    def load_id(self) -> int:
        """Number of the last load."""
        return self.files[-1].load_id

    @property
    def rows_read(self) -> int:
        """Rows of data of all files."""
        return sum(file.rows_read for file in self.files)

    @property
    def rows_loaded(self) -> int:
        """Rows that are new in the star or changed it."""
        return sum(file.rows_loaded for file in self.files)

    @property
    def rows_replaced(self) -> int:
        """Those of them that corrected what was there."""
        return sum(file.rows_replaced for file in self.files)

    @property
    def rows_merged(self) -> int:
        """Rows that say what was there already."""
        return sum(file.rows_merged for file in self.files)

    @property
    def rows_quarantined(self) -> int:
        """Rows set aside."""
        return sum(file.rows_quarantined for file in self.files)

    @property
    def reasons(self) -> dict[str, int]:
        """Rows set aside by reason, the commonest first."""
        together: Counter[str] = Counter()
        for file in self.files:
            together.update(file.reasons)
        return dict(together.most_common())

    @property
    def unknown_statuses(self) -> dict[str, int]:
        """Words for the status of an order that nobody explains, with their rows, the commonest first."""
        together: Counter[str] = Counter()
        for file in self.files:
            together.update(file.unknown_statuses)
        return dict(together.most_common())

    @property
    def new(self) -> dict[str, int]:
        """Members that the warehouse did not know, by dimension."""
        together: Counter[str] = Counter()
        for file in self.files:
            together.update(file.new)
        return dict(together)

    @property
    def already_loaded(self) -> bool:
        """Whether the warehouse had all contents already, so that nothing was changed."""
        return all(file.already_loaded for file in self.files)

    def totals(self) -> str:
        """Return the totals of each file as lines of plain text, with what differs from the file's own."""
        lines = []
        for file in self.files:
            lines += [file.source, *(line for totals in file.totals for line in totals.lines(file.currency))]
            lines += [f"warning: {text}" for text in file.differences]
        return "\n".join(lines)

    def summary(self) -> str:
        """Return the report as lines of plain text, for a person."""
        parts = [file.summary() for file in self.files]
        if len(self.files) > 1:
            parts.append(
                f"{len(self.files)} files: rows read {self.rows_read:,} = loaded {self.rows_loaded:,} "
                f"+ merged {self.rows_merged:,} + quarantined {self.rows_quarantined:,}, {self.seconds:.1f} s"
            )
        parts.extend(f"warning: {warning}" for warning in self.warnings)
        if self.is_dry_run:
            parts.append("dry run: nothing was written")
        return "\n\n".join(parts[: len(self.files)]) + "".join(
            f"\n{line}" for line in parts[len(self.files) :]
        )


def _unexplained(source: str, words: dict[str, int]) -> str:
    """Return what to do about words that nobody explains."""
    shown = ", ".join(f"{word!r} {count:,}" for word, count in list(words.items())[:_MOST_REASONS])
    if len(words) > _MOST_REASONS:
        shown += f" and {len(words) - _MOST_REASONS:,} further words"
    return (
        f"{source}: rows with a status that nobody explains: {sum(words.values()):,}; their orders are unknown and count as no revenue: "
        f'{shown}. Say what it means: --status "{next(iter(words))}=completed" (or {", ".join(status for status in SAYABLE if status != "completed")})'
    )


def _change(change: Change) -> str:
    shown = ", ".join(f"{_short(before)} -> {_short(after)}" for before, after in _head(change.examples))
    return f"  {change.rule.replace('_', ' ')} ({change.column}): {change.count:,}" + (
        f", such as {shown}" if shown else ""
    )


def _head(examples: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    return examples[:_EXAMPLES]


def _short(text: str) -> str:
    if not text:
        return "(empty)"
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")
