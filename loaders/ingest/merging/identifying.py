"""Which row is which: a file's rows of a fact with their keys and `source_id`, each thing once.

A row is known by its key in the source. Where that is not given, it is known by its content and by which of the rows
equal in that it is, so that a longer export that holds the row again says the same. Equal rows with a time of day
that agree in every cell of the file are one thing, exported twice; with only a day they may be two, and both are kept, as are
lines of orders where any order has some of its lines twice and others once.
Within a file the first row of a key counts; a later one with other content is refused, or added to it where rows are parts
of one thing (`summing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.merging.rows import KeyedRows
from martlet.loaders.ingest.merging.summing import sum_up
from martlet.loaders.ingest.merging.tables import count, primary_key, quoted
from martlet.loaders.warehouse.dimensions import dimensions

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.dimensions import Join
    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["identify", "refuse_contradictions"]

# More records of one row than any profile feeds.
_PARTS = 4096


def identify(
    connection: duckdb.DuckDBPyConnection, staged: Staged, joins: list[Join]
) -> tuple[KeyedRows, list[str]]:
    """Give staged rows the keys of what they name, and a `source_id` each; those merged here are added to `staged.dropped`.

    Returns
    -------
    tuple
        The rows, and notes for a person.
    """
    described = staged.entity
    found = frozenset(join.column for join in joins)
    keyed = KeyedRows(f"keyed_{staged.name}", found.union(staged.fed))
    bare = described.id is not None and count(connection, f"{staged.name} WHERE NOT ({_given(staged)})")
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
        selected += [
            f"{alias}.{target.id} AS {name}__key",
            *(f"{alias}.{column} AS {name}__{column}" for column in of.takes),
        ]
    if described.id is not None:
        selected.append(f"{'NULL' if bare else _key(staged)} AS source_id")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {keyed.table} AS SELECT {', '.join(selected)} FROM {staged.name} AS staged {' '.join(sql)}"
    )
    if described.id is not None:
        return keyed, _name(connection, staged, keyed) if bare else []
    if described.sums:
        return keyed, sum_up(connection, staged, keyed)
    # Two texts may name one row of a dimension.
    fed = [quoted(n) for n in described.key if n in staged.fed and described.field(n).dimension is None]
    keys = [*fed, *(name for name in primary_key(described.table) if name in found)]
    _drop_repeats(connection, staged, keyed.table, keys, given="true")
    return keyed, []


def _given(staged: Staged) -> str:
    """Return the condition that a row has its key."""
    if not all(name in staged.fed for name in staged.entity.key):
        return "false"
    return " AND ".join(f"{quoted(name)} IS NOT NULL" for name in staged.entity.key)


def _key(staged: Staged) -> str:
    """Return the SQL of the key of a row that has one, as the source writes it."""
    if not all(name in staged.fed for name in staged.entity.key):
        return "CAST(NULL AS VARCHAR)"
    return f"concat_ws('/', {', '.join(f'CAST(staged.{quoted(n)} AS VARCHAR)' for n in staged.entity.key)})"


def _name(connection: duckdb.DuckDBPyConnection, staged: Staged, keyed: KeyedRows) -> list[str]:
    """Give each row its `source_id`, where some rows have no key."""
    described, given = staged.entity, _given(staged)
    parts = _identity(staged, keyed)
    content = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in parts)
    at = described.at if described.at in staged.fed else None
    timed = f"coalesce(bool_or({at} <> date_trunc('day', {at})), false)" if at else "false"
    has_time = bool(connection.execute(f"SELECT {timed} FROM {keyed.table}").fetchall()[0][0])
    if has_time and not _repeats_in_part(connection, staged, keyed):
        connection.execute(
            f"INSERT INTO {staged.dropped} SELECT row, part, 'merged', NULL, NULL, NULL FROM {keyed.table} WHERE NOT ({given}) "
            f"QUALIFY row_number() OVER (PARTITION BY content, {', '.join(parts)} ORDER BY row, part) > 1"
        )
        connection.execute(
            f"DELETE FROM {keyed.table} WHERE EXISTS (FROM {staged.dropped} AS gone "
            f"WHERE gone.row = {keyed.table}.row AND gone.part = {keyed.table}.part)"
        )
    equals = f"row_number() OVER (PARTITION BY {given}, {', '.join(parts)} ORDER BY row, part)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE named AS SELECT * REPLACE (CASE WHEN {given} THEN {_key(staged)} "
        f"ELSE concat('~', concat_ws('|', {content}), '|', {equals}) END AS source_id), "
        f"NOT ({given}) AND {equals} > 1 AS is_further FROM {keyed.table} AS staged"
    )
    keyed.drop(connection)
    connection.execute(f"ALTER TABLE named RENAME TO {keyed.table}")
    further = count(connection, f"{keyed.table} WHERE is_further")
    if not further:
        return []
    same = ", ".join(part if part != at or has_time else f"day of {part}" for part in described.identity)
    return [
        f"rows that equal an earlier one in {same}, kept as {described.name.replace('_', ' ')} of their own: {further:,}"
    ]


def _repeats_in_part(connection: duckdb.DuckDBPyConnection, staged: Staged, keyed: KeyedRows) -> bool:
    """Tell whether any whole, such as an order, repeats some of its rows only: no export does that, so that is how it was."""
    whole = staged.entity.key[0]
    if len(staged.entity.key) == 1 or whole not in staged.fed:
        return False
    times = f"SELECT {quoted(whole)} AS whole, content, count(*) AS times FROM {keyed.table} GROUP BY ALL"
    return (
        count(connection, f"(SELECT whole FROM ({times}) GROUP BY whole HAVING max(times) > min(times))") > 0
    )


def _identity(staged: Staged, keyed: KeyedRows) -> list[str]:
    """Return what tells rows apart without a key: fields, or the keys of what they name."""
    parts = []
    for name in staged.entity.identity:
        of = staged.entity.field(name)
        key = (of.key or dimensions()[of.dimension].key) if of.dimension else None
        if key in keyed.columns:
            parts.append(str(key))
        elif name in staged.fed:
            parts.append(quoted(name))
    return list(dict.fromkeys(parts)) or ["0"]


def refuse_contradictions(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Take rows out of a staged fact that have the key of an earlier row of the file; `staged.dropped` says what became of them."""
    staged.make_dropped(connection)
    staged.is_distinct = True
    key = [quoted(name) for name in staged.entity.key if name in staged.fed]
    if key and len(key) == len(staged.entity.key) and not staged.entity.sums:
        _drop_repeats(
            connection, staged, staged.name, key, given=" AND ".join(f"{name} IS NOT NULL" for name in key)
        )


