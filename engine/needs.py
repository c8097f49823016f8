"""The facts that a query cannot do without: named in its header, looked for in a file, and missed in a sentence.

```toml
needs = ["star.fact_email or star.fact_email_report", "star.dim_campaign.subject_line"]
```

Each entry is a relation that must have a row, or a column that must be known in one (a flag: set); of entries joined by `or`, any will do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from martlet.engine.units import Unit

__all__ = ["missing", "note_of", "refuse_wrong"]

_NAME: Final = re.compile(r"[a-z_]+\.[a-z0-9_]+(\.[a-z0-9_]+)?")
_OR: Final = " or "


def refuse_wrong(unit: Unit) -> None:
    """Refuse needs that are no names of relations or columns.

    Raises
    ------
    UnitError
        If one is; the message gives the line.
    """
    for need in unit.header.get("needs", ()):
        if not isinstance(need, str) or not all(_NAME.fullmatch(name) for name in need.split(_OR)):
            message = (
                f"needs must hold texts such as 'star.fact_email', or several joined by 'or', not {need!r}"
            )
            raise unit.error(message, line=unit.line_of("needs"))


def missing(connection: duckdb.DuckDBPyConnection, needs: Iterable[str]) -> list[str]:
    """Return those of the needs that the file does not meet; what it has not at all counts as empty."""
    return [need for need in needs if not any(_is_there(connection, name) for name in need.split(_OR))]


def _is_there(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    import duckdb  # noqa: PLC0415 - there where there is a connection

    schema, relation, *column = name.split(".")
    known = [f"CAST(\"{one}\" AS VARCHAR) NOT IN ('(unknown)', '(not set)', 'false')" for one in column]
    # Row 0 of a dimension stands for the unknown.
    if relation.startswith("dim_"):
        known.append(f'"{relation.removeprefix("dim_")}_key" <> 0')
    condition = " AND ".join(known) or "true"
    try:
        rows = connection.execute(f'SELECT 1 FROM "{schema}"."{relation}" WHERE {condition} LIMIT 1')
        return bool(rows.fetchall())
    except (duckdb.CatalogException, duckdb.BinderException):
        return False


def note_of(lacking: Sequence[str], rows: int) -> str | None:
    """Return the sentence about what is missing, None where nothing is."""
    if not lacking:
        return None
    what = "not all could be answered" if rows else "there is nothing to answer from"
    return f"{what}: this warehouse has nothing in {', nothing in '.join(lacking)}"
