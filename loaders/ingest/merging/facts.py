"""Rows of a fact into the star: new ones added, changed ones replaced by key, equal ones merged.

An empty cell says nothing: what an earlier file told stays. So a file with fewer columns takes nothing away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.engine.relations import relation_of
from martlet.loaders.ingest.entity import entity as entity_of
from martlet.loaders.ingest.merging.adjusting import adjusted
from martlet.loaders.ingest.merging.dimensions import resolve
from martlet.loaders.ingest.merging.identifying import identify, refuse_contradictions
from martlet.loaders.ingest.merging.outcome import Outcome
from martlet.loaders.ingest.merging.tables import columns_of, count, has_rows, primary_key, quoted, sql_type
from martlet.loaders.warehouse.dimensions import dimensions

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.dimensions import Join
    from martlet.loaders.ingest.merging.staging import Staged
    from martlet.loaders.ingest.merging.tables import Column

__all__ = ["order_of", "settle_facts"]


def settle_facts(connection: duckdb.DuckDBPyConnection, staged: Staged, as_of: datetime) -> Outcome:
    """Write the staged rows of a fact; leaves the temporary table `keyed` with the rows that were kept."""
    if not staged.is_distinct:
        refuse_contradictions(connection, staged)
    resolved = resolve(connection, staged)
    outcome = Outcome(notes=identify(connection, staged, resolved.joins))
    table = staged.entity.table
    columns = columns_of(connection, table)
    ready = _ready(staged, resolved.joins, as_of)
    if has_rows(connection, table):
        _refuse_owners(connection, staged)
        _place(connection, staged, ready, columns)
        _replace(connection, staged, columns, outcome)
        _add(connection, staged, "placed WHERE old_key IS NULL")
        outcome.loaded += count(connection, "placed WHERE old_key IS NULL")
        connection.execute("DROP TABLE placed")
    else:
        rows = f"(SELECT row, part, {_selected(staged, columns)} FROM {_derived(staged, ready)})"
        _add(connection, staged, rows)
        outcome.loaded += count(connection, "keyed")
    _await(connection, staged)
    outcome.merged += count(connection, f"{staged.dropped} WHERE fate = 'merged'")
    outcome.refused = connection.sql(
        f"SELECT row, field, reason, detail FROM {staged.dropped} WHERE fate = 'refused' ORDER BY row, part"
    ).pl()
    return outcome


def _await(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Remember the references of facts to facts that have not come yet; `links` resolves them when they do."""
    entity = staged.entity
    for name, of in entity.fields.items():
        if of.reference is None or name not in staged.fed or entity.id is None or of.required:
            continue
        # What is linked at the end is awaited in any case, for then it is known which side is right.
        unknown = "true" if name in entity.linked else f"{name}__key IS NULL"
        connection.execute(
            "INSERT INTO quarantine.awaited_reference "
            f"SELECT '{entity.table}', keyed.source_id, '{name}', $target, keyed.{quoted(name)} FROM keyed "
            f"WHERE keyed.{quoted(name)} IS NOT NULL AND {unknown} AND NOT EXISTS (FROM quarantine.awaited_reference AS there "
            f"WHERE there.relation = '{entity.table}' AND there.column_name = '{name}' AND there.source_id = keyed.source_id)",
            {"target": entity_of(of.reference).table},
        )


def order_of(table: str) -> str:
    """Return the order in which a fact lies in the file: by customer and time where it has them."""
    unit = relation_of(table).unit
    leading = [name for name in ("customer_key", unit.header.get("at")) if name in unit.columns]
    return ", ".join(dict.fromkeys((*leading, *primary_key(table))))


def _match(staged: Staged) -> list[str]:
    """Return the columns by which a row finds itself in the star."""
    return ["source_id"] if staged.entity.id is not None else list(primary_key(staged.entity.table))


