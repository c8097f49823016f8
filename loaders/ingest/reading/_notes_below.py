"""Lines below a table that are no rows of it: a copyright, a remark on the report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.reading._kinds import kind

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_note"]

_NOTE: Final = re.compile(
    r"\W*(?:©|\(c\)|copyright|all rights|notes?\b|remarks?\b|source\s*:|legend|disclaimer|\* |generated|created (?:by|on|at|with)\b|"
    r"exported|downloaded|report(?:ed)?\b|rows?\s*:|page \d|end of|data (?:as of|from)|last updated|printed|time ?zone|currency\s*:|"
    r"hinweis|quelle|stand\s*:|erstellt|remarque|source :|nota\b|fuente|généré|généré le|généré par|export)",
    re.IGNORECASE,
)
_FEWEST_COLUMNS, _FEWEST_WORDS = 3, 4


def is_note(row: Sequence[str]) -> bool:
    """Tell whether the last row of a file, of three columns or more, is a remark: text in its first cell alone.

    A row of data that was cut off has one cell as well, so a remark must begin like one or have several words.
    """
    if len(row) < _FEWEST_COLUMNS or any(row[1:]) or kind(row[0]) != "text":
        return False
    return bool(_NOTE.match(row[0])) or len(row[0].split()) >= _FEWEST_WORDS
