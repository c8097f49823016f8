"""Hashes by which people who were forgotten are known again, and what a guess costs whoever has the file.

A load must ask of each identifier that it brings whether it is one of theirs, so it can't hash all of them slowly. A quick hash of few
bits, the mark, passes at most one of 512 that are not theirs, however many were forgotten; these alone are hashed by scrypt (RFC 7914).
"""

from __future__ import annotations

import hashlib
import os
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from martlet.loaders.privacy.addresses import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["mark", "mark_of", "quick", "slow"]

# 16 MiB and some 50 ms for one hash.
_COST: Final = {"n": 1 << 14, "r": 8, "p": 1, "maxmem": 1 << 26, "dklen": 32}
_MOST_AT_ONCE: Final = 4
_BITS: Final = 32


def quick(kind: str, text: str, salt: str) -> str:
    """Return the SHA-256 of an identifier, in hexadecimal: of browsers, whose ids are drawn by lot and too many to wait for."""
    return hashlib.sha256(f"{salt}:{kind}:{_plain(kind, text)}".encode()).hexdigest()


def slow(kind: str, texts: Sequence[str], salt: str) -> list[str]:
    """Return the scrypt of identifiers, in hexadecimal."""

    def hashed(text: str) -> str:
        return hashlib.scrypt(f"{kind}:{_plain(kind, text)}".encode(), salt=salt.encode(), **_COST).hex()

    if len(texts) <= 1:
        return [hashed(text) for text in texts]
    with ThreadPoolExecutor(min(_MOST_AT_ONCE, os.cpu_count() or 1)) as pool:
        return list(pool.map(hashed, texts))


def mark_of(kind: str, text: str, salt: str) -> int:
    """Return the 32 bits of which marks are the beginnings."""
    return int.from_bytes(hashlib.sha256(f"{salt}:mark:{kind}:{_plain(kind, text)}".encode()).digest()[:4])


def mark(kind: str, text: str, salt: str, earlier: int) -> str:
    """Return the mark of the next identifier of its kind, as bits; with `earlier` ones before it.

    The first has 10 bits, and those of each doubling two more, so that all of them together pass less than 2^-9 of what is not theirs.
    """
    length = min(_BITS, 8 + 2 * (earlier + 1).bit_length())
    return format(mark_of(kind, text, salt), f"0{_BITS}b")[:length]


def _plain(kind: str, text: str) -> str:
    """Return an identifier without what does not tell it from others: the case of an address, the order of a name's words."""
    if kind == "name":
        return " ".join(sorted(re.findall(r"[^\W_]+", plain(text).casefold())))
    return text.strip().lower() if kind == "email" else text.strip()
