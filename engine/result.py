"""The answer to a query, as Arrow, Polars or rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    import pyarrow as pa

__all__ = ["Result"]


@dataclass(frozen=True, repr=False)
class Result:
    """A query's answer, held in memory.

    Its `sql` is text, or what writes the text when somebody asks for it: that takes longer than many answers.

    Examples
    --------
    >>> warehouse.sql("SELECT 'Email' AS channel, 3 AS orders")
    <Result of 1 rows: channel, orders>
    """

    _sql: str | Callable[[], str] = field(compare=False)
    _table: pa.Table = field(compare=False)

    @property
    def sql(self) -> str:
        """The statement that gave it, its values written in, ready to paste into any DuckDB shell.

        Examples
        --------
        >>> warehouse.sql("SELECT 'Email' AS channel, 3 AS orders").sql
        "SELECT 'Email' AS channel, 3 AS orders"
        """
        return self._sql if isinstance(self._sql, str) else self._sql()

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order.

        Examples
        --------
        >>> warehouse.sql("SELECT 'Email' AS channel, 3 AS orders").columns
        ['channel', 'orders']
        """
        return list(self._table.column_names)

    def arrow(self) -> pa.Table:
        """Return the rows as a pyarrow Table.

        Examples
        --------
        >>> warehouse.sql("SELECT 'Email' AS channel, 3 AS orders").arrow().num_rows
        1
        """
        return self._table

    def pl(self) -> pl.DataFrame:
        """Return the rows as a Polars DataFrame.

        Examples
        --------
        >>> warehouse.sql("SELECT 'Email' AS channel, 3 AS orders").pl().to_dicts()
        [{'channel': 'Email', 'orders': 3}]
        """
        import polars as pl  # noqa: PLC0415 - only when asked for

        frame = pl.from_arrow(self._table)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table never becomes a Series
        return frame

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows as tuples of Python values.

        Examples
        --------
        >>> warehouse.sql("SELECT 'Email' AS channel, 3 AS orders").rows()
        [('Email', 3)]
        """
        return list(zip(*(column.to_pylist() for column in self._table.columns), strict=True))

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __repr__(self) -> str:
        return f"<Result of {len(self)} rows: {', '.join(self.columns)}>"
