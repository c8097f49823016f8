"""Words that mean the same whatever the program that wrote them: words for nothing, for yes and for no."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import polars as pl

__all__ = ["FALSE_WORDS", "MARKS", "NULL_WORDS", "TRUE_WORDS", "fold", "folded"]

# Ways in which programs write "nothing", compared in lower case. "(unknown)" is Martlet's own member 0.
NULL_WORDS: Final = (
    "",
    "null",
    "(null)",
    "<null>",
    "\\n",
    "na",
    "n/a",
    "#n/a",
    "#na",
    "nan",
    "none",
    "nil",
    "nat",
    "-",
    "--",
    "\u2013",
    "\u2014",
    "(unknown)",
)
# English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Polish; without accents.
TRUE_WORDS: Final = frozenset(
    [
        "1",
        "1.0",
        "true",
        "t",
        "yes",
        "y",
        "on",
        "ja",
        "j",
        "oui",
        "o",
        "si",
        "s",
        "sim",
        "wahr",
        "vrai",
        "verdadero",
        "vero",
        "verdadeiro",
        "waar",
        "sant",
        "tak",
        "prawda",
        # Of consent.
        "opted in",
        "subscribed",
        "granted",
        "accepted",
    ]
)
FALSE_WORDS: Final = frozenset(
    [
        "0",
        "0.0",
        "false",
        "f",
        "no",
        "n",
        "off",
        "nein",
        "non",
        "nao",
        "nee",
        "nej",
        "falsch",
        "faux",
        "falso",
        "onwaar",
        "falskt",
        "nie",
        "falsz",
        "opted out",
        "unsubscribed",
        "not subscribed",
        "never subscribed",
        "nonsubscribed",
        "denied",
        "declined",
        "revoked",
    ]
)
# What people tick a box with; in a column that holds nothing else, an empty cell means no.
MARKS: Final = frozenset(("x", "\u2713", "\u2714", "\u2611", "*"))


def folded(cells: pl.Expr) -> pl.Expr:
    """Return text in lower case, without accents, with single spaces: what two spellings of one word share."""
    plain = cells.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return plain.str.replace_all(r"[\s_-]+", " ").str.strip_chars()


# Profiles and fields know the same few thousand words, and each reader of one folds all that it knows.
@lru_cache(maxsize=16384)
def fold(word: str) -> str:
    """Return one word as `folded` does.

    Examples
    --------
    >>> fold("  Ménage_à  TROIS ")
    'menage a trois'
    """
    return str(pl.select(folded(pl.lit(word))).item())
