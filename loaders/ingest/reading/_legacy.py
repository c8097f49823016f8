"""Which older encoding a text is in, judged by what its letters would be in each.

In the right encoding letters stand in words of one script, with capitals at their beginnings; in a wrong one symbols
stand within words, capitals after small letters, or letters of another script next to a-z. Where two encodings explain
a text about equally well, the first of the list is taken, as it is where none explains it.
"""

# ruff: noqa: RUF001
from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

__all__ = ["WINDOWS", "guess"]

# Windows-1252 leaves five bytes undefined; here they stay bytes that are no text.
WINDOWS: Final = "".join(
    bytes([byte]).decode("cp1252", errors="ignore") or chr(0xDC00 + byte) for byte in range(256)
)

_CODECS: Final = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "mac_roman": "Mac OS Roman",
    "cp850": "DOS 850",
    "cp1251": "Windows-1251",
    "koi8_r": "KOI8-R",
    "cp1253": "Windows-1253",
    "cp932": "Shift JIS",
    "cp949": "Korean (EUC-KR)",
    "gb18030": "Chinese (GBK)",
    "big5": "Chinese (Big5)",
}
_USUAL_SYMBOLS: Final = frozenset("€£¥§©®™°·–—‘’“”„…«»¡¿ºª½¼¾²³\u00a0　、。・ー！？：（）「」，")
_BEYOND: Final = re.compile(r"[^\x00-\x7f]")
# Two-byte characters of daily use have these first and second bytes; others are rare.
_DAILY: Final = {
    "gb18030": (range(0xB0, 0xD8), range(0xA1, 0xFF)),
    "cp949": (range(0xB0, 0xC9), range(0xA1, 0xFF)),
    "big5": (range(0xA4, 0xC7), range(0x40, 0xFF)),
    "cp932": (range(0x81, 0x98), range(0x40, 0xFD)),
}
_SURE: Final = 0.5
_CLEARLY: Final = 0.2


def guess(sample: bytes) -> tuple[str, str]:
    """Return the codec in which a sample of text that isn't UTF-8 reads best, and its name in words."""
    scores = {codec: _score(sample, codec) for codec in _CODECS}
    best = max(scores, key=lambda codec: scores[codec])
    if scores[best] < max(_SURE, scores["cp1252"] + _CLEARLY):
        best = "cp1252"
    return best, _CODECS[best]


def _score(sample: bytes, codec: str) -> float:
    """Return the mean plausibility of the bytes beyond ASCII, from -1 to 1."""
    try:
        text = sample.decode("latin-1").translate(_windows()) if codec == "cp1252" else sample.decode(codec)
    except UnicodeDecodeError:
        return -2.0
    total = weight = 0.0
    for match in _BEYOND.finditer(text):
        at = match.start()
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        width = len(match[0].encode(codec, errors="replace")) if codec != "cp1252" else 1
        total += width * _plausible(before, match[0], after, codec)
        weight += width
    return total / weight if weight else 0.0


@cache
def _windows() -> dict[int, str]:
    return dict(enumerate(WINDOWS))


def _plausible(before: str, char: str, after: str, codec: str) -> float:
    if not char.isalpha():
        return _plausible_symbol(char, within=before.isalpha() and after.isalpha())
    script = _script(char)
    neighbours = [_script(other) for other in (before, after) if other.isalpha()]
    is_mixed = any(other not in _TOGETHER[script] for other in neighbours)
    if is_mixed or (char.isupper() and before.islower()) or (char.islower() and after.isupper()):
        return -1.0
    if not neighbours:
        return 0.4
    if script == "LATIN":
        # Words in Latin letters have few accents.
        accents = sum(other.isalpha() and not other.isascii() for other in (before, after))
        return 1.0 - accents * 0.6
    if script in ("CJK", "HANGUL"):
        first, second, *_ = *char.encode(codec), 0
        daily = _DAILY.get(codec, (range(0), range(0)))
        return 0.9 if first in daily[0] and second in daily[1] else 0.2
    return 1.0


def _plausible_symbol(char: str, *, within: bool) -> float:
    # Spaces pasted from web pages are the commonest symbol beyond ASCII in data that people typed.
    if char == "\u00a0":
        return 0.5 if within else 1.0
    is_usual = char in _USUAL_SYMBOLS and (not within or char in "’·ー")
    return 0.5 if is_usual else -1.0


_TOGETHER: Final = {
    "LATIN": {"LATIN"},
    "CYRILLIC": {"CYRILLIC"},
    "GREEK": {"GREEK"},
    "HANGUL": {"HANGUL"},
    "KANA": {"KANA", "CJK"},
    "CJK": {"CJK", "KANA"},
    "OTHER": set[str](),
}


@cache
def _script(char: str) -> str:
    name = unicodedata.name(char, "")
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return "KANA"
    return next((script for script in _TOGETHER if name.startswith(script)), "OTHER")
