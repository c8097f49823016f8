"""What kind of thing a cell looks like, judged by its shape alone: enough to guess separators, headers and columns."""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["NULL_WORDS", "Kind", "kind", "share"]

Kind = Literal["empty", "date", "number", "email", "text"]

# Ways in which programs write "nothing", compared in lower case. "(unknown)" is Martlet's own member 0.
NULL_WORDS = ("", "null", "(null)", "\\n", "na", "n/a", "#n/a", "nan", "none", "nil", "nat", "-", "(unknown)")

_CLOCK = r"(?:[ t,]+(?:at )?\d{1,2}[:.]?\d{2}.*)?"
_DATE = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,. ]+)?"
    r"(?:\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})"
    r"|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|\d{1,2}(?:st|nd|rd|th)?[-/., ]*[^\W\d_]{3,10}\.?[-/., ']*(?:\d{4}|\d{2})"
    r"|[^\W\d_]{3,10}\.?[-/ ]*\d{1,2}(?:st|nd|rd|th)?[-/, ]+\d{4}"
    r"|\d{4}[- ][^\W\d_]{3,10}[- ]\d{1,2}"
    r")" + _CLOCK,
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"[-+\u2212(]?\s*(?:[A-Z]{3}|[^\w\s.,()+-]{1,2}|[A-Z]{1,2}\$|kr\.?|Rs\.?)?\s*[-+\u2212]?"
    r"\d[\d.,'\u2019_ \u00a0\u202f]*(?:[eE][-+]?\d+)?"
    r"\s*(?:[A-Z]{3}|[^\w\s.,()+-]{1,2}|kr\.?|zł|Kč)?\s*[-)]?"
)
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def kind(cell: str | None) -> Kind:
    """Return the kind that a cell looks like; eight digits that make a day are a date."""
    text = (cell or "").strip()
    if text.lower() in NULL_WORDS:
        return "empty"
    if _DATE.fullmatch(text):
        return "date"
    if _NUMBER.fullmatch(text):
        return "number"
    return "email" if _EMAIL.fullmatch(text) else "text"


def share(kinds: list[Kind], wanted: Kind) -> float:
    """Return the share of a kind among the cells that are not empty, 0 if all are."""
    filled = len(kinds) - kinds.count("empty")
    return kinds.count(wanted) / filled if filled else 0.0
