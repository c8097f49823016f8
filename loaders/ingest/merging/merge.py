"""One file's staged rows into the star, entity by entity, and what became of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.ingest.entity import Entity, Field
from martlet.loaders.ingest.merging import replacing, visits
from martlet.loaders.ingest.merging.adjusting import adjust
from martlet.loaders.ingest.merging.describing import settle_members
from martlet.loaders.ingest.merging.facts import settle_facts
from martlet.loaders.ingest.merging.flags import flag_lookalikes, flag_outliers
from martlet.loaders.ingest.merging.identifying import refuse_contradictions
from martlet.loaders.ingest.merging.imputing import impute
from martlet.loaders.ingest.merging.lines import settle_lines
from martlet.loaders.ingest.merging.outcome import Change, Outcome
from martlet.loaders.ingest.merging.staging import Staged
from martlet.loaders.ingest.merging.tables import count, primary_key, quoted
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.dimensions import dimensions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.entity import Each
    from martlet.loaders.ingest.merging.staging import Staging

__all__ = ["Settled", "settle"]


@dataclass
class Settled:
    """What became of a file.

    Attributes
    ----------
    main
        Of the rows of the main entity, which are the rows of the file.
    others
        Of the records of other entities, by name.
    changes
        What was made consistent, imputed, flagged or left out.
    new, placeholders
        Members that the warehouse did not know, and those of them of whom only the identifier is known.
    first, last
        First and last moment that the main entity tells of; None if it tells of none.
    tables
        Facts that rows went into, and how often.
    """

    main: Outcome = field(default_factory=Outcome)
    others: dict[str, Outcome] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    new: dict[str, int] = field(default_factory=dict)
    placeholders: dict[str, int] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    tables: Counter[str] = field(default_factory=Counter)


def settle(
    connection: duckdb.DuckDBPyConnection,
    staging: Staging,
    *,
    load_id: int,
    as_of: datetime,
    imputed: Mapping[str, str],
) -> Settled:
    """Write what was staged of one file into the star."""
    settled = Settled()
    before = _members(connection)
    staged = staging.in_order()
    for table in staged:
        settled.changes += impute(connection, table, imputed)
        settled.changes += flag_outliers(connection, table, load_id)
        settled.changes += adjust(connection, table)
    for table in staged:
        if not table.entity.is_dimension:
            refuse_contradictions(connection, table)
    _leave_out(connection, staged)
    _extend_calendar(connection, staged, as_of, settled)
    for place, table in enumerate(staged):
        how = _append if table.entity.replaces else _settle_one
        outcome = how(connection, table, as_of, load_id, settled)
        if table.is_main:
            settled.main = outcome
            _leave_out(connection, staged[place:])
        else:
            settled.others[table.entity.name] = outcome
            settled.changes += _left_out(table, outcome)
            # What is settled makes room: a file can be larger than the disk has to spare for all of it at once.
            connection.execute(f"DROP TABLE {table.name}")
        connection.execute("DROP TABLE IF EXISTS keyed")
        settled.changes += outcome.changes
    after = _members(connection)
    settled.new = {
        name: after[name][0] - before[name][0] for name in after if after[name][0] > before[name][0]
    }
    settled.placeholders = {
        name: after[name][1] - before[name][1] for name in after if after[name][1] != before[name][1]
    }
    return settled


def _settle_one(
    connection: duckdb.DuckDBPyConnection, table: Staged, as_of: datetime, load_id: int, settled: Settled
) -> Outcome:
    name = table.entity.name
    if table.entity.is_dimension:
        outcome = settle_members(connection, table, as_of)
        if name == "customers":
            outcome.changes += flag_lookalikes(connection, load_id)
        connection.execute("DROP TABLE touched")
        return outcome
    settled.tables[table.entity.table] += 1
    if name == "order_lines":
        outcome, made = settle_lines(connection, table, as_of)
        _note_made(settled, "orders", "star.fact_order", made)
        return outcome
    if name == "events":
        _note_made(settled, "sessions", "star.fact_session", visits.make_visits(connection, table, as_of))
    outcome = settle_facts(connection, table, as_of)
    if "visitor_id" in table.fed and table.entity.at in table.fed:
        visits.identify_visitors(
            connection, entity_at=str(table.entity.at), has_customer="customer_id" in table.fed
        )
    if name == "exposures" and "is_control" in table.fed:
        _mark_controls(connection, table)
    if name == "events" and "session_id" in table.fed:
        visits.show_events(connection)
        settled.tables["star.fact_session"] += 1
    if table.is_main:
        outcome = _by_row(connection, table, outcome)
    for each in table.entity.each.values():
        _settle_family(connection, table, each, as_of, settled)
    return outcome


def _append(
    connection: duckdb.DuckDBPyConnection, table: Staged, _as_of: datetime, _load_id: int, settled: Settled
) -> Outcome:
    settled.tables[table.entity.table] += 1
    return replacing.append(connection, table)


def _mark_controls(connection: duckdb.DuckDBPyConnection, table: Staged) -> None:
    """Say which arms are those that the others are compared with; the last row that tells counts."""
    connection.execute(
        "UPDATE star.dim_variant AS arm SET is_control = told.is_control FROM (SELECT experiment_key, staged.variant, "
        f"arg_max(is_control, row) AS is_control FROM {table.name} AS staged "
        "JOIN star.dim_experiment ON experiment_id = staged.experiment WHERE is_control IS NOT NULL GROUP BY ALL) AS told "
        "WHERE arm.experiment_key = told.experiment_key AND arm.variant = told.variant"
    )


def _note_made(settled: Settled, name: str, table: str, made: Outcome | None) -> None:
    if made is not None:
        settled.others.setdefault(name, made)
        settled.tables[table] += 1


def _by_row(connection: duckdb.DuckDBPyConnection, table: Staged, outcome: Outcome) -> Outcome:
    """Count rows of the file where a row has several records: a row is loaded if any of them is."""
    if not count(connection, f"{table.name} WHERE part > 0"):
        return outcome
    kept = f"SELECT row, NULL AS fate FROM {table.name} AS staged ANTI JOIN {table.dropped} AS gone USING (row, part)"
    fates = (
        "SELECT row, bool_or(fate IS NULL) AS is_loaded, bool_or(coalesce(fate = 'refused', false)) AS is_refused "
        f"FROM (SELECT row, fate FROM {table.dropped} UNION ALL {kept}) GROUP BY row"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE fate AS {fates}")
    loaded, merged = (
        count(connection, "fate WHERE is_loaded"),
        count(connection, "fate WHERE NOT is_loaded AND NOT is_refused"),
    )
    refused = outcome.refused
    if refused is not None:
        gone = connection.sql("SELECT row FROM fate WHERE NOT is_loaded AND is_refused").pl()
        partly = refused.join(gone, on="row", how="anti")
        if partly.height:
            outcome.changes.append(_refusals(table, partly))
        refused = refused.join(gone, on="row", how="semi").unique("row", keep="first", maintain_order=True)
    connection.execute("DROP TABLE fate")
    return replace(outcome, loaded=loaded, merged=merged, refused=refused)


def _settle_family(
    connection: duckdb.DuckDBPyConnection, table: Staged, each: Each, as_of: datetime, settled: Settled
) -> None:
    """Write fields of a family, such as `spend.Wine`, each into a row of the family's own table."""
    names = [name for name in table.fed if name.startswith(f"{each.prefix}.")]
    if not names:
        return
    keys = [name for name in table.entity.key if name in table.fed]
    picked = ", ".join(quoted(name) for name in keys)
    parts = [
        f"SELECT row, CAST({place} AS INTEGER) AS part, content, {picked}, $word_{place} AS {each.column}, "
        f"{quoted(name)} AS {each.value} FROM {table.name} WHERE {quoted(name)} IS NOT NULL"
        for place, name in enumerate(names)
    ]
    words = {f"word_{place}": name.partition(".")[2] for place, name in enumerate(names)}
    staged = f"staged_{each.prefix}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {staged} AS {' UNION ALL '.join(parts)}", words)
    entity = Entity(
        name=f"{table.entity.name}.{each.prefix}",
        doc=each.field.doc,
        table=each.table,
        key=(*table.entity.key, each.column),
        fields={
            **{name: table.entity.fields[name] for name in table.entity.key},
            each.column: Field(name=each.column, type="text", doc="", column=each.column),
            each.value: replace(each.field, name=each.value, column=each.value),
        },
        at=table.entity.at,
        columns={name: sql for name, sql in table.entity.columns.items() if name in table.entity.key},
    )
    fed = (*keys, each.column, each.value)
    outcome = settle_facts(connection, Staged(entity, staged, fed, is_main=False), as_of)
    settled.others[entity.name] = outcome
    settled.tables[each.table] += 1
    connection.execute(f"DROP TABLE {staged}")
    same = " AND ".join(f"part.{key} = whole.{key}" for key in primary_key(table.entity.table))
    connection.execute(
        f"UPDATE {table.entity.table} AS whole SET {each.total} = part.total FROM (SELECT "
        f"{', '.join(primary_key(table.entity.table))}, sum({each.value}) AS total FROM {each.table} GROUP BY ALL) AS part "
        f"WHERE {same} AND whole.{each.total} IS NULL"
    )


