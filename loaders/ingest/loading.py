"""The lead of a load: all files of one command through reading, cleaning and merging, in one atomic step.

Nothing is lost. Rows read = rows loaded + rows merged + rows quarantined, for each file. A row that can't be taken is kept
in `quarantine.rejected_row`, as it was written, with a reason.

The same again changes nothing. A file whose content was loaded before, by the same profile and options, is not loaded
again. A row that the star has already, by its key in the source, is merged if it is the same, and replaces the old one
if it is not: the later file is the corrected one. Files of one command are merged one after another, in the order of their
names, as if each were loaded by itself.

A warehouse holds one company: real data are not mixed into a synthetic one, whose planted truth they would belie.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from martlet.engine.connection import connect, is_martlet
from martlet.engine.errors import IngestError, WarehouseError
from martlet.engine.paths import resolved
from martlet.loaders.ingest import quarantined, zones
from martlet.loaders.ingest.cleaning import Cleaner, merged
from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.levels import match_all
from martlet.loaders.ingest.load_log import LoadLog, naming_columns
from martlet.loaders.ingest.merging import finishing, links, refunds, replacing, told
from martlet.loaders.ingest.merging.merge import merge_file
from martlet.loaders.ingest.merging.staging import Staging
from martlet.loaders.ingest.merging.tables import count, has_rows
from martlet.loaders.ingest.options import CleanedFile, Options
from martlet.loaders.ingest.ranking import rank
from martlet.loaders.ingest.reading.failures import explained
from martlet.loaders.ingest.reading.kept import Kept
from martlet.loaders.ingest.report import FileReport, IngestReport
from martlet.loaders.ingest.rounded_ids import RoundedIds
from martlet.loaders.privacy.forgotten import Forgotten
from martlet.loaders.warehouse import empty, leftovers, star
from martlet.loaders.warehouse.atomic import rewriting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from martlet.loaders.ingest.cleaning import Cleaned
    from martlet.loaders.ingest.matching import Matching
    from martlet.loaders.ingest.profile import Profile
    from martlet.loaders.ingest.reading.source import Batch, Source
    from martlet.loaders.quality.checks import CheckResult

__all__ = ["Job", "Options", "load"]

_FACTS = tuple(
    dict.fromkeys(
        table for entity in entities().values() if not entity.is_dimension for table in entity.tables
    )
)
# What DuckDB may hold; beyond it temporary tables go to disk. With what reading and cleaning hold it stays below 2 GiB.
_MEMORY = "768MiB"
# Name of the setting that keeps the company's currency.
_CURRENCY = "currency"


class _Unpublished(Exception):  # noqa: N818  (it is no error: it leaves the file as it was)
    """A dry run has seen all that it wanted to see."""


@dataclass(frozen=True)
class Job:
    """A file to load, and the profile to read it by."""

    profile: Profile
    source: Source


def load(
    jobs: Sequence[Job],
    *,
    warehouse: Path,
    options: Options,
    say: Callable[[str, float], None],
) -> IngestReport:
    """Load files, in their order, into a new or an existing warehouse; see `martlet.ingest`."""
    began = time.perf_counter()
    if veil := options.veil:
        jobs = [Job(job.profile, job.source.hidden_as(veil.file_name(job.source.name))) for job in jobs]
    jobs, matchings = _matched(jobs, options)
    say("reading", 0.0)
    zones.refuse_another(warehouse, options.timezone)
    known, is_ours = _known(warehouse, jobs, options)
    if None not in known:
        leftovers.tidy(resolved(warehouse))
        files = tuple(
            _nothing_new(job.source, number) for job, number in zip(jobs, known, strict=True) if number
        )
        return IngestReport(files=files, seconds=time.perf_counter() - began)
    files, results = (), []
    try:
        with rewriting(warehouse, start_from_existing=True, empty=empty.put, is_ours=is_ours) as connection:
            profiles = {job.profile.name: job.profile for job in jobs}.values()
            _prepare(connection, warehouse, profiles)
            stores = not all(map(_replaces, profiles))
            timezone = zones.settle(connection, warehouse, options.timezone, stores=stores)
            loading = _Loading(connection, options, timezone, say)
            files = tuple(
                loading.file(job, matching, number, len(jobs))
                for number, (job, matching) in enumerate(zip(jobs, matchings, strict=True), start=1)
            )
            say("checking", 0.85)
            results = loading.finish()
            if options.dry_run:
                _leave_unpublished()
    except _Unpublished:
        pass
    say("done", 1.0)
    return IngestReport(
        files=files,
        warnings=tuple(text for file in files for text in file.differences)
        + tuple(
            f"{result.check_name}: {result.offending_rows:,} rows, for example {result.example}"
            for result in results
            if not result.is_passed
        ),
        is_dry_run=options.dry_run,
        seconds=time.perf_counter() - began,
    )


def _matched(jobs: Sequence[Job], options: Options) -> tuple[list[Job], list[Matching]]:
    """Return each job with the columns of its file; files of one profile are judged together, and may be of another."""
    made: list[Job] = []
    matchings: list[Matching] = []
    for _, group in groupby(jobs, key=lambda job: job.profile.name):
        together = list(group)
        sources = [job.source for job in together]
        with explained(" and ".join(source.name for source in sources[:2])):
            profile, found = match_all(together[0].profile, sources, options.columns, rank=rank)
        made += [Job(profile, source) for source in sources]
        matchings += found
    return made, matchings


def _leave_unpublished() -> None:
    raise _Unpublished


def _known(warehouse: Path, jobs: Sequence[Job], options: Options) -> tuple[list[int | None], bool]:
    """Return for each file its earlier load, or None, and whether the warehouse is there and Martlet's; what is wrong with the warehouse shows on writing."""
    unknown: list[int | None] = [None] * len(jobs)
    if not resolved(warehouse).is_file():
        return unknown, False
    try:
        with connect(warehouse) as connection:
            if not is_martlet(connection):
                return unknown, False
            earlier = {job.profile.name: _earlier(connection, job.profile, options) for job in jobs}
    except (WarehouseError, duckdb.Error):
        return unknown, False
    known = [
        None if _replaces(job.profile) else earlier[job.profile.name].get(job.source.content_hash())
        for job in jobs
    ]
    return known, True


