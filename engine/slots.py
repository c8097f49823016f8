"""Sentences with slots, such as `{share:percent}`: how they are read, and how a value is written in each form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["FORMS", "filled", "slots_of"]

_SLOT: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_SMALL: Final = 0.05
FORMS: Final[dict[str, Callable[[Any], str]]] = {
    "": str,
    "percent": lambda value: f"{100 * value:.1f} %",
    "money": lambda value: f"{value:,.2f}",
    "count": lambda value: f"{value:,.0f}",
    "number": lambda value: f"{value:,.2f}" if value == 0 or abs(value) >= _SMALL else f"{value:.2g}",
    "days": lambda value: "1 day" if value == 1 else f"{value:,.{0 if value == int(value) else 1}f} days",
}


def slots_of(text: str) -> list[tuple[str, str]]:
    """Return the name and the form of each slot of a sentence."""
    return _SLOT.findall(text)


def filled(text: str, values: Mapping[str, Any]) -> str:
    """Return a sentence with the values in its slots."""
    return _SLOT.sub(lambda slot: FORMS[slot[2] or ""](values[slot[1]]), text)
