"""The star inside an open warehouse file: created empty, filled by the loaders, finished with packs and checks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl

from martlet.engine import definitions, install, packs, user_packs
from martlet.engine.connection import is_martlet
from martlet.engine.errors import WarehouseError
from martlet.engine.relation import SCHEMAS, in_order
from martlet.engine.relations import relations
from martlet.loaders.quality import checks, drift
from martlet.loaders.warehouse import meta_tables, own_packs, own_segments, segments
from martlet.loaders.warehouse.calendar import calendar
from martlet.loaders.warehouse.channels import channels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from martlet.engine.relation import Relation
    from martlet.loaders.quality.checks import CheckResult

__all__ = [
    "create",
    "create_macros",
    "create_tables",
    "extend_calendar",
    "finish",
    "insert",
    "next_load_id",
    "record_load",
    "record_settings",
    "refresh",
    "restore_truth",
    "setting",
    "write_catalogue",
]


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Create all schemas, types, tables and scalar macros, the unknown member of each dimension, the channels, and the rules of the segments.

    Of a file that has them already, because it is a copy of the prepared one or has been loaded before, nothing is changed.

    Raises
    ------
    WarehouseError
        If another version of Martlet made the file, and it lacks a table or a column that this one has.
    """
    if is_martlet(connection):
        _refuse_older(connection)
        return
    for relation in create_tables(connection):
        if relation.unit.header.get("unknown"):
            key = relation.keys[0].columns[0]
            connection.execute(f"INSERT INTO {relation.qualified} ({key}) VALUES (0)")
    insert(connection, "star.dim_channel", channels())
    own_segments.put(connection, segments.shipped())
    create_macros(connection)


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the scalar macros, by which loading and checks ask too."""
    for relation in in_order([one for one in relations() if one.kind == "macro"]):
        _create(connection, relation)


def _refuse_older(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(
        "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()"
    ).fetchall()
    known = {name for row in found for name in (row[0], ".".join(row))}
    known_words = dict(
        connection.execute(
            "SELECT schema_name || '.' || type_name, labels FROM duckdb_types() WHERE logical_type = 'ENUM'"
        ).fetchall()
    )
    for enum in (one for one in relations() if one.kind == "type"):
        for word in re.findall("'([^']*)'", enum.unit.body):
            if word not in known_words.get(enum.qualified, ()):
                raise WarehouseError(
                    f"another version of Martlet made this file: {enum.qualified} lacks {word!r}; make it anew, or load into a new file"
                )
    tables = (one for one in relations() if one.kind == "table" and one.qualified != user_packs.TABLE)
    for table in tables:
        for name in (table.qualified, *(f"{table.qualified}.{column}" for column in table.unit.columns)):
            if name not in known:
                raise WarehouseError(
                    f"another version of Martlet made this file: it lacks {name}; make it anew, or load into a new file"
                )


def create_tables(connection: duckdb.DuckDBPyConnection) -> list[Relation]:
    """Create all schemas, types and tables, these without a row, or empty those of a copy of the prepared file.

    Returns the tables in the order of what they refer to.
    """
    created = [relation for relation in in_order(relations()) if relation.kind in ("type", "table")]
    tables = [relation for relation in created if relation.kind == "table"]
    if is_martlet(connection):
        for table in reversed(tables):
            connection.execute(f"DELETE FROM {table.qualified}")
        return tables
    for schema in SCHEMAS:
        connection.execute(f"CREATE SCHEMA {schema}")
    for relation in created:
        _create(connection, relation)
    return tables


def restore_truth(connection: duckdb.DuckDBPyConnection) -> None:
    """Create again, without a row, the tables of `truth` that a file lacks, because somebody hid what was planted: queries name them."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS truth")
    installed = _tables_and_views(connection)
    for relation in in_order(relations()):
        if relation.schema == "truth" and relation.kind == "table" and relation.qualified not in installed:
            _create(connection, relation)


def insert(connection: duckdb.DuckDBPyConnection, relation: str, frame: pl.DataFrame) -> int:
    """Append a frame to a table by column name, columns left out taking their defaults; return the rows appended."""
    if frame.is_empty():
        return 0
    connection.register("_frame", frame)
    try:
        connection.execute(f"INSERT INTO {relation} BY NAME SELECT * FROM _frame")
    finally:
        connection.unregister("_frame")
    return frame.height


