"""The answer to a query, as Arrow, Polars or rows."""

from __future__ import annotations

from collections import namedtuple
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from martlet.engine import needs
from martlet.engine.errors import ParameterError, QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl
    import pyarrow as pa

    from martlet.engine.telling import Telling

__all__ = ["Result"]

# An interpreter shows as many rows; `show` all that a table has room for.
_ROWS_OF_REPR: Final = 10


@dataclass(frozen=True, repr=False)
class Result:
    """A query's answer, held in memory.

    Its `sql` is text, or what writes the text when somebody asks for it: that takes longer than many answers.

    Examples
    --------
    >>> warehouse.sql("SELECT 'Email' AS channel, 3 AS orders")
    <Result: 1 row of 2 columns>
    channel   orders
    ────────────────
    Email          3
    """

    _sql: str | Callable[[], str] = field(compare=False)
    _table: pa.Table = field(compare=False)
    _telling: Telling | None = field(default=None, compare=False)
    _lacking: tuple[str, ...] = field(default=(), compare=False)

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

    @cached_property
    def finding(self) -> str | None:
        """The sentence that the query says of its answer, None where it has none or the answer does not support it.

        Examples
        --------
        >>> warehouse.sql("SELECT 3 AS orders").finding is None
        True
        """
        told = None if self._telling is None else self._telling.finding
        return None if told is None else told.of(self._table)

    @property
    def telling(self) -> Telling | None:
        """The query that it answers: its path, question and meaning, and the picture that fits; None for SQL of your own.

        Examples
        --------
        >>> warehouse.query("attribution/channels").telling.path
        'attribution/channels'
        """
        return self._telling

    @property
    def note(self) -> str | None:
        """A sentence that names the facts which the query needs and the warehouse lacks, None where it has them all.

        Examples
        --------
        >>> warehouse.query("email/roi").note is None
        True
        """
        return needs.note_of(self._lacking, len(self))

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

        Raises
        ------
        QueryError
            If two columns have one name, or one has a type that Polars has not: an interval, a union.

        Examples
        --------
        >>> warehouse.sql("SELECT 'Email' AS channel, 3 AS orders").pl().to_dicts()
        [{'channel': 'Email', 'orders': 3}]
        """
        import polars as pl  # noqa: PLC0415 - only when asked for

        # Polars panics at some types, with a trace of its own on stderr, so they are not tried.
        for field_ in self._table.schema:
            if unknown := _unknown_to_polars(field_.type):
                raise _unheld(field_, f"Polars has no type for {unknown}; cast it in the SQL")
        try:
            frame = pl.from_arrow(self._table)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise QueryError(f"Polars can't hold the answer: {error}; .arrow() does") from error
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table never becomes a Series
        return frame

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows as tuples of Python values.

        Raises
        ------
        QueryError
            If Python has no such value: a day after the year 9999, or infinity.

        Examples
        --------
        >>> warehouse.sql("SELECT 'Email' AS channel, 3 AS orders").rows()
        [('Email', 3)]
        """
        columns = []
        for field_, column in zip(self._table.schema, self._table.columns, strict=True):
            try:
                columns.append(column.to_pylist())
            except (OverflowError, ValueError) as error:
                raise _unheld(field_, f"Python has no value for one of its values ({error})") from error
        return list(zip(*columns, strict=True))

    def df(self) -> Any:
        """Return the rows as a pandas DataFrame, decimals as floats, days as moments; needs pandas. Altair takes it too.

        Examples
        --------
        >>> warehouse.sql("SELECT 'Email' AS channel, 12.50 AS revenue").df()["revenue"].sum()  # doctest: +SKIP
        12.5

        Raises
        ------
        QueryError
            If pandas is not installed.
        """
        import pyarrow as pa  # noqa: PLC0415 - heavy, and there when there is a table

        if find_spec("pandas") is None:
            raise QueryError("pandas is not installed: pip install pandas; .pl() needs nothing more")
        table = self._table
        for place, field_ in enumerate(table.schema):
            if pa.types.is_decimal(field_.type):
                table = table.set_column(place, field_.name, table.column(place).cast(pa.float64()))
        # Days as moments, which Altair and `.dt` take.
        return table.to_pandas(date_as_object=False)

    def to_excel(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the rows as a workbook of one sheet, and return its path: numbers, days and truths as such, all else as text.

        Parameters
        ----------
        path
            The file; it appears whole, or is left as it was.
        overwrite
            Whether a file that is there is replaced.

        Raises
        ------
        ParameterError
            If there is a file of that name, the extra `excel` is not installed, or a sheet can't hold the answer.

        Examples
        --------
        >>> answer = warehouse.sql("SELECT 'Email' AS channel, 12.50 AS revenue")
        >>> answer.to_excel(folder / "answer.xlsx").name
        'answer.xlsx'
        """
        from martlet.engine.replacing import replacing  # noqa: PLC0415
        from martlet.engine.tables import spreadsheets  # noqa: PLC0415 - only when asked for

        target = Path(path)
        if target.exists() and not overwrite:
            raise ParameterError(f"{target} is there already; give overwrite=True, or another name")
        with replacing(target) as file:
            spreadsheets.write_xlsx(self._table, file)
        return target

    def show(self, *, rows: int | None = None, width: int | None = None) -> None:
        """Print what the answer says, and its rows as a table: the columns of the headline first, and no line wider than the terminal.

        Parameters
        ----------
        rows
            The most rows; by default 50, or 12 of a table on its side.
        width
            Characters of a line; by default those of the terminal.

        Examples
        --------
        >>> warehouse.sql("SELECT 'Email' AS channel, 12.50 AS revenue").show()
        channel   revenue
        ─────────────────
        Email       12.50
        """
        print(self._text(width or get_terminal_size().columns, rows))  # noqa: T201 - what it is for

    def _text(self, width: int, rows: int | None) -> str:
        from martlet.engine.tables import drawing  # noqa: PLC0415 - only when asked for
        from martlet.engine.tables.layout import laid_out  # noqa: PLC0415

        headline = self._telling.headline if self._telling else ()
        layout = laid_out(self._table, width, headline, limit=rows)
        lines = [line for text in (self.finding, self.note) if text for line in wrap(text, width)]
        lines += drawing.of_layout(layout, width)
        if layout.missing:
            lines += wrap(f"({len(layout.missing)} more columns: {', '.join(layout.missing)})", width)
        if len(self) > layout.rows:
            lines.append(f"({len(self) - layout.rows:,} more rows)")
        return "\n".join(lines)

    def chart(self, *, width: int = 640) -> dict[str, Any]:
        """Return the picture that fits the answer, as a Vega-Lite specification; its title is the finding, or else the question.

        Parameters
        ----------
        width
            Width of the drawing in pixels, without the labels of its axis.

        Raises
        ------
        QueryError
            If the query has no picture, or the answer nothing to draw.

        Examples
        --------
        >>> warehouse.query("segmentation/rfm_segments").chart()["config"]["bar"]
        {'color': '#0072B2'}
        """
        from martlet.engine import charts  # noqa: PLC0415 - only when asked for

        told = self._telling
        if told is None or told.chart is None:
            raise QueryError(
                f"{told.path if told else 'SQL of your own'} has no picture: its answer is a list to read"
            )
        if not charts.is_drawable(self._table, told.chart):
            raise QueryError(
                f"there is nothing to draw: {told.path} has no row with {' or '.join(told.chart.y)}"
            )
        finding = self.finding
        title, subtitle = (finding, told.question) if finding else (told.question, "")
        return charts.spec(self._table, told.chart, title=title, subtitle=subtitle, width=width)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        # With names, by which `row.channel` is read, and pandas knows the columns.
        row: Any = namedtuple("Row", self.columns, rename=True)  # type: ignore[misc]  # noqa: PYI024 - the names are those of the answer
        return map(row._make, self.rows())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the finding, what is missing, the picture, and the first rows."""
        return self._html(self._drawn())

    def _html(self, drawn: dict[str, Any] | None) -> str:
        from html import escape  # noqa: PLC0415 - only when asked for

        from martlet.engine import html  # noqa: PLC0415
        from martlet.engine.charts.image import image  # noqa: PLC0415

        said = "".join(f"<p>{escape(text)}</p>" for text in (self.finding, self.note) if text)
        return said + (image(drawn) if drawn else "") + html.table(self._table)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """Return what a notebook may choose from: all as HTML, the picture as a specification, the rows as text."""
        drawn = self._drawn()
        shown: dict[str, Any] = {"text/plain": repr(self), "text/html": self._html(drawn)}
        if drawn:
            shown["application/vnd.vegalite.v5+json"] = drawn
        return shown

    def _drawn(self) -> dict[str, Any] | None:
        with suppress(QueryError):
            return self.chart()
        return None

    def __reduce__(self) -> tuple[type[Result], tuple[str, pa.Table, Telling | None, tuple[str, ...]]]:
        return Result, (self.sql, self._table, self._telling, self._lacking)

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __repr__(self) -> str:
        rows, columns = len(self), len(self.columns)
        head = f"<Result: {rows:,} row{'' if rows == 1 else 's'} of {columns} column{'' if columns == 1 else 's'}>"
        return f"{head}\n{self._text(get_terminal_size().columns, _ROWS_OF_REPR)}"


def _unheld(field_: pa.Field, why: str) -> QueryError:
    return QueryError(f"column {field_.name}, of type {field_.type}: {why}; .arrow() holds it")


def _unknown_to_polars(kind: pa.DataType) -> str | None:
    """Return the name of the type, or of one within it, that Polars has not."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and there when there is a table

    if pa.types.is_interval(kind) or pa.types.is_union(kind):
        return str(kind)
    inner = [kind.field(place).type for place in range(kind.num_fields)]
    return next((unknown for one in inner if (unknown := _unknown_to_polars(one))), None)
