"""Temporary tables that one step of merging leaves for the next, as values: a signature says what a function reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

__all__ = ["ChangedRows", "ComposedRows", "GatheredRows", "KeyedRows"]


@dataclass(frozen=True)
class _Rows:
    table: str

    def drop(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Drop the table."""
        connection.execute(f"DROP TABLE {self.table}")


@dataclass(frozen=True)
class KeyedRows(_Rows):
    """Rows of a fact that were kept: their fields, the keys of what they name, and `source_id` where the fact has numbers.

    A reference to a fact stands in `<field>__key`, what a field takes from there in `<field>__<column>`.

    Attributes
    ----------
    columns
        Fields and keys of dimensions in the table.
    """

    columns: frozenset[str]


@dataclass(frozen=True)
class ChangedRows(_Rows):
    """Rows of a dimension that a file added or changed.

    Columns are `key`, `is_new`, `was_placeholder`, and `described_before`, the day as of which they were described.
    """


@dataclass(frozen=True)
class GatheredRows(_Rows):
    """One row for each row of a dimension that a file names, with what the file tells of it.

    Columns are `natural_id`, `row` (the first of the file), `times` (rows of the file), the fields and keys told, the `key` in the
    dimension, and `by_alias`, whether the file names it by its other name.

    Attributes
    ----------
    keys
        Keys of other dimensions in the table.
    """

    keys: frozenset[str]


@dataclass(frozen=True)
class ComposedRows(_Rows):
    """Rows of a dimension as they stand after a file, beside `row` and `times`.

    Attributes
    ----------
    columns
        Columns of the dimension in the table.
    """

    columns: tuple[str, ...]
