"""What a table of an extract is: the system it comes from, its columns, and what each column holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["ROLES", "FileFormat", "Role", "Table"]

FileFormat = Literal["csv", "parquet", "ndjson"]

# What a column holds, which decides how it can be spoilt. `fixed` columns, and keys, are never spoilt: without a key
# no row could be compared with its right version.
Role = Literal[
    "key",
    "fixed",
    "customer",
    "name",
    "email",
    "word",
    "text",
    "birth",
    "income",
    "money",
    "count",
    "day",
    "moment",
]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, kw_only=True)
class Table:
    """One kind of export.

    Attributes
    ----------
    name
        Stem of the file's name.
    columns
        Role and SQL expression of each column, in the file's order.
    source
        What follows FROM.
    order
        Expressions of a total order, the order in which the source system writes.
    mixed
        The file's format when formats are mixed, as the source system would have it.
    """

    name: str
    columns: dict[str, tuple[Role, str]]
    source: str
    order: str
    mixed: FileFormat = "csv"

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a row."""
        return tuple(name for name, (role, _) in self.columns.items() if role == "key")

    @property
    def roles(self) -> dict[str, Role]:
        """The role of each column."""
        return {name: role for name, (role, _) in self.columns.items()}

    def select(self, as_text: frozenset[Role]) -> str:
        """Return the statement that reads the table; columns of the roles `as_text` come as text."""
        columns = ", ".join(
            f'CAST({sql} AS VARCHAR) AS "{name}"' if role in as_text else f'{sql} AS "{name}"'
            for name, (role, sql) in self.columns.items()
        )
        return f"SELECT {columns} FROM {self.source} ORDER BY {self.order}"