def _refuse_owners(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Refuse rows whose key the star has, but of another customer."""
    owner = staged.entity.owner
    if owner is None or owner not in staged.fed:
        return
    connection.execute(
        f"INSERT INTO {staged.dropped} SELECT new.row, new.part, 'refused', '{staged.entity.key[0]}', 'key of another customer', "
        f"concat('the warehouse has it as one of ', whose.customer_id) FROM keyed AS new "
        f"JOIN {staged.entity.table} AS old ON old.source_id = new.source_id "
        "JOIN star.dim_customer AS whose ON whose.customer_key = old.customer_key "
        "WHERE old.customer_key <> 0 AND new.customer_key IS NOT NULL AND old.customer_key <> new.customer_key"
    )
    connection.execute(
        f"DELETE FROM keyed WHERE EXISTS (FROM {staged.dropped} AS gone WHERE gone.row = keyed.row AND gone.part = keyed.part)"
    )


def _ready(staged: Staged, joins: list[Join], as_of: datetime) -> str:
    """Return a subquery of `keyed` with all fields, keys and references of the entity; those that it does not have are NULL."""
    entity = staged.entity
    selected = [
        "row",
        "part",
        *(["source_id"] if entity.id is not None else []),
        f"TIMESTAMP '{as_of}' AS as_of",
    ]
    for name, of in entity.fields.items():
        is_fed = name in staged.fed
        selected.append(quoted(name) if is_fed else f"CAST(NULL AS {sql_type(of)}) AS {quoted(name)}")
        if of.reference is not None:
            further = [f"{name}__key", *(f"{name}__{column}" for column in of.takes)]
            selected += further if is_fed else [f"NULL AS {column}" for column in further]
    found = {join.column for join in joins}
    for key in _keys(staged):
        value = key if key in found else "CAST(NULL AS INTEGER)"
        if key == "channel_key" and "campaign_key" in found:
            value = f"coalesce({value}, campaign__channel_key)"
        selected.append(f"{value} AS {key}")
    return f"(SELECT {', '.join(selected)} FROM keyed)"


def _overlaid(staged: Staged, ready: str, columns: list[Column]) -> str:
    """Return a subquery of ready rows beside the rows that they replace: what a row does not tell comes from the old one."""
    entity = staged.entity
    stored = {column.name: column for column in columns}
    values = _values(staged, columns)
    match = _match(staged)
    selected = ["new.row", "new.part", "new.as_of", "old.old_key"]
    if entity.id is not None:
        selected.append("new.source_id")
    for name, of in entity.fields.items():
        value = f"new.{quoted(name)}"
        if of.dimension is None and of.reference is None and of.column in stored:
            value = f"coalesce({value}, CAST({stored[of.column].known('old')} AS {sql_type(of)}))"
        selected.append(f"{value} AS {quoted(name)}")
        if of.reference is not None:
            key = f"new.{name}__key"
            if name in stored:
                key = f"coalesce({key}, old.{quoted(name)})"
            selected += [f"{key} AS {name}__key", *(f"new.{name}__{column}" for column in of.takes)]
    for key in _keys(staged):
        old = f", {stored[key].known('old')}" if key in stored else ""
        selected.append(f"coalesce(new.{key}{old}) AS {key}")
    matched = ", ".join(f"{values[name]} AS match_{name}" for name in match)
    on = " AND ".join(f"old.{quoted(name)} = new.match_{name}" for name in match)
    key = quoted(_row_key(staged))
    return (
        f"(SELECT {', '.join(selected)} FROM (SELECT *, {matched} FROM {ready}) AS new "
        f"LEFT JOIN (SELECT *, {key} AS old_key FROM {entity.table}) AS old ON {on})"
    )


def _keys(staged: Staged) -> list[str]:
    """Return all keys to which the entity's fields can lead."""
    found = (
        of.key or dimensions()[of.dimension].key
        for of in staged.entity.fields.values()
        if of.dimension is not None
    )
    return list(dict.fromkeys(found))


def _values(staged: Staged, columns: list[Column]) -> dict[str, str]:
    """Return the SQL of each column of the table that a row of `_ready` tells, but the number of the row."""
    entity = staged.entity
    by_column = {
        of.column: name for name, of in entity.fields.items() if of.dimension is None and of.reference is None
    }
    references = {name for name, of in entity.fields.items() if of.reference is not None}
    keys = set(_keys(staged))
    values = {}
    for column in columns:
        name = column.name
        if name == entity.id or name in entity.computed or name in entity.linked:
            continue
        if name in entity.columns:
            expression = entity.columns[name]
        elif name in references:
            expression = f"{name}__key"
        elif name in keys or name == "source_id":
            expression = name
        elif name in by_column:
            expression = quoted(by_column[name])
        elif name == "date_key" and entity.at is not None:
            at = entity.columns.get(entity.at, entity.at)
            expression = f"year({at}) * 10000 + month({at}) * 100 + day({at})"
        else:
            continue
        values[name] = column.filled(expression)
    return values


def _row_key(staged: Staged) -> str:
    """Return a column that is not NULL in any row of the table."""
    return staged.entity.id or primary_key(staged.entity.table)[0]


def _place(connection: duckdb.DuckDBPyConnection, staged: Staged, ready: str, columns: list[Column]) -> None:
    """Make the temporary table `placed`: rows with all columns of the table, and the key of the row that they replace."""
    rows = adjusted(staged, _overlaid(staged, ready, columns))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE placed AS SELECT row, part, old_key, {_selected(staged, columns)} FROM {_derived(staged, rows)}"
    )


