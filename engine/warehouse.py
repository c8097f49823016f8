"""A warehouse file, open to be asked."""

from __future__ import annotations

import re
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, NoReturn, Self

import duckdb

from martlet.engine import definitions, interrupts, needs, user_packs
from martlet.engine.errors import OURS, QueryError, UnknownNameError, did_you_mean, shown
from martlet.engine.open_file import OpenFile
from martlet.engine.paths import resolved
from martlet.engine.result import Result
from martlet.engine.statements import reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa

    from martlet.engine.pack import Pack
    from martlet.engine.packs import Packs
    from martlet.engine.query import Query
    from martlet.engine.template import Rendered

__all__ = ["Warehouse", "located", "open"]

_CONTENTS = """
SELECT count(*), (SELECT count(*) FROM star.dim_customer WHERE customer_key <> 0), CAST(min(ordered_at) AS DATE), CAST(max(ordered_at) AS DATE)
FROM star.fact_order
"""
# What DuckDB's errors write before the line of a mistake.
_PLACE = "LINE "


def open(  # noqa: A001 - read as martlet.open
    path: str | Path = "warehouse.duckdb", *, packs: str | Path | None = None
) -> Warehouse:
    """Open a warehouse file, read-only; see `Warehouse`.

    Examples
    --------
    >>> with martlet.open(path) as warehouse:
    ...     warehouse.sql("SELECT count(*) FROM customers").rows()
    [(20,)]
    """
    return Warehouse(path, packs=packs)


