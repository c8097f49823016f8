"""Text that is no number and no date: identifiers, names, email addresses, telephone numbers, addresses of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.cleaning.parser import Read

if TYPE_CHECKING:
    from martlet.loaders.ingest.types import Case

__all__ = ["EmailReader", "IdReader", "PhoneReader", "TextReader"]

_EMAIL: Final = r"^[^\s@,;:<>()\[\]\"\\]+@[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}-]*[\p{L}\p{N}])*\.[\p{L}\p{N}-]{2,}$"
_AROUND: Final = r"(?i)^(?:mailto:|.*<)\s*([^<>\s]+@[^<>\s]+?)\s*>?$"
_LONGEST_EMAIL: Final = 254
_PHONE: Final = r"^\+?\d{5,15}$"


class TextReader:
    """Keeps text as it is, or turns its letters as the profile says."""

    surveys: Final = False

    def __init__(self, case: Case | None = None) -> None:
        self._case: Final = case

    def survey(self, text: pl.Series) -> None:
        """Nothing is decided for the column."""

    def decide(self) -> list[str]:
        """Nothing is decided for the column."""
        return []

    def read(self, text: pl.Series) -> Read:
        """Read a batch; nothing can be wrong with text."""
        if self._case is None:
            return Read(text)
        turn = {
            "lower": text.str.to_lowercase,
            "upper": text.str.to_uppercase,
            "title": text.str.to_titlecase,
        }
        new = turn[self._case]()
        return Read(new, changed=(("letter_case", new != text),))


class IdReader:
    """Keeps identifiers as they are, but takes the decimals off numbers such as 17850.0 in a column of whole numbers.

    Email addresses that serve as identifiers are put in small letters, as where they are read as addresses.
    """

    surveys: Final = True

    def __init__(self) -> None:
        self._given = self._whole = self._decimal = 0

    def survey(self, text: pl.Series) -> None:
        """Count the identifiers that are whole numbers, and those of them that end with .0."""
        self._given += text.len() - text.null_count()
        self._whole += int(text.str.contains(r"^\d+(?:\.0)?$").sum())
        self._decimal += int(text.str.contains(r"^\d+\.0$").sum())

    def decide(self) -> list[str]:
        """Nothing is worth a word that the count of changes doesn't say."""
        return []

    def read(self, text: pl.Series) -> Read:
        """Read a batch; nothing can be wrong with an identifier."""
        if text.str.contains("@", literal=True).any():
            is_address = pl.col("text").str.to_lowercase().str.contains(_EMAIL)
            small = pl.when(is_address).then(pl.col("text").str.to_lowercase()).otherwise("text")
            new = pl.DataFrame({"text": text}).select(small).to_series()
            return Read(new, changed=(("letter_case", new != text),))
        if not self._decimal or self._whole < self._given:
            return Read(text)
        new = text.str.strip_suffix(".0")
        return Read(new, changed=(("id_decimals", new != text),))


class EmailReader(TextReader):
    """Takes email addresses out of `Ann <ann@x.org>`, in small letters."""

    def read(self, text: pl.Series) -> Read:
        """Read a batch; the problem is "unreadable email address"."""
        address = text
        around = text.str.contains_any(["<", "mailto:", "MAILTO:", "Mailto:"])
        taken = around.fill_null(value=False)
        if taken.any():
            bare = pl.col("text").str.replace(_AROUND, "${1}")
            frame = pl.DataFrame({"text": text, "taken": taken})
            address = frame.select(pl.when("taken").then(bare).otherwise("text")).to_series()
        small = address.str.to_lowercase()
        valid = small.str.contains(_EMAIL) & (small.str.len_bytes() <= _LONGEST_EMAIL)
        valid &= ~small.str.contains("..", literal=True) & ~small.str.starts_with(".")
        changed = (("email_format", (address != text) & valid), ("letter_case", (small != address) & valid))
        if valid.fill_null(value=True).all():
            return Read(small, changed=changed)
        return _with_problem(text, small, valid, "unreadable email address", changed)


class PhoneReader(TextReader):
    """Takes spaces, hyphens and parentheses out of telephone numbers; 0049 becomes +49."""

    def read(self, text: pl.Series) -> Read:
        """Read a batch; the problem is "unreadable phone number"."""
        new = text.str.replace(r"^tel:", "").str.replace(r"^(\+\d{1,3}\s*)\(0\)", "${1}")
        new = new.str.replace_all(r"[\s()./\u2010-\u2015-]", "").str.replace(r"^00", "+")
        valid = new.str.contains(_PHONE)
        return _with_problem(
            text, new, valid, "unreadable phone number", (("phone_format", (new != text) & valid),)
        )


def _with_problem(
    text: pl.Series,
    new: pl.Series,
    valid: pl.Series,
    problem: str,
    changed: tuple[tuple[str, pl.Series], ...],
) -> Read:
    frame = pl.DataFrame({"text": text, "new": new, "valid": valid.fill_null(value=False)})
    found = frame.select(
        values=pl.when("valid").then("new"),
        problems=pl.when(pl.col("text").is_not_null() & ~pl.col("valid")).then(pl.lit(problem)),
    )
    return Read(found["values"], found["problems"], changed)
