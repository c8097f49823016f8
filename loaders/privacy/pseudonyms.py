"""Pseudonyms: keyed hashes that replace names, email addresses and phone numbers before they reach a warehouse.

Equal values get equal pseudonyms under one key, so that people can still be counted and joined; without the key nobody can
compute the pseudonym of a guessed address. The key is the caller's to keep: it is never written into a warehouse.
"""

from __future__ import annotations

import hmac
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

import polars as pl

from martlet.engine.errors import ParameterError, did_you_mean
from martlet.engine.paths import refuse_special
from martlet.loaders.privacy.addresses import plain, replaced

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["VARIABLE", "Kind", "pseudonym_key", "pseudonymise", "without_addresses"]

Kind = Literal["name", "email", "phone"]

# The variable that holds the key when no file is given.
VARIABLE: Final = "MARTLET_PSEUDONYM_KEY"
# 128 bits: the chance that two of a billion people share a pseudonym is 1 in 10^21.
_LENGTH: Final = 32
_SHORTEST_KEY: Final = 16
# Never a real domain (RFC 2606), so that nothing is ever sent to a pseudonym.
_DOMAIN: Final = "@pseudonym.invalid"


def pseudonym_key(file: str | Path | None = None) -> bytes:
    """Return the key: the content of `file`, or of the variable MARTLET_PSEUDONYM_KEY; space around it does not count.

    Raises
    ------
    ParameterError
        If there is none, it is shorter than 16 bytes, or the file can't be read.
    """
    if file is None:
        key, where = os.environ.get(VARIABLE, "").encode().strip(), f"the variable {VARIABLE}"
    else:
        refuse_special(Path(file), ParameterError)
        try:
            key, where = Path(file).read_bytes().strip(), str(file)
        except OSError as error:
            raise ParameterError(
                f"the key for pseudonyms can't be read from {file}: {error.strerror}"
            ) from error
    if len(key) < _SHORTEST_KEY:
        found = f"has {len(key)} bytes" if key else "is empty or not set"
        raise ParameterError(
            f"{where} {found}; a key for pseudonyms has at least {_SHORTEST_KEY} bytes, such as those that "
            "`openssl rand -hex 32` prints; keep it, for another key makes other pseudonyms"
        )
    return key


def pseudonymise(column: pl.Expr, key: bytes, *, kind: Kind) -> pl.Expr:
    """Return a text column with each value replaced by its pseudonym.

    A pseudonym is the HMAC-SHA256 (RFC 2104) of the kind and the value, shortened to 128 bits, in hexadecimal. Ways to write
    the same value have the same one: case, surrounding space and the percent-encoding of addresses do not count, nor do, in
    phone numbers, all but digits. That of an email address has the form of one. NULL and empty text stay.

    Parameters
    ----------
    column
        The text.
    key
        The secret, as `pseudonym_key` gives it.
    kind
        What the text is.

    Raises
    ------
    ParameterError
        If the kind is unknown.

    Examples
    --------
    >>> frame = pl.DataFrame({"email": ["Ann@Example.com", "ann@example.com ", None]})
    >>> frame.select(pseudonymise(pl.col("email"), b"a key of 16 bytes", kind="email")).to_series().n_unique()
    2
    """
    if kind not in get_args(Kind):
        raise ParameterError(f"there are no pseudonyms of kind {kind!r}.{did_you_mean(kind, get_args(Kind))}")

    return _each(column, lambda text: _pseudonym(text, key, kind))


def without_addresses(column: pl.Expr, key: bytes) -> pl.Expr:
    """Return a text column in which each email address, wherever a text holds it, is its pseudonym.

    Examples
    --------
    >>> frame = pl.DataFrame({"campaign": ["Spring", "For ann@example.com"]})
    >>> frame.select(without_addresses(pl.col("campaign"), b"a key of 16 bytes")).to_series().str.len_chars().to_list()
    [6, 54]
    """
    return _each(column, lambda text: replaced(text, lambda address: _pseudonym(address, key, "email")))


def _each(column: pl.Expr, made: Callable[[str], str]) -> pl.Expr:
    def replaced(values: pl.Series) -> pl.Series:
        distinct = values.unique().drop_nulls()
        new = pl.Series([made(text) for text in distinct], dtype=pl.String)
        return values.replace_strict(distinct, new, default=None, return_dtype=pl.String)

    return column.map_batches(replaced, return_dtype=pl.String)


def _pseudonym(text: str, key: bytes, kind: Kind) -> str:
    if kind == "phone":
        value = re.sub(r"\D", "", text).removeprefix("00")
    else:
        value = " ".join((plain(text) if kind == "email" else text).split()).casefold()
    if not value:
        return text.strip()
    pseudonym = hmac.digest(key, f"{kind}\0{value}".encode(), "sha256").hex()[:_LENGTH]
    return pseudonym + _DOMAIN if kind == "email" else pseudonym