class Warehouse:
    """An open warehouse file: ask its packs, or SQL of your own.

    It is read-only, can be used from several threads at once, and is a context manager; one that nobody holds any more is closed.
    A warehouse that is rebuilt while open goes on answering from the old file until it is closed. It can't be copied, pickled, or used
    in a fork: open it again there.

    Parameters
    ----------
    path
        The file.
    packs
        A folder with packs of your own, to be asked beside those of Martlet; by default those installed in the file.

    Raises
    ------
    ParameterError
        If the folder of packs holds none, or one with a name that it can't have.
    WarehouseError
        If there is no such file, Martlet did not make it, or it was rebuilt while this process holds the old one open.
    """

    def __init__(self, path: str | Path = "warehouse.duckdb", *, packs: str | Path | None = None) -> None:
        self.path = resolved(path)
        self._given_packs = None if packs is None else user_packs.read(packs)
        self._file = OpenFile(self.path)

    def close(self) -> None:
        """Close the file; closing twice does nothing. An answer that another thread waits for is stopped by a `WarehouseError`."""
        self._file.close()

    def __reduce__(self) -> NoReturn:
        message = (
            f"an open warehouse can't be copied or pickled; open it again: martlet.open({str(self.path)!r})"
        )
        raise TypeError(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Warehouse {self.path}{' (closed)' if self._file.is_closed else ''}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the file, what it holds, and what it can be asked."""
        if self._file.is_closed:
            return f"<p>{escape(repr(self))}</p>"
        packs = "".join(
            f"<tr><td>{escape(name)}</td><td>{escape(pack.summary)}</td><td>{len(pack.queries)}</td></tr>"
            for name, pack in self._packs.by_name.items()
        )
        return (
            f"<p><b>{escape(str(self.path))}</b>: {self._contents()}</p><table><thead><tr><th>pack</th><th>what it answers</th>"
            f"<th>queries</th></tr></thead><tbody>{packs}</tbody></table>"
        )

    def _contents(self) -> str:
        orders, customers, first, last = self.sql(_CONTENTS).rows()[0]
        days = f", {first} to {last}" if orders else ""
        return f"{orders:,} orders, {customers:,} customers{days}"

    def packs(self) -> dict[str, list[str]]:
        """Return the names of the queries of each pack.

        Examples
        --------
        >>> warehouse.packs()["email"][:2]
        ['roi', 'credit']
        """
        return {name: [query.name for query in pack.queries] for name, pack in self._packs.by_name.items()}

    def pack(self, name: str) -> Pack:
        """Return what a pack says of itself, and its queries.

        Raises
        ------
        UnknownNameError
            If there is no such pack.

        Examples
        --------
        >>> warehouse.pack("email").title
        'Email'
        """
        packs = self._packs.by_name
        if name not in packs:
            raise UnknownNameError(f"there is no pack {shown(name)}.{did_you_mean(str(name), packs)}")
        return packs[name]

    @cached_property
    def _packs(self) -> Packs:
        if self._given_packs:
            return self._given_packs
        with self._file.cursor() as cursor:
            return user_packs.stored(cursor, str(self.path))

    def describe(self, query: str) -> Query:
        """Return a query's question, doc, parameters, columns and grain.

        Raises
        ------
        UnknownNameError
            If there is no such query.

        Examples
        --------
        >>> query = warehouse.describe("segmentation/rfm")
        >>> query.question
        'Which customers are the best, which are leaving, and which are lost?'
        >>> query.grain
        ('customer_key',)
        """
        return self._packs.get(query)

    def query(self, query: str, /, **parameters: Any) -> Result:
        """Ask a query of a pack, such as `query("attribution/channels", model="linear")`.

        Parameters
        ----------
        query
            `pack/name`.
        **parameters
            Values of its parameters; the others take their defaults.

        Raises
        ------
        UnknownNameError
            If there is no such query.
        ParameterError
            If a parameter does not exist or its value is wrong; no SQL has run then.
        QueryError
            If the SQL fails; the message gives the file and line of the template.

        Examples
        --------
        >>> result = warehouse.query("attribution/channels", model="linear")
        >>> [(channel, round(conversions, 2)) for _, channel, conversions, *_ in result.rows()[:2]]
        [('Paid Social', 1.0), ('Direct', 0.33)]
        >>> warehouse.query("attribution/channels", model="liner")
        Traceback (most recent call last):
        martlet.engine.errors.ParameterError: ...
        """
        asked = self._packs.get(query)
        values = asked.values(parameters)
        rendered = asked.render(values)

        def written() -> str:
            from martlet.engine import writing  # noqa: PLC0415 - a parser, which takes longer to import than many answers

            return writing.literal(asked, values).sql("duckdb", pretty=True)

        table = self._run(rendered.sql, values, rendered)
        return Result(written, table, asked.telling, self.lacking(asked.needs))

    def sql(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> Result:
        """Run one SELECT of your own, with `?` or `$name` parameters.

        For SQL that a stranger wrote, use `martlet.engine.sandbox.run`, which bounds what it can reach and take.

        Raises
        ------
        QueryError
            If it is not exactly one SELECT, or fails.

        Examples
        --------
        >>> question = "SELECT status, count(*) AS orders FROM orders WHERE order_date >= $day GROUP BY status"
        >>> warehouse.sql(question, {"day": "2025-12-01"}).rows()
        [('completed', 1)]
        """
        return Result(statement, self._run(statement, parameters, None))

    def lacking(self, needed: Sequence[str]) -> tuple[str, ...]:
        """Return those of some needs that the warehouse does not meet: relations that must have a row, columns that must be known.

        Examples
        --------
        >>> warehouse.lacking(["star.fact_order", "star.fact_order.source_id or star.dim_product.description"])
        ()
        """
        if not needed:
            return ()
        with self._file.cursor() as cursor:
            return tuple(needs.missing(cursor, needed))

    def _of_another_version(self, failure: QueryError, cursor: duckdb.DuckDBPyConnection) -> QueryError:
        """Return the failure of a query, with what to do if the file was made by another version of Martlet."""
        known = cursor.execute(
            "SELECT value FROM meta.setting WHERE name = $name", {"name": definitions.SETTING}
        ).fetchall()
        if known == [(definitions.digest(),)]:
            return failure
        told = QueryError(
            f"{failure}; {self.path} was made by another version of Martlet: build it anew, or load a file into it, "
            "which installs the queries of this version"
        )
        told.exit_code = 2
        return told

    def _run(self, sql: str, parameters: Any, rendered: Rendered | None) -> pa.Table:
        with self._file.cursor() as cursor:
            try:
                # In an interactive interpreter DuckDB would draw a bar on stdout, which is for data.
                cursor.execute("SET enable_progress_bar = false")
                statement = reading(cursor, sql)
                if rendered is not None:
                    # The words chosen decide which of a query's parameters its statement has.
                    parameters = {name: parameters[name] for name in statement.named_parameters}
                # A relation hands its rows to Arrow without the copy that execute() would make.
                table: pa.Table = interrupts.awaited(
                    cursor, lambda: cursor.sql(sql, params=parameters).to_arrow_table()
                )
            except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
                failure = located(error, cursor, sql, parameters, rendered)
                raise (failure if rendered is None else self._of_another_version(failure, cursor)) from error
            except duckdb.InvalidInputException as error:
                # What `error(...)` in a query says of the parameters, which are the caller's.
                failure = _failure(str(error).removeprefix("Invalid Input Error: "), rendered)
                failure.exit_code = 2
                raise failure from error
            except duckdb.Error as error:
                raise _failure(str(error), rendered) from error
            except RuntimeError as error:
                # So DuckDB tells of Ctrl-C.
                if str(error) != "Query interrupted":
                    raise
                raise KeyboardInterrupt from error
        return table


def _failure(text: str, rendered: Rendered | None, line: int | None = None) -> QueryError:
    """Return the engine's error; one in a query of ours names the template's file and, where it is known, line."""
    if rendered is None:
        return QueryError(text.strip())
    where = rendered.origins[-1].rsplit(":", 1)[0] if line is None else rendered.origin(line)
    failure = QueryError(f"{where}: {text.split(_PLACE, maxsplit=1)[0].strip()}")
    # In a query of ours it is our mistake, in a user's own pack it is theirs.
    failure.exit_code = 1 if where.startswith(OURS) else 2
    return failure


def located(
    error: duckdb.Error,
    cursor: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Any,
    rendered: Rendered | None,
) -> QueryError:
    """Ask again in the way that tells the place of an error, which a relation does not; return the error with the place."""
    text = str(error)
    # Some versions of the engine count empty lines at the beginning and some don't, so it gets none.
    statement = sql.lstrip()
    try:
        cursor.execute(statement, parameters)
    except duckdb.Error as located:
        text = str(located)
    place = re.search(rf"^{_PLACE}(\d+):", text, re.MULTILINE)
    before = sql[: len(sql) - len(statement)].count("\n")
    return _failure(text, rendered, before + int(place.group(1)) if place else None)