def _selected(staged: Staged, columns: list[Column]) -> str:
    return ", ".join(f"{value} AS {quoted(name)}" for name, value in _values(staged, columns).items())


def _derived(staged: Staged, rows: str) -> str:
    derived = "".join(f", {sql} AS {name}" for name, sql in staged.entity.derived.items())
    return f"(SELECT *{derived} FROM {rows})"


def _replace(
    connection: duckdb.DuckDBPyConnection, staged: Staged, columns: list[Column], outcome: Outcome
) -> None:
    """Put rows that changed in the place of the old ones; equal ones are merged."""
    table = staged.entity.table
    names = [row[0] for row in connection.execute("DESCRIBE placed").fetchall()]
    compared = [
        column.name for column in columns if column.name in names and column.name not in _match(staged)
    ]
    match = " AND ".join(f"old.{quoted(name)} = new.{quoted(name)}" for name in _match(staged))
    differs = (
        " OR ".join(f"old.{quoted(name)} IS DISTINCT FROM new.{quoted(name)}" for name in compared) or "false"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE changed AS SELECT new.* FROM placed AS new JOIN {table} AS old ON {match} "
        f"WHERE new.old_key IS NOT NULL AND ({differs})"
    )
    replaced = count(connection, "changed")
    if replaced:
        assigned = ", ".join(f"{quoted(name)} = new.{quoted(name)}" for name in compared)
        connection.execute(f"UPDATE {table} AS old SET {assigned} FROM changed AS new WHERE {match}")
    connection.execute(
        f"INSERT INTO {staged.dropped} SELECT row, part, 'merged', NULL, NULL, NULL FROM placed WHERE old_key IS NOT NULL "
        "AND NOT EXISTS (FROM changed WHERE changed.row = placed.row AND changed.part = placed.part)"
    )
    connection.execute("DROP TABLE changed")
    outcome.replaced += replaced
    outcome.loaded += replaced


def _add(connection: duckdb.DuckDBPyConnection, staged: Staged, rows: str) -> None:
    """Append rows with new numbers, given in the order of the file, in the order in which the table lies."""
    entity = staged.entity
    number = ""
    if entity.id is not None:
        number = f"(SELECT coalesce(max({entity.id}), 0) FROM {entity.table}) + row_number() OVER (ORDER BY row, part) AS {entity.id}, "
    order = order_of(entity.table)
    computed = "".join(f", {sql} AS {name}" for name, sql in entity.computed.items())
    inner = f"SELECT {number}* FROM {rows}"
    but = "row, part" + (", old_key" if rows.startswith("placed") else "")
    connection.execute(
        f"INSERT INTO {entity.table} BY NAME SELECT * EXCLUDE ({but}){computed} FROM ({inner}) ORDER BY {order}"
    )
