"""Rows that are finer than their fact: added up to its key, and kept at their own grain where the entity has a table for that.

A report of advertising by ad group, device or hour has many rows of one campaign and day, all of them parts of it. Rows that
equal one another in every cell are the same line, exported twice, with one exception: where the report shows that it is finer
than its columns tell, since other rows agree in all that names them and differ in their figures, equal rows are parts as well,
unless all rows of a day come again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.fact_rows import FactRows
from martlet.loaders.ingest.merging.report_parts import refuse_parts
from martlet.loaders.ingest.merging.rows import KeyedRows
from martlet.loaders.ingest.merging.tables import columns_of, count, primary_key, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from martlet.loaders.ingest.entity import Detail
    from martlet.loaders.ingest.merging.hook import FileLoad
    from martlet.loaders.ingest.merging.outcome import Outcome
    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["account", "keep_detail", "sum_up"]

_EXAMPLES = 3
# Figures by which detail is held against what it is a part of.
_COMPARED = ("impressions", "clicks", "spend")


def sum_up(connection: duckdb.DuckDBPyConnection, staged: Staged, keyed: KeyedRows) -> list[str]:
    """Make one row of those of one key; which row went into which stands in `staged.parts`.

    Where the entity keeps detail, `staged.detail` has the rows at their own grain.

    Returns
    -------
    list
        Notes for a person.
    """
    keys = _keys(staged, keyed)
    details = _told_details(staged)
    notes = _merge_repeats(connection, staged, keyed, [*keys, *details]) if staged.is_main else []
    if details:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {staged.detail} AS {_summed(connection, staged, keyed, [*keys, *details])}"
        )
    same = ", ".join(keys)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {staged.parts} AS SELECT row, part, first_value(row) OVER same AS into_row, "
        f"first_value(part) OVER same AS into_part FROM {keyed.table} "
        f"WINDOW same AS (PARTITION BY {same} ORDER BY row, part)"
    )
    if count(connection, f"{staged.parts} WHERE (row, part) <> (into_row, into_part)"):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE summed AS {_summed(connection, staged, keyed, keys)}"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE finer AS FROM {keyed.table}")
        keyed.drop(connection)
        connection.execute(f"ALTER TABLE summed RENAME TO {keyed.table}")
    return notes


def account(connection: duckdb.DuckDBPyConnection, staged: Staged, outcome: Outcome) -> None:
    """Let the rows that were added up share the fate of the row that they went into, and tell of them."""
    further = f"(FROM {staged.parts} WHERE (row, part) <> (into_row, into_part))"
    added = count(connection, further)
    if added:
        gone = f"EXISTS (FROM {staged.dropped} AS gone WHERE gone.row = into_row AND gone.part = into_part)"
        outcome.loaded += count(connection, f"{further} WHERE NOT {gone}")
        outcome.changes.append(_told(connection, staged))
        connection.execute(
            f"INSERT INTO {staged.dropped} SELECT row, part, 'merged', NULL, NULL, NULL FROM {further} WHERE {gone}"
        )
        connection.execute("DROP TABLE finer")
    connection.execute(f"DROP TABLE {staged.parts}")


def keep_detail(load: FileLoad, staged: Staged, keyed: KeyedRows) -> list[Change]:
    """Put detail in the place of what was known of the same key, and remove what the fact contradicts; return what to tell."""
    detail = staged.entity.detail
    if detail is None:
        return []
    connection = load.connection
    changes = []
    if _told_details(staged):
        stored = {column.name: column for column in columns_of(connection, detail.table)}
        fresh = FactRows(staged, KeyedRows(staged.detail, keyed.columns), stored, load.as_of).alone()
        connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS FROM {fresh}")
        changes += _replace(load, staged, detail)
        connection.execute("DROP TABLE fresh")
        connection.execute(f"DROP TABLE {staged.detail}")
    return changes + _drop_contradicted(connection, staged, detail)


def _replace(load: FileLoad, staged: Staged, detail: Detail) -> list[Change]:
    """Write the detail of a report in the place of what an earlier one told of the same key.

    Where the two have no row in common, they may be parts of one report: that is told.
    """
    connection, key = load.connection, primary_key(staged.entity.table)
    same = " AND ".join(f"fresh.{name} = old.{name}" for name in key)
    alike = " AND ".join(f"fresh.{name} IS NOT DISTINCT FROM old.{name}" for name in detail.fields)
    keys = ", ".join(f"old.{name}" for name in key)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE apart AS SELECT {keys} FROM {detail.table} AS old SEMI JOIN fresh ON {same} "
        f"EXCEPT SELECT {keys} FROM {detail.table} AS old SEMI JOIN fresh ON {same} AND {alike}"
    )
    apart = count(connection, "apart")
    if apart and not staged.is_addition:
        refuse_parts(load, "apart", key)
    connection.execute("DROP TABLE apart")
    told = " OR ".join(f"{name} IS NOT NULL" for name in _told_details(staged))
    if not staged.is_addition:
        connection.execute(f"DELETE FROM {detail.table} AS old WHERE EXISTS (FROM fresh WHERE {same})")
    connection.execute(
        f"INSERT INTO {detail.table} BY NAME SELECT (SELECT coalesce(max({detail.id}), 0) FROM {detail.table}) "
        f"+ row_number() OVER (ORDER BY row, part) AS {detail.id}, * EXCLUDE (row, part) "
        f"FROM (FROM fresh QUALIFY bool_or({told}) OVER (PARTITION BY {', '.join(key)})) ORDER BY row, part"
    )
    rule = (
        f"replaced, though the earlier report had other parts of the same {', '.join(staged.entity.key)}: "
        "put the parts of one report into one file"
    )
    return [Change(rule, detail.fields[0], apart)] if apart and not staged.is_addition else []


def _drop_contradicted(connection: duckdb.DuckDBPyConnection, staged: Staged, detail: Detail) -> list[Change]:
    """Remove detail that no longer adds up to its fact, which a coarser report has replaced."""
    key = primary_key(staged.entity.table)
    figures = ", ".join(f"sum({name}) AS {name}" for name in _COMPARED)
    same = " AND ".join(f"whole.{name} = parts.{name}" for name in key)
    agree = " AND ".join(
        f"coalesce(abs(whole.{name} - parts.{name}) <= 0.005, parts.{name} IS NULL)" for name in _COMPARED
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE contradicted AS "
        f"FROM (SELECT {', '.join(key)}, {figures} FROM {detail.table} GROUP BY ALL) AS parts "
        f"WHERE NOT EXISTS (FROM {staged.entity.table} AS whole WHERE {same} AND {agree})"
    )
    gone = f"EXISTS (FROM contradicted AS parts WHERE {same.replace('whole', 'detail')})"
    rows = count(connection, f"{detail.table} AS detail WHERE {gone}")
    if rows:
        connection.execute(f"DELETE FROM {detail.table} AS detail WHERE {gone}")
    connection.execute("DROP TABLE contradicted")
    return [Change("detail removed: this report contradicts its totals", _COMPARED[-1], rows)] if rows else []


def _keys(staged: Staged, keyed: KeyedRows) -> list[str]:
    """Return the SQL of what makes a row of the fact: two texts may name one member, and a channel may be the campaign's."""
    entity = staged.entity
    own = [quoted(name) for name in entity.key if name in staged.fed and entity.field(name).dimension is None]
    keys = [name for name in primary_key(entity.table) if name in keyed.columns]
    if "channel_key" in keys and "campaign_key" in keys:
        keys[keys.index("channel_key")] = "coalesce(channel_key, campaign__channel_key)"
    return [*own, *keys]


