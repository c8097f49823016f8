"""Which columns of an answer are shares of a whole, which people read as percent: rates, probabilities, relative changes.

Nothing in SQL says so of a column; its name and its values do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["shares_of"]

_WORDS: Final = frozenset({"rate", "share", "probability", "chance", "alive", "availability", "hazard"})
_CHANGE: Final = "change"
# What is made of shares need not be one.
_NO_SHARE: Final = frozenset({"correlation", "index", "ratio"})
# A share is at most 1, a change may be more; what is called a rate and is greater counts something else.
_MOST: Final = 1.5
_END: Final = re.compile(r"(?:(?P<stem>.+)_)?(?:low|high)")


def shares_of(table: pa.Table) -> frozenset[str]:
    """Return the names of the columns that are shares, as fractions.

    They are numbers with a fraction, none beyond 1.5, of which a word of the name says so (`open_rate`, `share_of_spend`, or the last: `revenue_change`).
    The ends of an interval (`rate_low`, `high`) are what the column is about which they lie.
    """
    import pyarrow.types as kinds  # noqa: PLC0415 - heavy, and there when there is a table

    floats = [field.name for field in table.schema if kinds.is_floating(field.type)]
    ends = {name: found for name in floats if (found := _END.fullmatch(name))}
    middles = [name for name in table.column_names if not _END.fullmatch(name)]
    shares = {name for name in floats if name not in ends and _says_so(name) and _fits(table, name)}
    order = list(table.column_names)
    for name, found in ends.items():
        about = _middle_of(found["stem"], [one for one in middles if order.index(one) < order.index(name)])
        if about in shares:
            shares.add(name)
    return frozenset(shares)


def _says_so(name: str) -> bool:
    words = name.split("_")
    return words[-1] == _CHANGE or (not _WORDS.isdisjoint(words) and words[-1] not in _NO_SHARE)


def _fits(table: pa.Table, name: str) -> bool:
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and there when there is a table

    found = pc.min_max(table.column(name)).as_py()
    return found["min"] is None or bool(found["min"] >= -_MOST and found["max"] <= _MOST)


def _middle_of(stem: str | None, before: list[str]) -> str | None:
    """Return the column about which an interval lies: the last before it that has the words of its name, or else the last."""
    if stem is not None:
        named = [name for name in before if f"_{stem}_" in f"_{name}_"]
        if named:
            return named[-1]
    return before[-1] if before else None
