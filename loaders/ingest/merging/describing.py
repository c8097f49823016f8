"""Members of dimensions, described: customers, products, campaigns.

The last value of a file counts, an empty cell says nothing, and what only mentions a member in passing (the email in an
order) completes what is not known, without overruling the source of customers. A placeholder that turns out to be a
member by its other name (a campaign's name, a customer's address) becomes that member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging import history
from martlet.loaders.ingest.merging.composing import compose
from martlet.loaders.ingest.merging.dimensions import resolve
from martlet.loaders.ingest.merging.outcome import Outcome
from martlet.loaders.ingest.merging.reshaping import repoint, without_children
from martlet.loaders.ingest.merging.tables import columns_of, count, quoted
from martlet.loaders.warehouse.dimensions import dimension_of

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.dimensions import Join
    from martlet.loaders.ingest.merging.staging import Staged
    from martlet.loaders.warehouse.dimensions import Dimension

__all__ = ["settle_members"]


def settle_members(connection: duckdb.DuckDBPyConnection, staged: Staged, as_of: datetime) -> Outcome:
    """Write the staged members of a dimension; leaves the temporary table `touched` (`key`) of those that are new or changed."""
    resolved = resolve(connection, staged)
    table = staged.entity.table
    of = dimension_of(table)
    key = of.column
    columns = columns_of(connection, table)
    _gather(connection, staged, resolved.joins)
    _find(connection, staged, of)
    compose(connection, staged, of, resolved.joins, as_of)
    names = [column.name for column in columns if column.name != key and _is_told(connection, column.name)]
    compared = [name for name in names if name != "described_on"]
    differs = " OR ".join(f"old.{quoted(n)} IS DISTINCT FROM new.{quoted(n)}" for n in compared)
    described = "old.described_on" if of.is_dated else "CAST(NULL AS DATE)"
    placeholder = "coalesce(old.is_placeholder, false)" if of.has_placeholders else "false"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE touched AS SELECT new.{key} AS key, old.{key} IS NULL AS is_new, "
        f"{placeholder} AS was_placeholder, {described} AS described_before FROM composed AS new "
        f"LEFT JOIN {table} AS old ON old.{key} = new.{key} WHERE old.{key} IS NULL OR {differs}"
    )
    if of.is_dated and staged.is_main:
        history.refuse_older(connection, of, as_of)
    _update(connection, table, key, names)
    connection.execute(
        f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (row, times) FROM composed "
        f"WHERE {key} IN (SELECT key FROM touched WHERE is_new) ORDER BY {key}"
    )
    if of.tracked:
        history.write_versions(connection, of, as_of, is_main=staged.is_main)
    loaded, replaced = (
        count(connection, "touched"),
        count(connection, "touched WHERE NOT is_new AND NOT was_placeholder"),
    )
    outcome = Outcome(loaded=loaded, replaced=replaced, merged=count(connection, staged.name) - loaded)
    repeats = int(connection.execute("SELECT coalesce(sum(times - 1), 0) FROM composed").fetchall()[0][0])
    if repeats and staged.is_main:
        outcome.notes.append(
            f"rows that repeat a {staged.entity.key[0]}, merged; the last value of each field counts: {repeats:,}"
        )
    for name in ("gathered", "composed"):
        connection.execute(f"DROP TABLE {name}")
    return outcome


def _is_told(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(
        connection.execute(
            "SELECT 1 FROM duckdb_columns() WHERE table_name = 'composed' AND column_name = $name",
            {"name": name},
        ).fetchall()
    )


def _gather(connection: duckdb.DuckDBPyConnection, staged: Staged, joins: list[Join]) -> None:
    """Make the temporary table `gathered`: one row for each member that the file names."""
    # Who describes a member has the last word; who mentions one, the first.
    pick = "arg_max" if staged.is_main else "arg_min"
    (natural,) = staged.entity.key
    told = {name: f"staged.{quoted(name)}" for name in staged.fed if name != natural}
    told |= {join.column: join.expression for join in joins}
    picked = ", ".join(
        f"{pick}({sql}, {{'row': staged.row, 'part': staged.part}}) FILTER (WHERE {sql} IS NOT NULL) AS {quoted(name)}"
        for name, sql in told.items()
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE gathered AS SELECT staged.{quoted(natural)} AS natural_id, min(staged.row) AS row, "
        f"count(*) AS times{', ' + picked if picked else ''} FROM {staged.name} AS staged "
        f"{' '.join(join.sql for join in joins)} WHERE natural_id IS NOT NULL GROUP BY natural_id"
    )
    connection.execute("ALTER TABLE gathered ADD COLUMN key INTEGER")


def _find(connection: duckdb.DuckDBPyConnection, staged: Staged, of: Dimension) -> None:
    """Give each member its key: the one it has, that of its placeholder, or a new one."""
    table, key, identifier = of.table, of.column, of.natural[0]
    connection.execute(
        f"UPDATE gathered SET key = dim.{key} FROM {table} AS dim WHERE dim.{identifier} = natural_id AND dim.{key} <> 0"
    )
    connection.execute("ALTER TABLE gathered ADD COLUMN by_alias BOOLEAN DEFAULT false")
    if of.alias:
        if of.has_placeholders:
            _adopt(connection, staged, of)
        connection.execute(
            f"UPDATE gathered SET key = other.key, by_alias = true FROM ({of.aliases()}) AS other "
            "WHERE gathered.key IS NULL AND other.n1 = gathered.natural_id"
        )
        # A file may call one member by both names.
        connection.execute(
            "DELETE FROM gathered WHERE by_alias AND key IN (SELECT key FROM gathered GROUP BY key HAVING count(*) > 1)"
        )
    # New members are numbered in the order of the file. Written anew, since an update would take longer.
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE numbered AS SELECT * REPLACE (CAST(coalesce(key, (SELECT max("
        f"{key}) FROM {table}) + row_number() OVER (PARTITION BY key IS NULL ORDER BY row)) AS INTEGER) AS key) FROM gathered"
    )
    connection.execute("DROP TABLE gathered")
    connection.execute("ALTER TABLE numbered RENAME TO gathered")


def _adopt(connection: duckdb.DuckDBPyConnection, staged: Staged, of: Dimension) -> None:
    """Take the placeholders that go by another name of what the file describes for the same."""
    table, key, identifier = of.table, of.column, of.natural[0]
    fields = staged.entity.fields
    name = next((name for name in staged.fed if fields[name].column == of.alias_column), None)
    if name is None:
        return
    placeholders = (
        f"SELECT new.natural_id, new.key AS member, dim.{key} AS placeholder FROM gathered AS new JOIN {table} AS dim "
        f"ON dim.is_placeholder AND dim.{identifier} = new.{quoted(name)} AND dim.{identifier} <> new.natural_id "
        f"QUALIFY row_number() OVER (PARTITION BY dim.{key} ORDER BY new.row) = 1"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE adopted AS {placeholders}")
    connection.execute(
        "UPDATE gathered SET key = adopted.placeholder FROM adopted "
        "WHERE adopted.natural_id = gathered.natural_id AND adopted.member IS NULL"
    )
    twice = connection.execute(
        "SELECT placeholder, member FROM adopted WHERE member IS NOT NULL ORDER BY ALL"
    ).fetchall()
    if twice:
        repoint(connection, of)
    connection.execute("DROP TABLE adopted")


def _update(connection: duckdb.DuckDBPyConnection, table: str, key: str, names: list[str]) -> None:
    """Write the new values of members that are there."""
    linked = [name for name in names if name.endswith("_key")]
    plain = [name for name in names if name not in linked]
    assigned = ", ".join(f"{quoted(name)} = new.{quoted(name)}" for name in plain)
    connection.execute(
        f"UPDATE {table} AS old SET {assigned} FROM composed AS new WHERE old.{key} = new.{key}"
    )
    for name in linked:
        differs = (
            f"composed AS new JOIN {table} AS old ON old.{key} = new.{key} WHERE old.{name} <> new.{name}"
        )
        if count(connection, differs):
            with without_children(connection, table):
                connection.execute(
                    f"UPDATE {table} AS old SET {name} = new.{name} FROM composed AS new "
                    f"WHERE old.{key} = new.{key} AND old.{name} <> new.{name}"
                )
