"""What a file tells of a dimension, one row for each row of the dimension, with the key of each.

A placeholder that turns out to be a described row by its other name (a campaign's name, a customer's address) becomes that row.
Whoever is known by an address alone, described or not, is whoever has that address: the identifier that is no address stays.
Two identifiers with one address stay two, since their source tells them apart; what names the address alone is of the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging.reshaping import complete, repoint
from martlet.loaders.ingest.merging.rows import GatheredRows
from martlet.loaders.ingest.merging.tables import count, quoted, rows_told

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.dimensions import Join
    from martlet.loaders.ingest.merging.staging import Staged
    from martlet.loaders.warehouse.dimensions import Dimension

__all__ = ["gather"]


def gather(
    connection: duckdb.DuckDBPyConnection, staged: Staged, of: Dimension, joins: list[Join]
) -> GatheredRows:
    """Bring together what a file tells of each row of a dimension, and find or give its key."""
    gathered = GatheredRows("gathered", frozenset(join.column for join in joins))
    # Who describes a row has the last word; who mentions one, the first.
    pick = "arg_max" if staged.is_main else "arg_min"
    (natural,) = staged.entity.key
    alias = _alias_field(staged, of)
    identified = _identified(staged, natural, alias) if of.alias_identifies and alias else ""
    natural_id = (
        f"coalesce(better.id, staged.{quoted(natural)})" if identified else f"staged.{quoted(natural)}"
    )
    told = {name: f"staged.{quoted(name)}" for name in staged.fed if name != natural}
    told |= {join.column: join.expression for join in joins}
    picked = ", ".join(
        f"{pick}({sql}, {{'row': staged.row, 'part': staged.part}}) FILTER (WHERE {sql} IS NOT NULL) AS {quoted(name)}"
        for name, sql in told.items()
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {gathered.table} AS SELECT {natural_id} AS natural_id, min(staged.row) AS row, "
        f"{rows_told(connection, staged.name, 'staged.row')} AS times{', ' + picked if picked else ''}, CAST(NULL AS INTEGER) AS key, false AS by_alias "
        f"FROM {staged.name} AS staged {' '.join(join.sql for join in joins)} {identified} WHERE natural_id IS NOT NULL GROUP BY natural_id"
    )
    connection.execute(
        f"UPDATE {gathered.table} SET key = known.{of.column} FROM {of.table} AS known "
        f"WHERE known.{of.natural[0]} = natural_id AND known.{of.column} <> 0"
    )
    if of.alias:
        if of.has_placeholders and alias:
            _adopt(connection, alias, of, gathered)
        _find_by_alias(connection, of, gathered)
    _number(connection, of, gathered)
    return gathered


def _alias_field(staged: Staged, of: Dimension) -> str | None:
    """Return the field that tells the other name."""
    fields = staged.entity.fields
    return next((name for name in staged.fed if fields[name].column == of.alias_column), None)


def _identified(staged: Staged, natural: str, alias: str) -> str:
    """Return the join that gives rows known by the other name the identifier (`better.id`) that the file has for it elsewhere."""
    return (
        f"LEFT JOIN (SELECT {quoted(alias)} AS known_as, arg_min({quoted(natural)}, row) AS id FROM {staged.name} "
        f"WHERE {quoted(natural)} <> {quoted(alias)} GROUP BY known_as) AS better ON better.known_as = staged.{quoted(natural)}"
    )


def _adopt(connection: duckdb.DuckDBPyConnection, alias: str, of: Dimension, gathered: GatheredRows) -> None:
    """Take the rows that go by another name of what the file describes for the same."""
    identifier = of.natural[0]
    is_open = "true" if of.alias_identifies else "known.is_placeholder"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE adopted AS SELECT new.natural_id, new.key AS described, known.{of.column} AS placeholder "
        f"FROM {gathered.table} AS new JOIN {of.table} AS known "
        f"ON {is_open} AND {_same(of, f'known.{identifier}', f'new.{quoted(alias)}')} AND known.{identifier} <> new.natural_id "
        f"QUALIFY row_number() OVER (PARTITION BY known.{of.column} ORDER BY new.row) = 1"
    )
    connection.execute(
        f"UPDATE {gathered.table} AS new SET key = adopted.placeholder FROM adopted "
        "WHERE adopted.natural_id = new.natural_id AND adopted.described IS NULL"
    )
    connection.execute("DELETE FROM adopted WHERE described IS NULL")
    if count(connection, "adopted"):
        if of.alias_identifies:
            complete(connection, of, "adopted")
        repoint(connection, of, "adopted")
    connection.execute("DROP TABLE adopted")


def _same(of: Dimension, one: str, other: str) -> str:
    """Return the condition that two names are one."""
    return f"lower({one}) = lower({other})" if of.folded else f"{one} = {other}"


def _find_by_alias(connection: duckdb.DuckDBPyConnection, of: Dimension, gathered: GatheredRows) -> None:
    connection.execute(
        f"UPDATE {gathered.table} AS new SET key = known.key, by_alias = true FROM ({of.aliases()}) AS known "
        f"WHERE new.key IS NULL AND {_same(of, 'known.n1', 'new.natural_id')}"
    )
    # A file may use both names.
    connection.execute(
        f"DELETE FROM {gathered.table} WHERE by_alias AND key IN "
        f"(SELECT key FROM {gathered.table} GROUP BY key HAVING count(*) > 1)"
    )


def _number(connection: duckdb.DuckDBPyConnection, of: Dimension, gathered: GatheredRows) -> None:
    """Give new rows keys in the order of the file."""
    # Written anew, since an update would take longer.
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE numbered AS SELECT * REPLACE (CAST(coalesce(key, "
        f"greatest((SELECT max({of.column}) FROM {of.table}), {of.first_key - 1}) "
        f"+ row_number() OVER (PARTITION BY key IS NULL ORDER BY row)) AS INTEGER) AS key) FROM {gathered.table}"
    )
    gathered.drop(connection)
    connection.execute(f"ALTER TABLE numbered RENAME TO {gathered.table}")
