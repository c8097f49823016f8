"""How large a file may be in each of its parts: one row, one cell or one sheet must not fill the memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, Self

from martlet.engine.errors import ParameterError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Limits"]

_UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_SIZE: Final = re.compile(r"([0-9][0-9_,]{0,17})\s*(?:([KMG]?)I?B)?", re.IGNORECASE)
# Python's own stack ends not far beyond.
_DEEPEST: Final = 400


def _limit(default: int, what: str, *, is_size: bool = False) -> Any:
    return field(default=default, metadata={"what": what, "is_size": is_size})


@dataclass(frozen=True)
class Limits:
    """The most that is read; what goes beyond costs its row where reading can go on, else the file is refused.

    Each is an option, `--max row=64MB` or `limits={"row": "64MB"}`.
    """

    row: int = _limit(
        16 << 20, "bytes of one row, be it a line, a row with line ends in it or a JSON record", is_size=True
    )
    cell: int = _limit(16 << 20, "bytes of one cell", is_size=True)
    columns: int = _limit(2_000, "columns of a file")
    keys: int = _limit(2_000, "different keys in the records of a JSON file, dotted ones too")
    depth: int = _limit(100, "lists and objects within each other in a JSON file")
    sheet: int = _limit(10_000_000, "cells of a sheet: its rows times its columns, empty ones too")
    unpacked: int = _limit(
        256 << 20, "bytes of one part of a workbook, unpacked, and of the text of a sheet", is_size=True
    )

    @classmethod
    def of(cls, given: Mapping[str, str | int] | None) -> Self:
        """Return the limits with some of them changed.

        Raises
        ------
        ParameterError
            If there is no such limit, or a value is no whole number, or no size such as 64MB.
        """
        made = cls()
        for name, value in (given or {}).items():
            if name not in cls.names():
                raise ParameterError(
                    f"there is no limit {name!r}.{did_you_mean(name, cls.names())} Limits are: {', '.join(cls.names())}."
                )
            made = replace(made, **{name: _number(name, value)})
        return made

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of all limits."""
        return [one.name for one in fields(cls)]

    @classmethod
    def meaning(cls, name: str) -> str:
        """Return what a limit is the most of."""
        return str(_field(name).metadata["what"])

    def shown(self, name: str) -> str:
        """Return a limit as people write it."""
        return _shown(name, getattr(self, name))

    def changed(self) -> dict[str, int]:
        """Return the limits that are not as they are by default."""
        return {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if getattr(self, one.name) != one.default
        }

    def beyond(self, name: str, found: int = 0) -> str:
        """Say that something goes beyond a limit, how much there is if that is known, and how to raise the limit."""
        most = getattr(self, name)
        enough = min(max(2 * most, found), _most(name))
        much = f"{_shown(name, found)}, more than" if found else "more than"
        return f"{much} the {self.shown(name)} that are read; --max {name}={_shown(name, enough)} takes more"


def _field(name: str) -> Any:
    return next(one for one in fields(Limits) if one.name == name)


def _is_size(name: str) -> bool:
    return bool(_field(name).metadata["is_size"])


def _most(name: str) -> int:
    return _DEEPEST if name == "depth" else 1 << 40


def _shown(name: str, value: int) -> str:
    if not _is_size(name):
        return f"{value:,}"
    unit = next(unit for unit in ("G", "M", "K", "") if not value % _UNITS[unit])
    return f"{value // _UNITS[unit]:,}{unit}B" if unit else f"{value:,}"


def _number(name: str, value: str | int) -> int:
    found = _SIZE.fullmatch(str(value).strip())
    unit = found[2] if found else None
    number = int(re.sub("[_,]", "", found[1])) * _UNITS[(unit or "").upper()] if found else 0
    if not 1 <= number <= _most(name) or (unit is not None and not _is_size(name)):
        right = "a size such as 64MB" if _is_size(name) else "a whole number such as 200"
        raise ParameterError(
            f"the limit {name} is {value!r}, but must be {right}, from 1 to {_shown(name, _most(name))}"
        )
    return number
