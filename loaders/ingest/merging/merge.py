"""One file's staged rows into the star, entity by entity, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging import replacing
from martlet.loaders.ingest.merging.adding_up import add_up
from martlet.loaders.ingest.merging.adjusting import adjust
from martlet.loaders.ingest.merging.cents import without_negatives
from martlet.loaders.ingest.merging.combining import combine
from martlet.loaders.ingest.merging.counting import by_row, left_out
from martlet.loaders.ingest.merging.describing import merge_dimension
from martlet.loaders.ingest.merging.equations import balance
from martlet.loaders.ingest.merging.facts import merge_facts
from martlet.loaders.ingest.merging.families import merge_family
from martlet.loaders.ingest.merging.flags import flag_outliers
from martlet.loaders.ingest.merging.hook import FileLoad, Hook
from martlet.loaders.ingest.merging.hooks import AFTER_DIMENSION, FACT_HOOKS
from martlet.loaders.ingest.merging.identifying import refuse_contradictions
from martlet.loaders.ingest.merging.imputing import impute
from martlet.loaders.ingest.merging.line_amounts import settle_lines, take_tax_out
from martlet.loaders.ingest.merging.outcome import MergeResult
from martlet.loaders.ingest.merging.refunds import book, make_room, take_out
from martlet.loaders.ingest.merging.revenue import settle_orders
from martlet.loaders.ingest.merging.tables import count, quoted
from martlet.loaders.ingest.merging.unifying import unify
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.dimensions import dimensions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.outcome import Outcome
    from martlet.loaders.ingest.merging.staging import Staged, Staging

__all__ = ["merge_file"]


def merge_file(
    connection: duckdb.DuckDBPyConnection,
    staging: Staging,
    *,
    load_id: int,
    as_of: datetime,
    imputed: Mapping[str, str],
    is_part: bool = False,
    is_alone: bool = True,
    source: str = "",
) -> MergeResult:
    """Write what was staged of one file into the star; `is_part` if its orders may have other lines than it tells of, `is_alone` if it is the only one of its command; `source` is what the file is called."""
    result = MergeResult()
    before = _dimension_sizes(connection)
    staged = staging.in_order()
    has_headers = any(table.entity.name == "orders" for table in staged)
    load = FileLoad(
        connection,
        load_id,
        as_of,
        result,
        is_part=is_part,
        has_headers=has_headers,
        is_alone=is_alone,
        source=source,
    )
    for table in staged:
        if table.is_combined:
            combine(connection, table)
        result.changes += unify(connection, table)
        result.changes += add_up(connection, table)
    refunds = _settle(load, staged)
    for table in staged:
        result.changes += impute(connection, table, imputed)
        result.changes += balance(connection, table, load_id)
        result.changes += adjust(connection, table)
        result.changes += flag_outliers(connection, table, load_id)
    for table in staged:
        if not table.entity.is_dimension:
            refuse_contradictions(connection, table)
    _drop_refused(connection, staged)
    _extend_calendar(load, [*staged, *refunds.values()])
    for position, table in enumerate(staged):
        outcome = _merge(load, table)
        if table.entity.name in refunds:
            new, known = book(connection, refunds[table.entity.name], as_of)
            outcome.loaded, outcome.merged = outcome.loaded + new, outcome.merged + known
            result.notes.append(f"rows that give money back, taken as refunds and returns: {new + known:,}")
        if table.is_main:
            result.main = outcome
            _drop_refused(connection, staged[position:])
        else:
            result.others[table.entity.name] = outcome
            result.changes += left_out(table, outcome)
            # What is merged makes room: a file can be larger than the disk has to spare for all of it at once.
            connection.execute(f"DROP TABLE {table.name}")
        result.changes += outcome.changes
    after = _dimension_sizes(connection)
    result.new = {
        name: after[name][0] - before[name][0] for name in after if after[name][0] > before[name][0]
    }
    result.placeholders = {
        name: after[name][1] - before[name][1] for name in after if after[name][1] != before[name][1]
    }
    return result


def _settle(load: FileLoad, staged: list[Staged]) -> dict[str, Staged]:
    """Make the amounts of orders and lines what the star calls so; take out what gives money back, and return it by entity."""
    refunds = {}
    taxed: Staged | None = None
    for table in staged:
        changes, notes = list[Change](), list[str]()
        if table.entity.name == "orders":
            changes, notes, holds_tax = settle_orders(load.connection, table)
            taxed = table if holds_tax else None
        elif table.entity.name == "order_lines":
            if taxed is not None:
                changes += take_tax_out(load.connection, table, taxed)
            more, notes = settle_lines(load.connection, table)
            changes += more
        load.result.changes += changes
        load.result.notes += notes
        taken = take_out(load.connection, table)
        if taken is not None:
            refunds[table.entity.name] = taken
        if table.entity.name == "orders":
            for name in ("shipping_amount", "tax_amount", "gross_amount"):
                load.result.changes += without_negatives(load.connection, table, name)
        make_room(load.connection, table)
    return refunds


def _merge(load: FileLoad, table: Staged) -> Outcome:
    if table.entity.is_dimension:
        return _merge_dimension(load, table)
    load.result.tables[table.entity.table] += 1
    return replacing.append(load.connection, table) if table.entity.replaces else _merge_fact(load, table)


def _merge_dimension(load: FileLoad, table: Staged) -> Outcome:
    outcome, changed = merge_dimension(load.connection, table, load.as_of)
    if look := AFTER_DIMENSION.get(table.entity.name):
        outcome.changes += look(load.connection, changed, load.load_id)
    changed.drop(load.connection)
    return outcome


def _merge_fact(load: FileLoad, table: Staged) -> Outcome:
    hook = FACT_HOOKS.get(table.entity.name, Hook)(load, table)
    hook.before()
    outcome, keyed = merge_facts(load.connection, table, load.as_of)
    hook.after(outcome, keyed)
    keyed.drop(load.connection)
    if table.is_main:
        outcome = by_row(load.connection, table, outcome)
    for each in table.entity.each.values():
        merge_family(load, table, each)
    return outcome


def _drop_refused(connection: duckdb.DuckDBPyConnection, staged: list[Staged]) -> None:
    """Drop the other records of rows that the main entity refused."""
    main = next(table for table in staged if table.is_main)
    if main.entity.is_dimension or not count(connection, f"{main.dropped} WHERE fate = 'refused'"):
        return
    for table in staged:
        if not table.is_main:
            connection.execute(
                f"DELETE FROM {table.name} WHERE row IN (SELECT row FROM {main.dropped} WHERE fate = 'refused') "
                f"AND row NOT IN (SELECT row FROM {main.name})"
            )


def _dimension_sizes(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Return the number of rows of each dimension that reports name, and how many of them are placeholders."""
    found = {}
    for of in dimensions().values():
        if of.plural is not None:
            placeholders = "count(*) FILTER (WHERE is_placeholder)" if of.has_placeholders else "0"
            sql = f"SELECT count(*), {placeholders} FROM {of.table}"
            found[of.plural] = connection.execute(sql).fetchall()[0]
    return found


def _extend_calendar(load: FileLoad, staged: list[Staged]) -> None:
    """Add the days of all rows to the calendar."""
    days = []
    for table in staged:
        moments = [name for name in table.fed if table.entity.field(name).type in ("date", "timestamp")]
        if table.entity.is_dimension or table.entity.at is None:
            continue
        if table.entity.at not in table.fed:
            days.append(load.as_of)
        for name in moments if table.entity.at not in moments else [table.entity.at]:
            first, last = load.connection.execute(
                f"SELECT CAST(min({quoted(name)}) AS TIMESTAMP), CAST(max({quoted(name)}) AS TIMESTAMP) FROM {table.name}"
            ).fetchall()[0]
            days += [moment for moment in (first, last) if moment is not None]
            if table.is_main and name == table.entity.at:
                known = load.result.first, load.result.last
                load.result.first = min((m for m in (first, known[0]) if m is not None), default=None)
                load.result.last = max((m for m in (last, known[1]) if m is not None), default=None)
    if days:
        star.extend_calendar(load.connection, min(days).date(), max(days).date())