def _replaces(profile: Profile) -> bool:
    """Tell whether a load takes the place of earlier ones, so that its files say something new even if they are known."""
    return all(entities()[mapping.entity].replaces for mapping in profile.mappings)


def _earlier(
    connection: duckdb.DuckDBPyConnection, profile: Profile, options: Options, since: int = 0
) -> dict[str, int]:
    # A day that is told makes the same content say something new: how things stand on another day.
    day = "AND as_of IS NOT DISTINCT FROM $as_of" if options.as_of else ""
    bound: dict[str, object] = {"profile": profile.name, "settings": options.settings(), "since": since}
    if options.as_of:
        bound["as_of"] = options.as_of
    return dict(
        connection.execute(
            "SELECT content_hash, min(load_id) FROM meta.load "
            f"WHERE profile = $profile AND settings = $settings AND load_id > $since {day} GROUP BY content_hash",
            bound,
        ).fetchall()
    )


def _nothing_new(source: Source, load_id: int) -> FileReport:
    return FileReport(load_id=load_id, source=source.name, format=source.format, already_loaded=True)


def _prepare(connection: duckdb.DuckDBPyConnection, warehouse: Path, profiles: Collection[Profile]) -> None:
    """Make the star where there is none, make room for what replaces, and refuse a file that is not for real data."""
    star.create(connection)
    replacing.clear(
        connection, [entities()[mapping.entity] for profile in profiles for mapping in profile.mappings]
    )
    if (
        not all(map(_replaces, profiles))
        and connection.execute("SELECT 1 FROM meta.load WHERE kind = 'build'").fetchall()
    ):
        raise WarehouseError(
            f"{warehouse} holds a synthetic company, and real data would belie its planted truth; "
            "load them into a warehouse of their own, such as --warehouse mine.duckdb"
        )
    if not connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'load_change'"
    ).fetchall():
        raise WarehouseError(
            f"{warehouse} was made by an older version of Martlet, which kept less; load its files into a new warehouse"
        )
    connection.execute(f"SET memory_limit = '{_MEMORY}'")
    connection.execute("SET checkpoint_threshold = '1TB'")


