"""The headers of the files of `sql/`: which keys each kind of relation has, and what they may say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from martlet.engine.errors import did_you_mean

if TYPE_CHECKING:
    from martlet.engine.units import Unit

__all__ = ["SEVERITIES", "keys_of", "refuse_wrong", "required_of"]

SEVERITIES = ("error", "warn")

_TYPES = {
    "doc": str,
    "grain": list,
    "columns": dict,
    "stored": bool,
    # Columns whose distribution is compared between loads.
    "watched": list,
    # Columns that say who a person is; they are emptied when the person is forgotten.
    "personal": list,
    # What a check looks at: a relation, or a schema where it looks at several.
    "relation": str,
    "severity": str,
    # The severity in a generated company, whose data no source can excuse.
    "generated": str,
    "params": dict,
}
_REQUIRED = {
    "type": {"doc"},
    "table": {"doc", "grain", "columns"},
    "view": {"doc", "grain", "columns"},
    "macro": {"doc"},
    "check": {"doc", "relation", "severity"},
}
_OPTIONAL = {
    "table": {"watched", "personal"},
    "view": {"stored"},
    "macro": {"columns"},
    "check": {"generated", "params"},
}


def keys_of(kind: str) -> dict[str, type[Any]]:
    """Return the keys that the header of a kind of relation may have, with the type of each."""
    allowed = _REQUIRED[kind] | _OPTIONAL.get(kind, set())
    return {key: type_ for key, type_ in _TYPES.items() if key in allowed}


def required_of(kind: str) -> frozenset[str]:
    """Return the keys that the header of a kind of relation must have."""
    return frozenset(_REQUIRED[kind])


def refuse_wrong(unit: Unit) -> None:
    """Refuse a header that names columns which the relation lacks, or a severity that there is not.

    Raises
    ------
    UnitError
        If it does; the message gives the line.
    """
    for key in ("watched", "personal"):
        for name in unit.header.get(key, ()):
            if name not in unit.columns:
                message = f"{key} names {name!r}, which is no column.{did_you_mean(name, unit.columns)}"
                raise unit.error(message, line=unit.line_of(key))
    for key in ("severity", "generated"):
        if key in unit.header and unit.header[key] not in SEVERITIES:
            raise unit.error(f"{key} must be 'error' or 'warn'", line=unit.line_of(key))