def _told_details(staged: Staged) -> list[str]:
    detail = staged.entity.detail
    return [name for name in detail.fields if name in staged.fed] if detail else []


def _summed(
    connection: duckdb.DuckDBPyConnection, staged: Staged, keyed: KeyedRows, by: Sequence[str]
) -> str:
    """Return the SELECT of one row for those that agree in `by`: measures added up, of all else what is given first."""
    first = "{'row': row, 'part': part}"
    names = connection.execute(f"FROM {keyed.table} LIMIT 0").description or []
    selected = ["min(row) AS row", f"arg_min(part, {first}) AS part"]
    for name, *_ in names:
        if name in ("row", "part"):
            continue
        value = f"sum({quoted(name)})" if name in staged.entity.sums else f"arg_min({quoted(name)}, {first})"
        selected.append(f"{value} AS {quoted(name)}")
    return f"SELECT {', '.join(selected)} FROM {keyed.table} GROUP BY {', '.join(by)}"


def _merge_repeats(
    connection: duckdb.DuckDBPyConnection, staged: Staged, keyed: KeyedRows, named_by: Sequence[str]
) -> list[str]:
    """Take rows that equal an earlier one in every cell out, as far as they are the same line; see above."""
    line = ", ".join(["content", "part", *named_by])
    day = quoted(str(staged.entity.at))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT row, part, is_whole_day FROM (SELECT row, part, nth, "
        f"min(times) OVER day > 1 AND min(content) OVER day < max(content) OVER day AS is_whole_day FROM ("
        f"SELECT row, part, content, {day}, row_number() OVER (PARTITION BY {line} ORDER BY row) AS nth, "
        f"count(*) OVER (PARTITION BY {line}) AS times FROM {keyed.table}) WINDOW day AS (PARTITION BY {day})) WHERE nth > 1"
    )
    repeats = count(connection, "repeated")
    notes = []
    if repeats:
        lines = f"(SELECT 1 FROM {keyed.table} GROUP BY part, {', '.join(named_by)} HAVING count(DISTINCT content) > 1)"
        same = "is_whole_day" if count(connection, lines) else "true"
        connection.execute(
            f"INSERT INTO {staged.dropped} SELECT row, part, 'merged', NULL, NULL, NULL FROM repeated WHERE {same}"
        )
        connection.execute(
            f"DELETE FROM {keyed.table} WHERE (row, part) IN (SELECT (row, part) FROM repeated WHERE {same})"
        )
        merged = count(connection, f"repeated WHERE {same}")
        if merged:
            notes.append(
                f"rows that equal an earlier one in every cell, taken for the same line exported twice: {merged:,}"
            )
        if repeats > merged:
            notes.append(
                "rows that equal an earlier one in every cell, added up all the same, since the report is finer than "
                f"its columns tell: {repeats - merged:,}"
            )
    connection.execute("DROP TABLE repeated")
    return notes


def _told(connection: duckdb.DuckDBPyConnection, staged: Staged) -> Change:
    """Return how many rows were added up, with examples of the first measure that each of them has."""
    entity = staged.entity
    measure = next(name for name in entity.sums if entity.field(name).required)
    amount, total = (
        f"regexp_replace(CAST({sql} AS VARCHAR), '(\\.\\d\\d)0+$', '\\1')"
        for sql in (measure, f"sum({measure})")
    )
    found = connection.execute(
        f"SELECT count(*), array_to_string(list({amount} ORDER BY row, part)[:{_EXAMPLES}], ' + '), {total} "
        f"FROM finer JOIN {staged.parts} USING (row, part) GROUP BY into_row, into_part HAVING count(*) > 1 "
        "ORDER BY into_row, into_part"
    ).fetchall()
    what = ", ".join(entity.key)
    return Change(
        f"added up: rows of one {what}",
        measure,
        sum(rows for rows, *_ in found),
        tuple(
            (f"{parts} + ..." if rows > _EXAMPLES else parts, whole)
            for rows, parts, whole in found[:_EXAMPLES]
        ),
    )
