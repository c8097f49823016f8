"""The report of an extract, as data and as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.engine.summed import Summed

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ExtractReport"]


@dataclass(frozen=True, kw_only=True, repr=False)
class ExtractReport(Summed):
    """What an extract wrote.

    Attributes
    ----------
    folder
        The folder, absolute.
    messy, seed
        Level of the mess, and the seed of its draws.
    rows
        Rows of data by file, duplicates included.
    defects
        Number of defects by kind, the commonest first.
    size
        Bytes of all files.
    seconds
        How long it took.
    """

    folder: Path
    messy: str
    seed: int
    rows: dict[str, int]
    defects: dict[str, int]
    size: int
    seconds: float

    def summary(self) -> str:
        """Return the report as lines of plain text, for a person."""
        width = max(len(name) for name in self.rows)
        lines = [f"{name:<{width}}  {count:>12,} rows" for name, count in self.rows.items()]
        total = sum(self.defects.values())
        if total:
            lines.append(f"{total:,} defects, all of them in _truth/defects.parquet:")
            lines.extend(f"  {kind:<20} {count:>12,}" for kind, count in self.defects.items())
        else:
            lines.append("nothing was spoilt")
        lines.append(f"{self.folder}: {sum(self.rows.values()):,} rows in {self.seconds:.1f} s")
        return "\n".join(lines)
