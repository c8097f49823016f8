"""Everything that Martlet raises on purpose.

MartletError
├── ParameterError      an argument has an impossible value
├── UnknownNameError    nothing has that name; the message gives the nearest one
├── WarehouseError      the warehouse file is missing, foreign, busy or not writable
├── IngestError         a file to load can't be understood
├── FitError            a model can't be fitted: the data don't allow it, or SciPy is missing
├── QueryError          SQL failed; the message gives the file and line where it was written
├── CheckError          loaded data broke a check, so nothing was published
└── UnitError           a SQL file of a pack, or of Martlet itself, is malformed
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "OURS",
    "CheckError",
    "FitError",
    "IngestError",
    "MartletError",
    "ParameterError",
    "QueryError",
    "UnitError",
    "UnknownNameError",
    "WarehouseError",
    "did_you_mean",
    "nearest",
    "shown",
]


# How the paths of Martlet's own SQL begin.
OURS = ("queries/", "sql/")


class MartletError(Exception):
    """Base of all errors; `exit_code` is what the command line returns: 2 for a caller's mistake, 1 for ours."""

    exit_code = 2


class ParameterError(MartletError):
    """An argument has an impossible value; the message names it and says what would be right."""


class UnknownNameError(MartletError):
    """Nothing has that name; the message gives the nearest names that exist."""


class WarehouseError(MartletError):
    """The warehouse file is missing, is not Martlet's, is being built by another process or can't be written."""


class IngestError(MartletError):
    """A file to load can't be understood; the message names the file and what would be right."""


class FitError(MartletError):
    """A model can't be fitted: the data don't allow it, or what it takes is not installed; the message says which."""


class QueryError(MartletError):
    """SQL failed; the message gives the file and the line where that SQL was written."""


class CheckError(MartletError):
    """Loaded data broke a check of severity `error`, so nothing was published."""

    exit_code = 1


class UnitError(MartletError):
    """A SQL file, or a pack's TOML, is malformed; the message gives its path and line. In a file of Martlet itself it is our mistake."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.exit_code = 1 if message.startswith(OURS) else 2


# Values may be of any length, messages may not.
_LONGEST = 200


def shown(value: object) -> str:
    """Return a value as an error shows it, cut where it is long."""
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]!r}... ({len(value):,} characters)"
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - nested too deeply, a number of too many digits, an object of the caller's own
        return f"a {type(value).__name__} that can't be shown"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text):,} characters)"


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name most like `word`, if any is near."""
    near = difflib.get_close_matches(word[:_LONGEST], sorted(names), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the nearest of `names`, or a sentence that lists them if none is near."""
    options = sorted(names)
    if near := nearest(word, options):
        return f" Did you mean {near!r}?"
    listed = ", ".join(options[:12]) + (", ..." if len(options) > 12 else "")  # noqa: PLR2004
    return f" There are: {listed}." if options else ""
