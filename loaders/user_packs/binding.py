"""A query bound to a warehouse, so that a mistake in it is told with its file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from martlet.engine.connection import named_in
from martlet.engine.warehouse import located

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.engine.query import Query

__all__ = ["bound"]


def bound(
    connection: duckdb.DuckDBPyConnection, query: Query, given: Mapping[str, Any]
) -> duckdb.DuckDBPyRelation:
    """Return the answer to a query as a relation of an open warehouse.

    Raises
    ------
    QueryError
        If its SQL fails; the message gives the file and line of the template.
    """
    values = {**query.values({}), **given}
    rendered = query.render(values)
    try:
        values = named_in(connection, rendered.sql, values)
        return connection.sql(rendered.sql, params=values)
    except duckdb.Error as error:
        raise located(error, connection.cursor(), rendered.sql, values, rendered) from error