def _leave_out(connection: duckdb.DuckDBPyConnection, staged: list[Staged]) -> None:
    """Let rows that the main entity refused tell nothing else."""
    main = next(table for table in staged if table.is_main)
    if main.entity.is_dimension or not count(connection, f"{main.dropped} WHERE fate = 'refused'"):
        return
    for table in staged:
        if not table.is_main:
            connection.execute(
                f"DELETE FROM {table.name} WHERE row IN (SELECT row FROM {main.dropped} WHERE fate = 'refused') "
                f"AND row NOT IN (SELECT row FROM {main.name})"
            )


def _left_out(table: Staged, outcome: Outcome) -> list[Change]:
    if outcome.refused is None or outcome.refused.is_empty():
        return []
    return [_refusals(table, outcome.refused)]


def _refusals(table: Staged, refused: pl.DataFrame) -> Change:
    examples = refused.select(pl.format("row {}", "row"), pl.col("detail").fill_null("")).head(3).rows()
    rule = f"left out of {table.entity.name.replace('_', ' ')}: {refused['reason'][0]}"
    return Change(rule, str(refused["field"][0]), refused.height, tuple(examples))


def _members(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Return the number of members by dimension, and how many of them are placeholders."""
    found = {}
    for of in dimensions().values():
        if of.plural is not None:
            placeholders = "count(*) FILTER (WHERE is_placeholder)" if of.has_placeholders else "0"
            sql = f"SELECT count(*), {placeholders} FROM {of.table}"
            found[of.plural] = connection.execute(sql).fetchall()[0]
    return found


def _extend_calendar(
    connection: duckdb.DuckDBPyConnection, staged: list[Staged], as_of: datetime, settled: Settled
) -> None:
    """Let the calendar hold the days of all rows."""
    days = []
    for table in staged:
        moments = [name for name in table.fed if table.entity.field(name).type in ("date", "timestamp")]
        if table.entity.is_dimension or table.entity.at is None:
            continue
        if table.entity.at not in table.fed:
            days.append(as_of)
        for name in moments if table.entity.at not in moments else [table.entity.at]:
            first, last = connection.execute(
                f"SELECT CAST(min({quoted(name)}) AS TIMESTAMP), CAST(max({quoted(name)}) AS TIMESTAMP) FROM {table.name}"
            ).fetchall()[0]
            days += [moment for moment in (first, last) if moment is not None]
            if table.is_main and name == table.entity.at:
                settled.first, settled.last = first, last
    if days:
        star.extend_calendar(connection, min(days).date(), max(days).date())