def _drop_repeats(
    connection: duckdb.DuckDBPyConnection, staged: Staged, table: str, key: list[str], *, given: str
) -> None:
    """Merge or refuse rows of a table whose key an earlier row has."""
    described = staged.entity
    columns = ", ".join(key)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {columns}, min(row * {_PARTS} + part) AS first "
        f"FROM {table} WHERE {given} GROUP BY {columns} HAVING count(*) > 1"
    )
    if count(connection, "repeated"):
        compared = [quoted(name) for name in staged.fed if name not in described.key]
        differs = (
            " OR ".join(f"coalesce(later.{name} <> earlier.{name}, false)" for name in compared) or "false"
        )
        same = " AND ".join(f"repeated.{name} IS NOT DISTINCT FROM later.{name}" for name in key)
        there, here = (
            f"concat_ws(', ', {', '.join(_said(staged, row, name) for name in _shown(staged))})"
            for row in ("earlier", "later")
        )
        what = f"concat_ws(' ', {', '.join(f'later.{quoted(n)}' for n in described.key if n in staged.fed) or 'NULL'})"
        connection.execute(
            f"INSERT INTO {staged.dropped} SELECT later.row, later.part, CASE WHEN {differs} THEN 'refused' ELSE 'merged' END, "
            f"'{described.key[0]}', 'key repeated with other content', "
            f"concat({what}, ' is in row ', earlier.row, ' already, as ', {there}, '; here it is ', {here}) "
            f"FROM {table} AS later JOIN repeated ON {same} JOIN {table} AS earlier "
            f"ON earlier.row = repeated.first // {_PARTS} AND earlier.part = repeated.first % {_PARTS} "
            "WHERE NOT (later.row = earlier.row AND later.part = earlier.part)"
        )
        connection.execute(
            f"DELETE FROM {table} WHERE EXISTS (FROM {staged.dropped} AS gone WHERE gone.row = {table}.row AND gone.part = {table}.part)"
        )
    connection.execute("DROP TABLE repeated")


def _said(staged: Staged, row: str, name: str) -> str:
    """Return the SQL of a field as people write it: amounts are staged with more decimals."""
    cell = f"{row}.{quoted(name)}"
    field = staged.entity.fields.get(name)
    if field is None or field.type != "money":
        return cell
    return f"regexp_replace(CAST({cell} AS VARCHAR), '(\\.\\d\\d)0+$', '\\1')"


def _shown(staged: Staged) -> list[str]:
    """Return the fields that a message about a contradiction shows."""
    wanted = (*staged.entity.identity, *(n for n, of in staged.entity.fields.items() if of.required))
    return [n for n in dict.fromkeys(wanted) if n in staged.fed and n not in staged.entity.key] or ["row"]
