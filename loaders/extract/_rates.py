"""How often each kind of defect occurs: `messy.toml`, with every key and range checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from martlet.engine.errors import ParameterError, did_you_mean
from martlet.loaders.extract._cells import CELL_KINDS
from martlet.loaders.extract._tables import ROLES, Role, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CODECS", "LEVELS", "ROW_KINDS", "Level", "Mess", "load_mess", "read_mess"]

Level = Literal["none", "light", "heavy"]
LEVELS: tuple[Level, ...] = get_args(Level)
ROW_KINDS: Final = ("exact_duplicate", "near_duplicate", "late_row", "ragged_row")
CODECS: Final = ("utf-8", "utf-8-sig", "utf-16", "cp1252")

_HIGHEST: Final = 0.25
_MOST_OF_A_COLUMN: Final = 0.5
_FILE: Final = Path(__file__).with_name("messy.toml")
_EVERY: Final = "*"


@dataclass(frozen=True)
class Mess:
    """Rates of one level.

    Attributes
    ----------
    cells
        By role: the kinds of defect that hit its cells, with the share of cells hit.
    rows
        By kind: the tables whose rows it hits, and the share of rows.
    encodings
        By table: the codec of its CSV file.
    """

    cells: dict[Role, dict[str, float]]
    rows: dict[str, tuple[tuple[str, ...], float]]
    encodings: dict[str, str]

    @property
    def spoilt_roles(self) -> frozenset[Role]:
        """The roles whose cells can be spoilt."""
        return frozenset(role for role, kinds in self.cells.items() if kinds)

    def rate(self, kind: str, table: Table) -> float:
        """Return the share of a table's rows that a kind of row defect hits."""
        tables, rate = self.rows.get(kind, ((), 0.0))
        return rate if table.name in tables or _EVERY in tables else 0.0

    def codec(self, table: Table) -> str:
        """Return the codec of a table's CSV file."""
        return self.encodings.get(table.name, "utf-8")


@cache
def load_mess(level: Level) -> Mess:
    """Return the rates of a level, as `messy.toml` has them; none at all for `none`."""
    return read_mess(tomllib.loads(_FILE.read_text(encoding="utf-8")), level)


def read_mess(text: dict[str, Any], level: Level) -> Mess:
    """Return the rates of a level from a parsed `messy.toml`.

    Raises
    ------
    ParameterError
        When a key is missing or unknown, or a value is out of its range; the message names the key.
    """
    _keys(text, ("cells", "rows", "encodings"), "")
    _keys(text["cells"], CELL_KINDS, "cells.")
    _keys(text["rows"], ROW_KINDS, "rows.")
    cells: dict[Role, dict[str, float]] = {role: {} for role in ROLES}
    rows: dict[str, tuple[tuple[str, ...], float]] = {}
    for kind, entry in text["cells"].items():
        rate = _rate(entry, f"cells.{kind}", level)
        for role in _hits(entry, f"cells.{kind}"):
            if role not in ROLES or role in ("key", "fixed"):
                raise ParameterError(
                    f"cells.{kind}.hits names {role!r}, which is no role.{did_you_mean(role, ROLES[2:])}"
                )
            if rate:
                cells[role][kind] = rate
    for kind, entry in text["rows"].items():
        rate = _rate(entry, f"rows.{kind}", level)
        if rate:
            rows[kind] = (tuple(_hits(entry, f"rows.{kind}")), rate)
    for role, kinds in cells.items():
        if sum(kinds.values()) > _MOST_OF_A_COLUMN:
            raise ParameterError(
                f"the kinds that hit {role!r} spoil {sum(kinds.values()):g} of its cells together; allowed is {_MOST_OF_A_COLUMN}"
            )
    return Mess(cells, rows, _encodings(text["encodings"], level))


def _keys(found: Any, wanted: Iterable[str], prefix: str) -> None:
    names = tuple(wanted)
    if not isinstance(found, dict):
        raise ParameterError(f"{prefix.rstrip('.') or 'the file'} must be a table, not {found!r}")
    for name in found:
        if name not in names:
            raise ParameterError(f"{prefix}{name} is no key of the rates.{did_you_mean(name, names)}")
    for name in names:
        if name not in found:
            raise ParameterError(f"the rates lack {prefix}{name}")


def _hits(entry: dict[str, Any], key: str) -> list[str]:
    hits = entry["hits"]
    if not isinstance(hits, list) or not all(isinstance(name, str) for name in hits):
        raise ParameterError(f"{key}.hits must be a list of names, not {hits!r}")
    return hits


def _rate(entry: Any, key: str, level: Level) -> float:
    _keys(entry, ("hits", "light", "heavy", "reason"), f"{key}.")
    for name in ("light", "heavy"):
        value = entry[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _HIGHEST:
            raise ParameterError(f"{key}.{name} is {value!r}; allowed are 0 to {_HIGHEST}")
    if entry["light"] > entry["heavy"]:
        raise ParameterError(f"{key}.light is {entry['light']}, more than its heavy, {entry['heavy']}")
    return 0.0 if level == "none" else float(entry[level])


def _encodings(text: dict[str, Any], level: Level) -> dict[str, str]:
    found: dict[str, str] = {}
    for table, entry in text.items():
        _keys(entry, ("light", "heavy", "reason"), f"encodings.{table}.")
        for name in ("light", "heavy"):
            if entry[name] not in CODECS:
                raise ParameterError(
                    f"encodings.{table}.{name} is {entry[name]!r}.{did_you_mean(str(entry[name]), CODECS)}"
                )
        if level != "none":
            found[table] = entry[level]
    return found
