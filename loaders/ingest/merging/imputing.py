"""Missing values filled in where somebody asked for it, and only there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.engine.errors import ParameterError
from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.tables import quoted, sql_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["impute"]

_STATISTICS = {"median": "median", "mean": "avg", "mode": "mode"}
_ARITHMETIC = ("median", "mean")
_NUMBERS = ("money", "number", "share", "count", "year")


def impute(connection: duckdb.DuckDBPyConnection, staged: Staged, wanted: Mapping[str, str]) -> list[Change]:
    """Fill empty cells of staged fields with a statistic of the file's own values, or with a given value.

    What the warehouse knows of a row already is not overruled.

    Raises
    ------
    ParameterError
        If a field has no mean or median, or the value is not one of the field's.
    """
    changes = []
    for name, how in wanted.items():
        if name not in staged.fed:
            continue
        of = staged.entity.field(name)
        if how in _ARITHMETIC and of.type not in _NUMBERS:
            raise ParameterError(f"{name} holds no numbers, so it has no {how}; say mode, or a value")
        column, type_ = quoted(name), sql_type(of)
        if how in _STATISTICS:
            # The lowest of equally common values, so that the order of rows plays no part.
            sql = f"SELECT CAST({_STATISTICS[how]}({column}) AS {type_}) FROM {staged.name}"
            if how == "mode":
                sql = f"SELECT {column} FROM {staged.name} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
            value = next(iter(connection.execute(sql).fetchall()), (None,))[0]
        else:
            value = connection.execute(f"SELECT TRY_CAST($how AS {type_})", {"how": how}).fetchall()[0][0]
            if value is None:
                raise ParameterError(
                    f"{name} can't be {how!r}; say median, mean, mode, or a value of type {of.type}"
                )
        if value is None:
            continue
        known = ""
        if staged.entity.is_dimension:
            key = staged.entity.key[0]
            identifier = staged.entity.fields[key].column
            known = (
                f" AND NOT EXISTS (FROM {staged.entity.table} AS known WHERE known.{identifier} = {staged.name}.{quoted(key)} "
                f"AND known.{quoted(of.column)} IS NOT NULL)"
            )
        condition = f"{staged.name} WHERE {column} IS NULL{known}"
        number = int(connection.execute(f"SELECT count(*) FROM {condition}").fetchall()[0][0])
        if number:
            connection.execute(
                f"UPDATE {staged.name} SET {column} = $value WHERE {column} IS NULL{known}", {"value": value}
            )
            changes.append(Change(f"imputed: {how}", name, number, (("", str(value)),)))
    return changes
