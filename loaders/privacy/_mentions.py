"""How a text mentions a person: the patterns of identifiers and names, and the parts of a text that may be one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from martlet.loaders.privacy.addresses import PUNCTUATION, SEPARATOR, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "found_in",
    "full_name",
    "is_telling",
    "is_text",
    "may_be_name",
    "mention",
    "named_apart",
    "spans",
    "stands_out",
    "words",
]

_MOST_WORDS: Final = 8
_SHORTEST_NUMBER: Final = 6
_SHORTEST_WORD: Final = 4
# What may stand between the words of a name: "Ann Lee", "lee, ann", "ann_lee", "AnnLee", "Ann%20Lee".
_BETWEEN: Final = rf"(?:{PUNCTUATION}|[^0-9A-Za-z]){{0,3}}"
_BEFORE: Final = rf"(?i)(^|{PUNCTUATION}|[^0-9A-Za-z])"
_APART: Final = re.compile(rf"(?:{SEPARATOR}|[\s/?&=,;:|<>()\[\]{{}}\"'#@+])+")
# Ids that people make up, as names.
_WRITTEN: Final = frozenset(["campaign_id", "experiment_id"])
_NUMBERS: Final = frozenset(["postal_code", "phone"])
_WORD: Final = re.compile(rf"{PUNCTUATION}|((?:[^\W_]|%(?:25)*[89A-Fa-f][0-9A-Fa-f])+)")
# What may stand around a cell of a row, whatever separates its cells.
_OPENS, _CLOSES = r"(?:^|[,;|\t\"'>:]\s*)", r"(?:\s*[,;|\t\"'<}]|$)"


def mention(identifier: str) -> str:
    """Return the pattern, for RE2 and Python, of an identifier as a word, with what stands before and after as groups."""
    return rf"{_BEFORE}{written(identifier)}($|[^0-9A-Za-z])"


def full_name(first: str, last: str) -> str:
    """Return the pattern, for RE2 and Python, of first and last name together, in either order, with what stands around as groups."""
    one, other = (_BETWEEN.join(map(written, name.split())) for name in (first, last))
    return rf"{_BEFORE}(?:{one}{_BETWEEN}{other}|{other}{_BETWEEN}{one})($|[^0-9A-Za-z])"


def named_apart(name: str) -> str:
    """Return the pattern of a name that is a cell of a row by itself."""
    return rf"(?i){_OPENS}{re.escape(name)}{_CLOSES}"


def is_telling(identifier: str) -> bool:
    """Tell whether an identifier can be told from other numbers where anything may stand: a short number can't."""
    return not identifier.isdecimal() or len(identifier) >= _SHORTEST_NUMBER


def stands_out(identifier: str) -> bool:
    """Tell whether an identifier, in the texts of others, can be no word of theirs: it has a digit, and is neither short nor a short number."""
    return (
        len(identifier) >= _SHORTEST_WORD and is_telling(identifier) and any(map(str.isdecimal, identifier))
    )


def is_text(column: str) -> bool:
    """Tell whether a column holds what somebody wrote, and no numbers, which may be those of customers too."""
    return column in _WRITTEN or not (column.endswith("_id") or column in _NUMBERS)


def may_be_name(part: str) -> bool:
    """Tell whether a part of a text may be a first and a last name."""
    return not part.isalnum() and ("%" in part or not any(map(str.isdecimal, part)))


def words(text: str) -> list[str]:
    """Return what stands between spaces, slashes and the like.

    Examples
    --------
    >>> words("/u/C-17?next=%2Fhome")
    ['u', 'C-17', 'next', 'home']
    """
    return [word for word in _APART.split(text) if word]


def spans(text: str) -> list[str]:
    """Return the parts of a text that may name somebody: up to eight words, with what stands between them.

    Examples
    --------
    >>> spans("orders_C-17.csv")[:5]
    ['orders', 'orders_C', 'orders_C-17', 'orders_C-17.csv', 'C']
    """
    return list(dict.fromkeys(text[begin:end] for begin, end in _spans(text)))


def found_in(text: str, known: Mapping[str | None, str]) -> str:
    """Return a text in which the parts that are known are replaced, longer ones first."""
    done: list[tuple[int, int]] = []
    for begin, end in sorted(_spans(text), key=lambda span: span[0] - span[1]):
        part = text[begin:end]
        if part in known and is_telling(part) and all(end <= b or begin >= e for b, e in done):
            done.append((begin, end))
    for begin, end in sorted(done, reverse=True):
        text = text[:begin] + known[text[begin:end]] + text[end:]
    return text


def _spans(text: str) -> Iterator[tuple[int, int]]:
    words = [found.span() for found in _WORD.finditer(text) if found[1]]
    for number, (begin, _) in enumerate(words):
        for _, end in words[number : number + _MOST_WORDS]:
            yield begin, end
