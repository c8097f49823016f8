"""A warehouse in memory, emptied and filled anew for each example, for tests that ask a query hundreds of times."""

from datetime import datetime
from decimal import Decimal

import duckdb
import polars as pl

from martlet.engine import packs
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
    """An empty star; `fill` it, then `ask`."""

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        star.create(self.connection)
        star.refresh(self.connection)
        self._filled = {}

    def fill(self, **tables):
        """Give tables of `star` these rows and no others (dimensions keep the members that they were created with)."""
        for table in reversed(list(self._filled)):
            self.connection.execute(f"DELETE FROM star.{table} WHERE {self._filled[table]}")
        self._filled = {}
        for table, rows in tables.items():
            if rows:
                key = next(iter(rows[0]))
                known = self.connection.sql(f"SELECT {key} FROM star.{table}").fetchall()
                self._filled[table] = f"{key} NOT IN ({', '.join(str(k) for (k,) in known) or 'NULL'})"
                if not known:
                    self._filled[table] = "true"
                star.insert(self.connection, f"star.{table}", self._frame(table, rows))

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
        (statement,) = self.connection.extract_statements(sql)
        bound = {name: values[name] for name in statement.named_parameters}
        cursor = self.connection.execute(sql, bound)
        names = [column[0] for column in cursor.description]
        assert names == list(query.columns)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def moment(text):
    return datetime.fromisoformat(text)


def money(value):
    return Decimal(value).quantize(Decimal("0.01"))


__all__ = ["InMemory", "moment", "money"]
