"""Members of dimensions, described: customers, products, campaigns.

The last value of a file counts, an empty cell says nothing, and what only mentions a member in passing (the email in an
order) completes what is not known, without overruling the source of customers. A placeholder that turns out to be a
member by its other name (a campaign's name, a customer's address) becomes that member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging import history
from martlet.loaders.ingest.merging.dimensions import DIMENSIONS, resolve
from martlet.loaders.ingest.merging.outcome import Outcome
from martlet.loaders.ingest.merging.reshaping import repoint, without_children
from martlet.loaders.ingest.merging.tables import columns_of, count, quoted, sql_type

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.dimensions import Join
    from martlet.loaders.ingest.merging.staging import Staged
    from martlet.loaders.ingest.merging.tables import Column

__all__ = ["settle_members"]

# The field by which others may have named a member before it was described.
_ALIASES = {"star.dim_customer": "email", "star.dim_campaign": "name"}


def settle_members(connection: duckdb.DuckDBPyConnection, staged: Staged, as_of: datetime) -> Outcome:
    """Write the staged members of a dimension; leaves the temporary table `touched` (`key`) of those that are new or changed."""
    resolved = resolve(connection, staged)
    table = staged.entity.table
    key = _key(staged)
    columns = columns_of(connection, table)
    _gather(connection, staged, resolved.joins)
    _find(connection, staged)
    _compose(connection, staged, resolved.joins, columns, as_of)
    names = [column.name for column in columns if column.name != key and _is_told(connection, column.name)]
    compared = [name for name in names if name != "described_on"]
    differs = " OR ".join(f"old.{quoted(n)} IS DISTINCT FROM new.{quoted(n)}" for n in compared)
    described = "old.described_on" if table == "star.dim_customer" else "CAST(NULL AS DATE)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE touched AS SELECT new.{key} AS key, old.{key} IS NULL AS is_new, "
        f"coalesce(old.is_placeholder, false) AS was_placeholder, {described} AS described_before FROM composed AS new "
        f"LEFT JOIN {table} AS old ON old.{key} = new.{key} WHERE old.{key} IS NULL OR {differs}"
    )
    if table == "star.dim_customer" and staged.is_main:
        history.refuse_older(connection, as_of)
    _update(connection, table, key, names)
    connection.execute(
        f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (row, times) FROM composed "
        f"WHERE {key} IN (SELECT key FROM touched WHERE is_new) ORDER BY {key}"
    )
    if table == "star.dim_customer":
        history.write_versions(connection, as_of, is_main=staged.is_main)
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


def _key(staged: Staged) -> str:
    return staged.entity.table.removeprefix("star.dim_") + "_key"


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


def _find(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Give each member its key: the one it has, that of its placeholder, or a new one."""
    table, key = staged.entity.table, _key(staged)
    identifier = staged.entity.fields[staged.entity.key[0]].column
    connection.execute(
        f"UPDATE gathered SET key = dim.{key} FROM {table} AS dim WHERE dim.{identifier} = natural_id AND dim.{key} <> 0"
    )
    alias = _ALIASES.get(table)
    if alias in staged.fed:
        placeholders = (
            f"SELECT new.natural_id, new.key AS member, dim.{key} AS placeholder FROM gathered AS new JOIN {table} AS dim "
            f"ON dim.is_placeholder AND dim.{identifier} = new.{quoted(str(alias))} AND dim.{identifier} <> new.natural_id "
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
            repoint(connection, table, key)
        connection.execute("DROP TABLE adopted")
    other_names = next(of.alias for of in DIMENSIONS.values() if of.key == key)
    connection.execute("ALTER TABLE gathered ADD COLUMN by_alias BOOLEAN DEFAULT false")
    if other_names:
        connection.execute(
            f"UPDATE gathered SET key = other.key, by_alias = true FROM ({other_names}) AS other "
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


def _compose(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    joins: list[Join],
    columns: list[Column],
    as_of: datetime,
) -> None:
    """Make the temporary table `composed`: members with all columns of the table that the file tells."""
    entity, key = staged.entity, _key(staged)
    stored = {column.name: column for column in columns}
    identifier = entity.fields[entity.key[0]].column
    selected = [
        "new.row",
        "new.times",
        f"new.key AS {key}",
        f"TIMESTAMP '{as_of}' AS as_of",
        f"CASE WHEN new.by_alias THEN old.{identifier} ELSE new.natural_id END AS natural_id",
    ]
    for name, of in entity.fields.items():
        if name == entity.key[0]:
            continue
        value = f"new.{quoted(name)}" if name in staged.fed else f"CAST(NULL AS {sql_type(of)})"
        if of.dimension is None and of.column in stored:
            known = stored[of.column].known("old")
            if of.column == "name":
                known = f"nullif({known}, old.{identifier})"
            kept = f"CAST(old.{quoted(of.column)} AS {sql_type(of)})"
            value = _completed(staged, value, f"CAST({known} AS {sql_type(of)})", kept)
        selected.append(f"{value} AS {quoted(name)}")
    found = {join.column for join in joins}
    keys = {of.key or DIMENSIONS[of.dimension].key for of in entity.fields.values() if of.dimension}
    selected += [
        f"{f'new.{name}' if name in found else 'CAST(NULL AS INTEGER)'} AS {name}"
        for name in sorted(keys - {key})
    ]
    selected += [f"old.{quoted(column.name)} AS {quoted('old_' + column.name)}" for column in columns]
    derived = "".join(f", {sql} AS {name}" for name, sql in entity.derived.items())
    rows = (
        f"(SELECT *{derived} FROM (SELECT {', '.join(selected)} FROM gathered AS new "
        f"LEFT JOIN {entity.table} AS old ON old.{key} = new.key))"
    )
    values = {
        key: key,
        identifier: "natural_id",
        "is_placeholder": "false" if staged.is_main else "coalesce(old_is_placeholder, true)",
    }
    if "described_on" in stored and staged.is_main:
        values["described_on"] = "CAST(as_of AS DATE)"
    by_column = {of.column: name for name, of in entity.fields.items() if of.dimension is None}
    for column in columns:
        name = column.name
        if name in values or name == "described_on":
            continue
        expression = entity.columns.get(name) or (name if name in keys else by_column.get(name))
        if expression is None:
            continue
        if expression in keys:
            kept = f"nullif({quoted('old_' + name)}, 0)"
            expression = _completed(staged, f"nullif({expression}, 0)", kept, kept, "old_is_placeholder")
        values[name] = column.filled(f"coalesce({expression}, {quoted('old_' + name)})")
    composed = ", ".join(f"{value} AS {quoted(name)}" for name, value in values.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE composed AS SELECT row, times, {composed} FROM {rows}")


def _completed(staged: Staged, new: str, known: str, stored: str, mark: str = "old.is_placeholder") -> str:
    """Return what is known of a member after a file: who describes it overrules, who mentions it completes.

    `known` is what is stored, a default or a placeholder's name being nothing known; of a member that was described
    a default is known too: no mention turns a consent that was not given into one.
    """
    if staged.is_main:
        return f"coalesce({new}, {known})"
    return f"CASE WHEN NOT {mark} THEN coalesce({stored}, {new}) ELSE coalesce({known}, {new}) END"


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