class _Loading:
    """A load in progress: one connection, file after file."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        options: Options,
        timezone: str,
        say: Callable[[str, float], None],
    ) -> None:
        self._connection = connection
        self._timezone = timezone
        self._options = options
        self._say = say
        self._tables: Counter[str] = Counter(table for table in _FACTS if has_rows(connection, table))
        # The day of the load is the clock's only where nobody says another.
        day = options.as_of or datetime.now(tz=ZoneInfo(timezone)).date()
        self._as_of = datetime(day.year, day.month, day.day)  # noqa: DTZ001  (moments have no zone but the warehouse's)
        self._changed_tables: set[str] = set()
        self._currency = star.setting(connection, _CURRENCY)
        self._forgotten = Forgotten(connection)
        self._refunds = count(connection, "meta.refund")
        self._last_load = 0
        self._began_after = star.next_load_id(connection) - 1
        self._links = False

    def file(self, job: Job, matching: Matching, number: int, of: int) -> FileReport:
        """Load one file."""
        with explained(job.source.name):
            return self._file(job, matching, number, of)

    def _file(self, job: Job, matching: Matching, number: int, of: int) -> FileReport:
        began = time.perf_counter()
        job = self._unnamed(job)
        source, profile = job.source, job.profile
        naming = naming_columns(matching)
        log = LoadLog(self._connection, profile, self._options, self._timezone, self._forgotten, naming)
        replaces = _replaces(profile)
        self._links |= not replaces
        # What replaces is cleared at the beginning of the load: only its own files can be known.
        since = self._began_after if replaces else 0
        known = _earlier(self._connection, profile, self._options, since)
        if source.content_hash() in known:
            return _nothing_new(source, known[source.content_hash()])
        load_id = star.next_load_id(self._connection)
        self._say(f"reading {source.name}", 0.8 * (number - 1) / of)
        cleaned = self._clean(job, matching, load_id, log)
        if cleaned.is_hopeless and cleaned.foreign:
            raise IngestError(
                f"{source.name}: its amounts are in {' and '.join(cleaned.foreign)}, and the company's currency is {self._currency}; "
                "convert them by --rates FILE, a CSV file with the columns date, currency and rate, or load them into another warehouse"
            )
        if cleaned.is_hopeless:
            raise IngestError(log.nothing_readable(source, matching, load_id))
        self._say(f"loading {source.name}", 0.8 * (number - 0.4) / of)
        result = merge_file(
            self._connection,
            cleaned.staging,
            load_id=load_id,
            as_of=self._as_of,
            imputed=self._options.impute,
            is_part=self._retries(source),
            is_alone=of == 1,
            source=source.name,
        )
        refused = result.main.refused
        if refused is not None and refused.height:
            log.set_refused_aside(source, matching, load_id, refused)
        if self._retries(source):
            quarantined.resolve(self._connection, load_id)
        cleaned.staging.drop()
        self._changed_tables.update(result.tables)
        self._tables.update(result.tables)
        self._last_load = load_id
        self._settle_refunds()
        told.remember_refunds(self._connection)
        seconds = time.perf_counter() - began
        report = log.report(
            source, matching, load_id, cleaned, result, currency=self._currency, seconds=seconds
        )
        log.record(source, report, number)
        return report

    def finish(self) -> list[CheckResult]:
        """Link, order and complete what was loaded, make what is derived, and check it."""
        if self._links:
            links.link(self._connection)
            self._settle_refunds()
        # Rows that were written at once into an empty table are in order already.
        mixed = sorted(table for table in self._changed_tables if self._tables[table] > 1)
        finishing.put_in_order(self._connection, mixed)
        finishing.compute(self._connection, sorted(self._changed_tables))
        return star.finish(self._connection, self._last_load)

    def _unnamed(self, job: Job) -> Job:
        """Return a job whose file is not called after somebody who was forgotten."""
        name = self._forgotten.unsaid(job.source.name)
        return job if name == job.source.name else Job(job.profile, job.source.hidden_as(name))

    def _settle_refunds(self) -> None:
        for table in refunds.settle(self._connection, self._refunds):
            self._changed_tables.add(table)
            self._tables[table] += 1

    def _retries(self, source: Source) -> bool:
        is_export = quarantined.ROW in source.columns
        if self._options.retry and not is_export:
            raise IngestError(
                f"{source.name} has no column {quarantined.ROW}, by which rows find their place in the quarantine; "
                "--retry takes files that `martlet quarantine --export` wrote"
            )
        return is_export

    def _clean(self, job: Job, matching: Matching, load_id: int, log: LoadLog) -> CleanedFile:
        """Survey the file, clean it, and stage it; rows that can't be taken go to the quarantine."""
        source = job.source
        cleaner = Cleaner(
            job.profile,
            source,
            matching,
            date_order=self._options.date_order,
            as_of=self._as_of.date(),
            timezone=self._timezone,
            currency=self._currency,
            rates=self._options.rates,
        )
        rounded = RoundedIds(job.profile, matching)
        kept = Kept(source)
        if cleaner.surveys:
            for batch in kept.batches():
                with explained(source.name, _rows_of(batch)):
                    cleaner.survey(rounded.without(batch))
            rounded.begin()
        notes = cleaner.decide()
        if self._currency is None and cleaner.currency is not None:
            self._currency = cleaner.currency
            star.record_settings(self._connection, {_CURRENCY: cleaner.currency})
        keeps_rows = self._retries(source)
        staging = Staging(
            self._connection,
            job.profile.main.entity,
            self._forgotten,
            self._options.veil.key,
            combined=frozenset(mapping.entity for mapping in job.profile.mappings if mapping.combine),
            summed={mapping.entity: mapping.sum for mapping in matching.mappings if mapping.sum},
            is_addition=keeps_rows,
        )
        result = CleanedFile(staging, notes, unknown_statuses=cleaner.unexplained())
        if keeps_rows:
            quarantined.begin_retry(self._connection)
        for batch in kept.batches():
            with explained(source.name, _rows_of(batch)):
                exact = rounded.without(batch)
                cleaned = cleaner.clean(exact)
                self._stage(source, exact, cleaned, staging)
                log.set_aside(source, load_id, cleaned.rejected, exact)
                result.add(batch.cells.height, cleaned.rejected)
                result.changes = merged([*result.changes, *cleaned.changes])
        result.own_sums = cleaner.own_sums(source.total_rows)
        result.loud = rounded.notes
        result.changes = [*rounded.changes, *result.changes]
        result.notes += cleaner.told()
        return result

    def _stage(self, source: Source, batch: Batch, cleaned: Cleaned, staging: Staging) -> None:
        rows = pl.int_range(batch.first_row, batch.first_row + batch.cells.height, eager=True, dtype=pl.Int64)
        content = pl.DataFrame({"row": rows, "content": batch.cells.hash_rows()})
        staging.add(cleaned.rows, content)
        if self._retries(source):
            positions = pl.DataFrame({"row": rows, "position": batch.cells[quarantined.ROW]})
            quarantined.add_retried(self._connection, positions)


def _rows_of(batch: Batch) -> str:
    return f", rows {batch.first_row:,} to {batch.first_row + batch.cells.height - 1:,}"
