"""Names of columns, compared whatever their letter case, spaces and punctuation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["has_word", "listed", "normal", "words"]

_MOST, _LONGEST = 30, 60
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def normal(name: str) -> str:
    """Return a name in lower case, without spaces and punctuation.

    Examples
    --------
    >>> normal("Order ID"), normal("order_id"), normal("Straße (1)")
    ('orderid', 'orderid', 'strasse1')
    """
    return re.sub(r"[\W_]+", "", name.casefold())


def words(name: str) -> list[str]:
    """Return the words of a name, in lower case: of order_date, Order Date and orderDate the same two."""
    return [word for word in re.split(r"[\W_]+", _CAMEL.sub(" ", name).casefold()) if word]


def has_word(name: str, pattern: str) -> bool:
    """Tell whether a word of the name matches a pattern wholly."""
    return bool(pattern) and any(re.fullmatch(pattern, word) for word in words(name))


def listed(names: Iterable[str]) -> str:
    """Return names for a message, shortened: a file that is no table can have thousands, of any length."""
    shown = [name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..." for name in names]
    more = f", and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
    return ", ".join(shown[:_MOST]) + more
