"""Rows of a fact into the star: new ones added, changed ones replaced by key, equal ones merged.

An empty cell says nothing: what an earlier file told stays. So a file with fewer columns takes nothing away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.engine.relations import relation_of
from martlet.loaders.ingest.entity import entity as entity_of
from martlet.loaders.ingest.merging import told
from martlet.loaders.ingest.merging.dimensions import resolve
from martlet.loaders.ingest.merging.fact_rows import FactRows
from martlet.loaders.ingest.merging.identifying import identify, refuse_contradictions
from martlet.loaders.ingest.merging.outcome import Outcome
from martlet.loaders.ingest.merging.summing import account
from martlet.loaders.ingest.merging.tables import columns_of, count, has_rows, primary_key, quoted
from martlet.loaders.ingest.merging.visitors import identify_visitors
from martlet.loaders.warehouse.dimensions import dimensions

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.rows import KeyedRows
    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["merge_facts", "order_of"]


def merge_facts(
    connection: duckdb.DuckDBPyConnection, staged: Staged, as_of: datetime
) -> tuple[Outcome, KeyedRows]:
    """Write the staged rows of a fact.

    Returns
    -------
    tuple
        What became of them, and those that were kept; their table is the caller's to drop.
    """
    if not staged.is_distinct:
        refuse_contradictions(connection, staged)
    resolved = resolve(connection, staged)
    keyed, notes = identify(connection, staged, resolved.joins)
    resolved.drop(connection)
    outcome = Outcome(notes=notes)
    stored = {column.name: column for column in columns_of(connection, staged.entity.table)}
    rows = FactRows(staged, keyed, stored, as_of)
    _refuse_momentless(connection, staged, keyed)
    was_empty = not has_rows(connection, staged.entity.table)
    if _are_known(connection, rows):
        _refuse_owners(connection, staged, keyed)
        _merge(connection, rows, outcome)
        told.remember(connection, rows)
    else:
        _add(connection, rows)
        if was_empty:
            told.remember_all(connection, staged.entity)
        else:
            told.remember(connection, rows)
        outcome.loaded += count(connection, keyed.table)
    _await(connection, staged, keyed)
    if staged.entity.sums:
        account(connection, staged, outcome)
    outcome.merged += count(connection, f"{staged.dropped} WHERE fate = 'merged'")
    outcome.refused = connection.sql(
        f"SELECT row, field, reason, detail FROM {staged.dropped} WHERE fate = 'refused' ORDER BY row, part"
    ).pl()
    if "visitor_key" in keyed.columns and staged.entity.at in keyed.columns:
        identify_visitors(connection, keyed, at=str(staged.entity.at))
    return outcome, keyed


def order_of(table: str) -> str:
    """Return the order in which a fact lies in the file: by customer and time where it has them."""
    unit = relation_of(table).unit
    leading = [name for name in ("customer_key", unit.header.get("at")) if name in unit.columns]
    return ", ".join(dict.fromkeys((*leading, *primary_key(table))))


def _refuse_momentless(connection: duckdb.DuckDBPyConnection, staged: Staged, keyed: KeyedRows) -> None:
    """Refuse rows whose moment another file is to tell (`later` in a profile), where that file has not come."""
    entity = staged.entity
    at = entity.at
    if entity.id is None or at is None or at not in staged.fed or not entity.fields[at].required:
        return
    if not has_rows(connection, f"{keyed.table} WHERE {quoted(at)} IS NULL"):
        return
    unknown = (
        f"{quoted(at)} IS NULL AND source_id NOT IN "
        f"(SELECT source_id FROM {entity.table} WHERE source_id IS NOT NULL)"
    )
    connection.execute(
        f"INSERT INTO {staged.dropped} SELECT row, part, 'refused', '{entity.key[0]}', 'not known yet', "
        f"concat('the warehouse has no ', source_id, ' among its {entity.name.replace('_', ' ')}; load the file that says when that was first') "
        f"FROM {keyed.table} WHERE {unknown}"
    )
    connection.execute(f"DELETE FROM {keyed.table} WHERE {unknown}")


def _refuse_owners(connection: duckdb.DuckDBPyConnection, staged: Staged, keyed: KeyedRows) -> None:
    """Refuse rows whose key the star has, but of another owner."""
    owner = staged.entity.owner
    if owner is None or owner not in staged.fed:
        return
    of = dimensions()[str(staged.entity.fields[owner].dimension)]
    connection.execute(
        f"INSERT INTO {staged.dropped} SELECT new.row, new.part, 'refused', '{staged.entity.key[0]}', 'key of another {of.name}', "
        f"concat('the warehouse has it as one of ', whose.{of.natural[0]}) FROM {keyed.table} AS new "
        f"JOIN {staged.entity.table} AS old ON old.source_id = new.source_id "
        f"JOIN {of.table} AS whose ON whose.{of.column} = old.{of.key} "
        f"WHERE old.{of.key} <> 0 AND new.{of.key} IS NOT NULL AND old.{of.key} <> new.{of.key}"
    )
    connection.execute(
        f"DELETE FROM {keyed.table} WHERE EXISTS (FROM {staged.dropped} AS gone "
        f"WHERE gone.row = {keyed.table}.row AND gone.part = {keyed.table}.part)"
    )


def _are_known(connection: duckdb.DuckDBPyConnection, rows: FactRows) -> bool:
    """Tell whether the star has any of the rows already, by their keys."""
    table = rows.staged.entity.table
    if not has_rows(connection, table):
        return False
    # Other keys are made of what the row becomes in the star.
    return rows.match != ("source_id",) or bool(
        connection.execute(
            f"SELECT 1 FROM {rows.keyed.table} WHERE source_id IN (SELECT source_id FROM {table}) LIMIT 1"
        ).fetchall()
    )


def _add(connection: duckdb.DuckDBPyConnection, rows: FactRows) -> None:
    """Append rows that the table has not, numbered in the order of the file, in the order in which the table lies."""
    entity = rows.staged.entity
    number = ""
    if entity.id is not None:
        last = f"(SELECT coalesce(max({entity.id}), 0) FROM {entity.table})"
        number = f"{last} + {_number(connection, rows.keyed)} AS {entity.id}, "
    connection.execute(
        f"INSERT INTO {entity.table} BY NAME SELECT * EXCLUDE (row, part) "
        f"FROM (SELECT {number}* FROM {rows.alone()}) ORDER BY {order_of(entity.table)}"
    )


def _number(connection: duckdb.DuckDBPyConnection, keyed: KeyedRows) -> str:
    """Return the SQL that numbers rows from 1 in the order of the file; if none is missing, no sorting is needed."""
    first, last, parts, rows = connection.execute(
        f"SELECT min(row), max(row), max(part), count(*) FROM {keyed.table}"
    ).fetchall()[0]
    is_dense = rows and parts == 0 and last - first + 1 == rows
    return f"row - {first - 1}" if is_dense else "row_number() OVER (ORDER BY row, part)"


def _merge(connection: duckdb.DuckDBPyConnection, rows: FactRows, outcome: Outcome) -> None:
    """Add new rows, numbered in the order of the file, and put changed ones in the place of the old; the same again is merged.

    The order of the table, and columns that depend on all of its rows, are seen to at the end of the load.
    """
    entity, dropped = rows.staged.entity, rows.staged.dropped
    number = ""
    if entity.id is not None:
        number = (
            f", (SELECT max({entity.id}) FROM {entity.table}) + row_number() OVER "
            f"(PARTITION BY stored_key IS NULL ORDER BY row, part) AS {entity.id}"
        )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT *{number} FROM {rows.beside_stored()}"
    )
    connection.execute(
        f"INSERT INTO {dropped} SELECT row, part, 'merged', NULL, NULL, NULL FROM incoming WHERE is_same"
    )
    match = " AND ".join(f"old.{quoted(name)} = new.{quoted(name)}" for name in rows.match)
    assigned = ", ".join(f"{quoted(name)} = new.{quoted(name)}" for name in rows.compared())
    names = [*([entity.id] if entity.id is not None else []), *rows.values()]
    actions = connection.sql(
        f"MERGE INTO {entity.table} AS old USING (FROM incoming WHERE NOT is_same) AS new ON {match} "
        f"{f'WHEN MATCHED THEN UPDATE SET {assigned} ' if assigned else ''}"
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(map(quoted, names))}) "
        f"VALUES ({', '.join(f'new.{quoted(name)}' for name in names)}) RETURNING merge_action"
    ).pl()["merge_action"]
    connection.execute("DROP TABLE incoming")
    outcome.replaced += int((actions == "UPDATE").sum())
    outcome.loaded += actions.len()


def _await(connection: duckdb.DuckDBPyConnection, staged: Staged, keyed: KeyedRows) -> None:
    """Remember the references of facts to facts that have not come yet; `links` resolves them when they do."""
    entity = staged.entity
    for name, of in entity.fields.items():
        if of.reference is None or name not in staged.fed or entity.id is None or of.required:
            continue
        # What is linked at the end is awaited in any case, for then it is known which side is right.
        unknown = "true" if name in entity.linked else f"{name}__key IS NULL"
        connection.execute(
            "INSERT INTO quarantine.awaited_reference "
            f"SELECT '{entity.table}', kept.source_id, '{name}', $target, kept.{quoted(name)} FROM {keyed.table} AS kept "
            f"WHERE kept.{quoted(name)} IS NOT NULL AND {unknown} AND NOT EXISTS (FROM quarantine.awaited_reference AS there "
            f"WHERE there.relation = '{entity.table}' AND there.column_name = '{name}' AND there.source_id = kept.source_id)",
            {"target": entity_of(of.reference).table},
        )