def extend_calendar(
    connection: duckdb.DuckDBPyConnection,
    first: date,
    last: date,
    *,
    promotions: Iterable[tuple[date, date]] = (),
) -> None:
    """Add the missing days of `star.dim_date`, in whole years, so that it holds `first` to `last`, both included.

    `promotions` are the periods, [first day, last day), in which the company ran an offer for everybody.
    """
    until = date(last.year + 1, 1, 1)
    days = calendar(date(first.year, 1, 1), until, promotions)
    known = connection.sql("SELECT date_key FROM star.dim_date").pl()
    insert(connection, "star.dim_date", days.join(known, on="date_key", how="anti").sort("date_key"))


def record_settings(connection: duckdb.DuckDBPyConnection, settings: Mapping[str, str]) -> None:
    """Add to `meta.setting` what must be said to get these very bytes again."""
    frame = pl.DataFrame({"name": list(settings), "value": list(settings.values())})
    insert(connection, "meta.setting", frame)


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """Return the value of a setting; None if there is none."""
    sql = "SELECT value FROM meta.setting WHERE name = $name"
    found = connection.execute(sql, {"name": name}).fetchall()
    return found[0][0] if found else None


def next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the next load, from 1."""
    rows = connection.execute("SELECT coalesce(max(load_id), 0) + 1 FROM meta.load").fetchall()
    return int(rows[0][0])


def record_load(connection: duckdb.DuckDBPyConnection, load: Mapping[str, object]) -> None:
    """Add a row to `meta.load`, the only one that depends on the clock."""
    now = datetime.now(tz=UTC).replace(tzinfo=None)
    insert(connection, "meta.load", pl.DataFrame([{"loaded_at": now, **load}]))


def refresh(connection: duckdb.DuckDBPyConnection) -> None:
    """Make marts, packs and practice views as the SQL of this version of Martlet has them.

    Views and macros that a file has from the same SQL stay: to plan all of them takes seconds. What is stored is made anew.
    """
    derived = [relation for relation in relations() if relation.kind in ("view", "stored", "macro")]
    derived += install.relations()
    digest = definitions.digest()
    if _has_definitions(connection, digest):
        derived = [relation.as_stored() for relation in derived if relation.kind == "stored"]
    else:
        for pack in packs.packs():
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {pack}")
        _drop_other_kinds(connection, derived)
    for relation in in_order(derived):
        _create(connection, relation)
    own_packs.refresh(connection)
    connection.execute("DELETE FROM meta.setting WHERE name = $name", {"name": definitions.SETTING})
    record_settings(connection, {definitions.SETTING: digest})


def _has_definitions(connection: duckdb.DuckDBPyConnection, digest: str) -> bool:
    """Whether the file's views are there, and come from definitions of this hash."""
    # Settings can have been copied into a file whose views are still to be made.
    installed = _tables_and_views(connection)
    return setting(connection, definitions.SETTING) == digest and all(
        relation.qualified in installed for relation in install.relations()
    )


def _drop_other_kinds(connection: duckdb.DuckDBPyConnection, derived: Iterable[Relation]) -> None:
    """Drop a table where a view comes, and a view where a table comes: CREATE OR REPLACE refuses both."""
    installed = _tables_and_views(connection)
    for relation in derived:
        found = installed.get(relation.qualified)
        if found is not None and (found == "TABLE") != (relation.kind == "stored"):
            connection.execute(f"DROP {found} {relation.qualified}")


def _tables_and_views(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return `TABLE` or `VIEW` by qualified name, for all that the file has."""
    return dict(
        connection.execute(
            "SELECT schema_name || '.' || table_name, 'TABLE' FROM duckdb_tables() "
            "WHERE database_name = current_database() UNION ALL "
            "SELECT schema_name || '.' || view_name, 'VIEW' FROM duckdb_views() "
            "WHERE NOT internal AND database_name = current_database()"
        ).fetchall()
    )


def finish(connection: duckdb.DuckDBPyConnection, load_id: int) -> list[CheckResult]:
    """Refresh what is derived, check the data, and write the catalogue: the last step before publishing.

    Returns what the checks found; those of severity `warn` are to be told.

    Raises
    ------
    CheckError
        If a check of severity `error` finds offending rows.
    """
    refresh(connection)
    drift.record(connection, load_id)
    results = checks.run(connection, load_id)
    write_catalogue(connection)
    return results


def write_catalogue(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the tables of `meta` that say what is in the file anew."""
    for table, frame_of in meta_tables.FRAMES.items():
        connection.execute(f"DELETE FROM {table}")
        insert(connection, table, frame_of(connection))


def _create(connection: duckdb.DuckDBPyConnection, relation: Relation) -> None:
    # In one call, which is quicker than one for each column.
    connection.execute(";\n".join((*relation.creates, *relation.comments)))
