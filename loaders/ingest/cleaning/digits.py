"""Digits of all scripts as 0 to 9: ١٢٣ is a number as good as 123, but nothing that computes takes it for one."""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

__all__ = ["western"]

_OTHERS: Final = r"[\p{Nd}--[0-9]]"


def western(text: pl.Series) -> pl.Series:
    """Return text with the digits of all scripts written as 0 to 9."""
    return text.str.replace_many(_digits()) if text.str.contains(_OTHERS).any() else text


@cache
def _digits() -> dict[str, str]:
    beyond = map(chr, range(128, sys.maxunicode + 1))
    return {char: str(unicodedata.decimal(char)) for char in beyond if char.isdecimal()}
