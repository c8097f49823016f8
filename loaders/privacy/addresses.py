"""Email addresses inside texts: as they are, and percent-encoded (RFC 3986) once or more often, as addresses of the web write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ADDRESS", "AT", "PUNCTUATION", "SEPARATOR", "plain", "replaced", "written"]

# For Python, RE2 and Polars: what every address holds.
AT: Final = r"(?:@|%(?:25)*40)"
# Characters that are no letter and no digit, percent-encoded; and those of them that no address holds.
PUNCTUATION: Final = r"%(?:25)*(?:0[9AaDd]|2[0-9A-Fa-f]|3[A-Fa-f]|40|5[B-Fb-f]|60|7[B-Eb-e])"
SEPARATOR: Final = r"%(?:25)*(?:0[9AaDd]|2[02689CcFf]|3[A-Fa-f]|40|5[B-Db-d]|7[B-Db-d])"
_LOCAL: Final = r"[^\s@,;:<>()\[\]\"'\\/=?&|{}]+"
_LABEL: Final = r"(?:[\w-]|%(?:25)*[89A-Fa-f][0-9A-Fa-f])+"
# An address inside a text, with what stands before its @ as a group; an apostrophe only within a name (o'hara@...).
ADDRESS: Final = rf"({_LOCAL}(?:'{_LOCAL})*){AT}{_LABEL}(?:(?:\.|%(?:25)*2[Ee]){_LABEL})+"
_BEFORE: Final = re.compile(f".*{SEPARATOR}")


def plain(address: str) -> str:
    """Return an address without percent-encoding.

    Examples
    --------
    >>> plain("anna%2Blena.%C3%B6he%2540x.example")
    'anna+lena.öhe@x.example'
    """
    while "%" in address:
        try:
            decoded = unquote(address, errors="strict")
        except UnicodeDecodeError:
            break
        if decoded == address:
            break
        address = decoded
    return address


def replaced(text: str, stand_in: Callable[[str], str | None]) -> str:
    """Return a text with what stands for each address in it, which is asked for by the plain address; None leaves it.

    Examples
    --------
    >>> replaced("?to%3Do%27hara%40x.example", lambda address: f"<{address}>")
    "?to%3D<o'hara@x.example>"
    """

    def one(found: re.Match[str]) -> str:
        before = _BEFORE.match(found[1])
        begin = before.end() if before else 0
        made = stand_in(plain(found[0][begin:])) if begin < len(found[1]) else None
        return found[0] if made is None else found[0][:begin] + made

    return re.sub(ADDRESS, one, text)


def written(text: str) -> str:
    """Return the pattern, for RE2 and Python, of a text in which any character but plain letters and digits may be percent-encoded."""
    return "".join(one if one.isascii() and one.isalnum() else _either(one) for one in text)


def _either(character: str) -> str:
    forms = dict.fromkeys((character, character.lower(), character.upper()))
    encoded = ("".join(f"%(?:25)*{byte:02X}" for byte in form.encode()) for form in forms)
    return f"(?:{'|'.join((re.escape(character), *encoded))})"
