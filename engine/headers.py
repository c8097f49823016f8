"""The headers of the files of `sql/`: which keys each kind of relation has, and what they may say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from martlet.engine.relation import Relation
    from martlet.engine.units import Unit

__all__ = ["SEVERITIES", "keys_of", "refuse_without_history", "refuse_wrong", "required_of"]

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
    # Columns by which a source tells the rows of a dimension apart. A key of another dimension stands for what tells that one's apart.
    "natural": list,
    # SQL of another name by which a row of a dimension may be found, such as a customer's address.
    "alias": str,
    # What the rows of a dimension are called where a load says how many are new; of the others it does not say it.
    "plural": str,
    # Columns whose earlier values are kept in <table>_history (SCD type 2).
    "tracked": list,
    # Whether row 0 stands for the unknown.
    "unknown": bool,
    # Columns of a row of which only the natural columns are known yet, as SQL over these.
    "placeholder": dict,
    # Least key that a load gives.
    "first_key": int,
    # Whether who is known by the other name alone is the row that has it.
    "alias_identifies": bool,
    # Whether the letter case of a name does not matter, and a pattern of the texts, in lower case, that name nothing.
    "folded": bool,
    "nothing": str,
    # Column with the moment of a fact, by which its rows lie in the file.
    "at": str,
    # Column with the moment from which a row is there, where that is later.
    "there_from": str,
    # Columns that may still change when time goes on, and SQL of the rows in which they may; without it, in all.
    "open": list,
    "open_where": str,
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
_DIMENSION = {
    "natural",
    "alias",
    "plural",
    "tracked",
    "unknown",
    "placeholder",
    "first_key",
    "alias_identifies",
    "folded",
    "nothing",
}
_FACT = {"at", "there_from", "open", "open_where"}
_OPTIONAL_IN_FOLDER = {"dims": _DIMENSION, "bridges": _DIMENSION | _FACT, "facts": _FACT}

_NAMING_COLUMNS = ("watched", "personal", "natural", "tracked", "at", "there_from", "open")
# Keys that mean nothing without another.
_NEEDS = {
    "alias": "natural",
    "plural": "natural",
    "tracked": "natural",
    "placeholder": "natural",
    "first_key": "natural",
    "alias_identifies": "alias",
    "folded": "natural",
    "nothing": "folded",
    "open_where": "open",
}


def keys_of(kind: str, folder: str = "") -> dict[str, type[Any]]:
    """Return the keys that the header of a kind of relation in a folder may have, with the type of each."""
    allowed = _REQUIRED[kind] | _OPTIONAL.get(kind, set()) | _OPTIONAL_IN_FOLDER.get(folder, set())
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
    for key in _NAMING_COLUMNS:
        given = unit.header.get(key, ())
        unit.refuse_strange(key, [given] if isinstance(given, str) else given, unit.columns)
    for key, needed in _NEEDS.items():
        if key in unit.header and not unit.header.get(needed):
            raise unit.error(f"{key} means nothing without {needed!r}", line=unit.line_of(key))
    for key in ("severity", "generated"):
        if key in unit.header and unit.header[key] not in SEVERITIES:
            raise unit.error(f"{key} must be 'error' or 'warn'", line=unit.line_of(key))
    if "open_where" in unit.header:
        named = _columns_in(unit, "open_where", unit.header["open_where"])
        unit.refuse_strange("open_where", named, unit.columns)
    if "alias" in unit.header:
        _refuse_odd_alias(unit)
    _refuse_odd_placeholder(unit)


def refuse_without_history(relation: Relation, found: Iterable[Relation]) -> None:
    """Hold a dimension with tracked columns to a table that keeps their versions.

    Raises
    ------
    UnitError
        If there is none, or it lacks something.
    """
    unit = relation.unit
    history = next((other for other in found if other.qualified == f"{relation.qualified}_history"), None)
    if history is None:
        message = f"tracked needs a table {relation.qualified}_history, which keeps the earlier values"
        raise unit.error(message, line=unit.line_of("tracked"))
    needed = ("valid_from", "valid_until", "is_current", *unit.header["tracked"])
    lacking = [name for name in needed if name not in history.unit.columns]
    if lacking or not any(key.references == relation.qualified for key in history.keys):
        what = lacking[0] if lacking else f"key that references {relation.qualified}"
        raise history.unit.error(f"the history of {relation.qualified} lacks {what}")
    shown = set(unit.header["tracked"]) & set(unit.header.get("personal", ()))
    if shown - set(history.unit.header.get("personal", ())):
        name = min(shown - set(history.unit.header.get("personal", ())))
        raise history.unit.error(f"{name} is personal in {relation.qualified}, so it must be here")


def _refuse_odd_alias(unit: Unit) -> None:
    """Hold an alias to one column, of a dimension that has one natural column too."""
    named = _columns_in(unit, "alias", unit.header["alias"])
    unit.refuse_strange("alias", named, unit.columns)
    if len(named) != 1 or len(unit.header["natural"]) != 1:
        message = "alias must be SQL over one column, and natural one column, in whose place it stands"
        raise unit.error(message, line=unit.line_of("alias"))


def _refuse_odd_placeholder(unit: Unit) -> None:
    """Hold the columns of a placeholder to SQL over what identifies it, which is all that is known."""
    for name, sql in unit.header.get("placeholder", {}).items():
        unit.refuse_strange("placeholder", [name], unit.columns)
        if not isinstance(sql, str):
            message = f"placeholder.{name} must be SQL in quotes, not {sql!r}"
            raise unit.error(message, line=unit.line_of("placeholder"))
        named = _columns_in(unit, "placeholder", sql)
        unit.refuse_strange("placeholder", named, unit.header["natural"], what="natural column")


def _columns_in(unit: Unit, key: str, sql: str) -> list[str]:
    """Return the names of the columns that an expression reads."""
    try:
        expression = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.ParseError as error:
        message = f"{key} is no SQL: {error.errors[0]['description']}"
        raise unit.error(message, line=unit.line_of(key)) from None
    return list(dict.fromkeys(column.name for column in expression.find_all(exp.Column)))
