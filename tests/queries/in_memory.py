"""A warehouse in memory, filled anew for each example, for tests that ask a query hundreds of times."""

from datetime import datetime
from decimal import Decimal

import duckdb
import polars as pl

from martlet.engine import packs
from martlet.engine.connection import named_in
from martlet.loaders.warehouse import star

_TYPES = {
    "DATE": pl.Date,
    "TIMESTAMP": pl.Datetime("us"),
    "BOOLEAN": pl.Boolean,
    "INTEGER": pl.Int64,
    "BIGINT": pl.Int64,
    "VARCHAR": pl.String,
}


class InMemory:
    """An empty star; `fill` it, then `ask`; `empty` it when done."""

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        star.create(self.connection)
        star.refresh(self.connection)
        self._is_filled = False

    def fill(self, **tables):
        """Give tables of `star` these rows and no others (dimensions keep the members that they were created with)."""
        self.empty()
        self.connection.execute("BEGIN")
        self._is_filled = True
        for table, rows in tables.items():
            if rows:
                star.insert(self.connection, f"star.{table}", self._frame(table, rows))

    def empty(self):
        """Take back what was filled in."""
        if self._is_filled:
            self.connection.execute("ROLLBACK")
        self._is_filled = False

    def _frame(self, table, rows):
        described = self.connection.sql(f"DESCRIBE star.{table}").fetchall()
        kinds = {name: kind for name, kind, *_ in described}
        names = list(rows[0])
        columns = {name: [row[name] for row in rows] for name in names}
        schema = {name: _TYPES.get(kinds[name], pl.String) for name in names}
        texts = {
            name: [None if value is None else str(value) for value in values]
            if schema[name] == pl.String
            else values
            for name, values in columns.items()
        }
        return pl.DataFrame(texts, schema=schema)

    def ask(self, path, **params):
        """Return the answer's rows, each a dict."""
        query = packs.get(path)
        values = query.values(params)
        sql = query.render(values).sql
        cursor = self.connection.execute(sql, named_in(self.connection, sql, values))
        names = [column[0] for column in cursor.description]
        assert names == list(query.columns)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def moment(text):
    return datetime.fromisoformat(text)


def money(value):
    return Decimal(value).quantize(Decimal("0.01"))


__all__ = ["InMemory", "moment", "money"]
