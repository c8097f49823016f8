"""Which row is which: a file's rows of a fact with their keys and `source_id`, each thing once.

A row is known by its key in the source. Where that is not given, it is known by its content and by which of the rows
equal in that it is, so that a longer export that holds the row again says the same. Equal rows with a time of day
that agree in every cell of the file are one thing, exported twice; with only a day they may be two, and both are kept.
Within a file the first row of a key counts; a later one with other content is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.settling.members import DIMENSIONS
from martlet.loaders.ingest.settling.tables import count, primary_key, quoted

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.settling.members import Join
    from martlet.loaders.ingest.settling.staging import Staged

__all__ = ["identify"]


def identify(connection: duckdb.DuckDBPyConnection, staged: Staged, joins: list[Join]) -> list[str]:
    """Make the temporary tables `keyed` (rows that are kept) and `dropped` (`row`, `part`, `fate`, `field`, `reason`, `detail`).

    Returns
    -------
    list
        Notes for a person.
    """
    from martlet.loaders.ingest.entity import entity  # noqa: PLC0415

    described = staged.entity
    selected = ["staged.*", *(f"{join.expression} AS {join.column}" for join in joins)]
    sql = [join.sql for join in joins]
    if any(join.column == "campaign_key" for join in joins):
        # A contact is of the channel of its campaign, where the source names no other.
        campaign = next(join.expression for join in joins if join.column == "campaign_key")
        sql.append(f"LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = {campaign}")
        selected.append("nullif(campaign.channel_key, 0) AS campaign__channel_key")
    for name in staged.fed:
        of = described.field(name)
        if of.reference is None:
            continue
        target = entity(of.reference)
        alias = f"{name}__row"
        sql.append(f"LEFT JOIN {target.table} AS {alias} ON {alias}.source_id = staged.{quoted(name)}")
        selected += [f"{alias}.{target.id} AS {name}__key", *(f"{alias}.{column} AS {name}__{column}" for column in of.takes)]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT {', '.join(selected)} FROM {staged.name} AS staged {' '.join(sql)}"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE dropped (row BIGINT, part INTEGER, fate VARCHAR, field VARCHAR, reason VARCHAR, detail VARCHAR)"
    )
    notes = []
    if described.id is not None:
        notes = _name(connection, staged, joins)
    _refuse_repeats(connection, staged, joins)
    return notes


def _name(connection: duckdb.DuckDBPyConnection, staged: Staged, joins: list[Join]) -> list[str]:
    """Give each row its `source_id`."""
    described = staged.entity
    has_key = all(name in staged.fed for name in described.key)
    given = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in described.key) if has_key else "false"
    key = f"concat_ws('/', {', '.join(f'CAST({quoted(n)} AS VARCHAR)' for n in described.key)})" if has_key else "NULL"
    bare = count(connection, f"keyed WHERE NOT ({given})")
    connection.execute("ALTER TABLE keyed ADD COLUMN source_id VARCHAR")
    if not bare:
        connection.execute(f"UPDATE keyed SET source_id = {key}")
        return []
    parts = _identity(staged, joins)
    content = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in parts)
    at = described.at if described.at in staged.fed else None
    timed = f"coalesce(bool_or({at} <> date_trunc('day', {at})), false)" if at else "false"
    has_time = bool(connection.execute(f"SELECT {timed} FROM keyed").fetchall()[0][0])
    if has_time:
        connection.execute(
            f"INSERT INTO dropped SELECT row, part, 'merged', NULL, NULL, NULL FROM keyed WHERE NOT ({given}) "
            f"QUALIFY row_number() OVER (PARTITION BY content, {', '.join(parts)} ORDER BY row, part) > 1"
        )
        connection.execute("DELETE FROM keyed WHERE EXISTS (FROM dropped WHERE dropped.row = keyed.row AND dropped.part = keyed.part)")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE named AS SELECT row, part, CASE WHEN {given} THEN {key} ELSE "
        f"concat('~', concat_ws('|', {content}), '|', row_number() OVER (PARTITION BY {given}, {', '.join(parts)} ORDER BY row, part)) END AS source_id, "
        f"NOT ({given}) AND row_number() OVER (PARTITION BY {given}, {', '.join(parts)} ORDER BY row, part) > 1 AS is_further FROM keyed"
    )
    connection.execute(
        "UPDATE keyed SET source_id = named.source_id FROM named WHERE named.row = keyed.row AND named.part = keyed.part"
    )
    further = count(connection, "named WHERE is_further")
    connection.execute("DROP TABLE named")
    if not further:
        return []
    same = ", ".join(part if part != at or has_time else f"day of {part}" for part in described.identity)
    return [f"rows that equal an earlier one in {same}, kept as {described.name.replace('_', ' ')} of their own: {further:,}"]


def _identity(staged: Staged, joins: list[Join]) -> list[str]:
    """Return what tells rows apart without a key: fields, or the keys of the members that they name."""
    keys = {join.column for join in joins}
    parts = []
    for name in staged.entity.identity:
        of = staged.entity.field(name)
        key = (of.key or DIMENSIONS[of.dimension].key) if of.dimension else None
        if key in keys:
            parts.append(str(key))
        elif name in staged.fed:
            parts.append(quoted(name))
    return list(dict.fromkeys(parts)) or ["0"]


def _refuse_repeats(connection: duckdb.DuckDBPyConnection, staged: Staged, joins: list[Join]) -> None:
    """Merge or refuse rows whose key an earlier row of the file has."""
    described = staged.entity
    if described.id is not None:
        key = ["source_id"]
    else:
        keys = {join.column for join in joins}
        fed = [name for name in described.key if name in staged.fed and described.field(name).dimension is None]
        key = [*(quoted(name) for name in fed), *(name for name in primary_key(described.table) if name in keys)]
    columns = ", ".join(key)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {columns}, min(struct_pack(row := row, part := part)) AS first "
        f"FROM keyed GROUP BY {columns} HAVING count(*) > 1"
    )
    if count(connection, "repeated"):
        compared = [quoted(name) for name in staged.fed if name not in described.key]
        differs = " OR ".join(f"coalesce(later.{name} <> earlier.{name}, false)" for name in compared) or "false"
        same = " AND ".join(f"repeated.{name} IS NOT DISTINCT FROM later.{name}" for name in key)
        shown = [quoted(name) for name in _shown(staged)]
        there, here = (f"concat_ws(', ', {', '.join(f'{row}.{name}' for name in shown)})" for row in ("earlier", "later"))
        what = f"concat_ws(' ', {', '.join(f'later.{quoted(n)}' for n in described.key if n in staged.fed) or 'NULL'})"
        connection.execute(
            f"INSERT INTO dropped SELECT later.row, later.part, CASE WHEN {differs} THEN 'refused' ELSE 'merged' END, "
            f"'{described.key[0]}', 'key repeated with other content', "
            f"concat({what}, ' is in row ', earlier.row, ' already, as ', {there}, '; here it is ', {here}) "
            f"FROM keyed AS later JOIN repeated ON {same} JOIN keyed AS earlier "
            "ON earlier.row = repeated.first.row AND earlier.part = repeated.first.part "
            "WHERE NOT (later.row = earlier.row AND later.part = earlier.part)"
        )
        connection.execute("DELETE FROM keyed WHERE EXISTS (FROM dropped WHERE dropped.row = keyed.row AND dropped.part = keyed.part)")
    connection.execute("DROP TABLE repeated")


def _shown(staged: Staged) -> list[str]:
    """Return the fields that a message about a contradiction shows."""
    wanted = (*staged.entity.identity, *(n for n, of in staged.entity.fields.items() if of.required))
    return [n for n in dict.fromkeys(wanted) if n in staged.fed and n not in staged.entity.key] or ["row"]
