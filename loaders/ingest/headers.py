"""Names of columns, compared whatever their letter case, spaces and punctuation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from martlet.loaders.ingest.types import Unit

__all__ = ["has_word", "listed", "normal", "unit_of", "without_unit", "words"]

_MOST, _LONGEST = 30, 60
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Words of a name that say what one of an amount stands for, in English, German, French and Spanish.
_UNITS: Final[Mapping[str, Unit]] = {
    **dict.fromkeys(("micro", "micros", "microdollar", "microdollars", "mikros"), "micros"),
    **dict.fromkeys(("cent", "cents", "pence", "pennies", "centimes", "centavos", "centimos"), "cents"),
}
# What stands with them, as in cost_in_micro_dollar, and the currency that a name may end with, as in Cost (USD).
_BESIDE_UNITS: Final = frozenset(("in", "dollar", "dollars", "currency"))
_CURRENCY: Final = re.compile(r"\s*[(\[]([A-Z]{3}|[$€£])[)\]]\s*$")


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


def unit_of(name: str) -> Unit | None:
    """Return what the name of a column of amounts says that one of them stands for: a millionth or a hundredth.

    Examples
    --------
    >>> unit_of("cost_micros"), unit_of("Total (cents)"), unit_of("costInMicros"), unit_of("percent")
    ('micros', 'cents', 'micros', None)
    """
    return next((_UNITS[word] for word in words(name) if word in _UNITS), None)


def without_unit(name: str) -> str:
    """Return a name without the unit and the currency of its amounts, to be compared with names that have neither.

    Examples
    --------
    >>> without_unit("spend_in_micro_dollar"), without_unit("Cost (USD)"), without_unit("Total spent")
    ('spend', 'Cost', 'Total spent')
    """
    bare = _CURRENCY.sub("", name)
    if unit_of(bare) is None:
        return bare
    return " ".join(word for word in words(bare) if word not in _UNITS and word not in _BESIDE_UNITS)
