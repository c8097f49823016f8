"""Quarters of the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

__all__ = ["quarter_end", "quarter_name", "quarter_of", "quarters"]

_MONTHS: Final = 3


def quarters(first: date, until: date) -> list[date]:
    """Return the first days of the quarters that touch [first, until)."""
    begins = date(first.year, (first.month - 1) // _MONTHS * _MONTHS + 1, 1)
    found = []
    while begins < until:
        found.append(begins)
        month = begins.month + _MONTHS
        begins = date(begins.year + month // 13, month if month <= 12 else 1, 1)  # noqa: PLR2004
    return found


def quarter_of(day: date, begins: list[date]) -> int:
    """Return the position of the quarter that a day falls into."""
    return sum(one <= day for one in begins) - 1


def quarter_name(begins: date) -> str:
    """Return a quarter's name, such as 2024 Q1."""
    return f"{begins.year} Q{(begins.month + 2) // _MONTHS}"


def quarter_end(begins: date) -> date:
    """Return the last day of a quarter."""
    return (begins.replace(day=1) + timedelta(days=93)).replace(day=1) - timedelta(days=1)
