"""The lead of a load: all files of one command through reading, cleaning and settling, in one atomic step.

Nothing is lost. Rows read = rows loaded + rows merged + rows quarantined, for each file. A row that can't be taken is kept
in `quarantine.rejected_row`, as it was written, with a reason.

The same again changes nothing. A file whose content was loaded before, by the same profile and options, is not loaded
again. A row that the star has already, by its key in the source, is merged if it is the same, and replaces the old one
if it is not: the later file is the corrected one. Files of one command settle one after another, in the order of their
names, as if each were loaded by itself.

A warehouse holds one company: real data are not mixed into a synthetic one, whose planted truth they would belie.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from martlet.loaders import star
from martlet.loaders.forgotten import Forgotten
from martlet.loaders.ingest import quarantined
from martlet.loaders.ingest.cleaning import Cleaner, merged
from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.matching import match
from martlet.loaders.ingest.report import FileReport, IngestReport
from martlet.loaders.ingest.settling import finishing, links
from martlet.loaders.ingest.settling.settling import settle
from martlet.loaders.ingest.settling.staging import Staging
from martlet.loaders.ingest.settling.tables import has_rows
from martlet.loaders.warehouse_file import rewriting
from martlet.queries.connection import connect, is_martlet
from martlet.sql.errors import IngestError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from martlet.loaders.checks import CheckResult
    from martlet.loaders.ingest.cleaning import Change
    from martlet.loaders.ingest.cleaning._date_order import DateOrder
    from martlet.loaders.ingest.matching import Matching
    from martlet.loaders.ingest.profile import Profile
    from martlet.loaders.ingest.reading.source import Batch, Source
    from martlet.loaders.ingest.settling.settling import Settled

__all__ = ["Options", "load"]

_FACTS = tuple(dict.fromkeys(entity.table for entity in entities().values() if not entity.is_dimension))
_LONGEST_EXAMPLE = 200
# What DuckDB may hold; beyond it temporary tables go to disk. With what reading and cleaning hold it stays below 2 GiB.
_MEMORY = "1GiB"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked of a load, besides its files; see `martlet.ingest`."""

    as_of: date | None = None
    columns: Mapping[str, str | int] = field(default_factory=dict)
    date_order: DateOrder | None = None
    impute: Mapping[str, str] = field(default_factory=dict)
    pseudonym_key: bytes | None = None
    retry: bool = False
    dry_run: bool = False

    def settings(self) -> str:
        """Return what decides how a file is understood, as JSON text: the same content read otherwise is another load."""
        said = {
            "columns": dict(self.columns),
            "date_order": self.date_order,
            "impute": dict(self.impute),
            "pseudonymised": self.pseudonym_key is not None,
        }
        return json.dumps({name: value for name, value in said.items() if value}, sort_keys=True)


class _Unpublished(Exception):  # noqa: N818  (it is no error: it leaves the file as it was)
    """A dry run has seen all that it wanted to see."""


def load(
    profile: Profile,
    sources: Sequence[Source],
    *,
    warehouse: Path,
    options: Options,
    say: Callable[[str, float], None],
) -> IngestReport:
    """Load sources into a new or an existing warehouse; see `martlet.ingest`."""
    began = time.perf_counter()
    matchings = [match(profile, source, options.columns) for source in sources]
    say("reading", 0.0)
    known = _known(warehouse, profile, sources, options)
    if all(source.content_hash() in known for source in sources):
        files = tuple(_nothing_new(source, known[source.content_hash()]) for source in sources)
        return IngestReport(files=files, seconds=time.perf_counter() - began)
    files, results = (), []
    try:
        with rewriting(warehouse, start_from_existing=True) as connection:
            _prepare(connection, warehouse)
            loading = _Loading(connection, profile, options, say)
            files = tuple(
                loading.file(source, matching, number, len(sources))
                for number, (source, matching) in enumerate(zip(sources, matchings, strict=True), start=1)
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
        warnings=tuple(
            f"{result.check_name}: {result.offending_rows:,} rows, for example {result.example}"
            for result in results
            if not result.is_passed
        ),
        is_dry_run=options.dry_run,
        seconds=time.perf_counter() - began,
    )


def _leave_unpublished() -> None:
    raise _Unpublished


def _known(warehouse: Path, profile: Profile, sources: Sequence[Source], options: Options) -> dict[str, int]:
    """Return the earlier loads of these contents, by hash; what is wrong with the file shows on writing."""
    if not warehouse.is_file():
        return {}
    try:
        with connect(warehouse) as connection:
            if not is_martlet(connection):
                return {}
            return _earlier(connection, profile, options) if sources else {}
    except (WarehouseError, duckdb.Error):
        return {}


def _earlier(connection: duckdb.DuckDBPyConnection, profile: Profile, options: Options) -> dict[str, int]:
    # A day that is told makes the same content say something new: how things stand on another day.
    day = "AND as_of IS NOT DISTINCT FROM $as_of" if options.as_of else ""
    bound: dict[str, object] = {"profile": profile.name, "settings": options.settings()}
    if options.as_of:
        bound["as_of"] = options.as_of
    return dict(
        connection.execute(
            "SELECT content_hash, min(load_id) FROM meta.load "
            f"WHERE profile = $profile AND settings = $settings {day} GROUP BY content_hash",
            bound,
        ).fetchall()
    )


def _nothing_new(source: Source, load_id: int) -> FileReport:
    return FileReport(load_id=load_id, source=source.name, format=source.format, already_loaded=True)


def _prepare(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """Make the star where there is none, and refuse a file that is not for real data."""
    if not is_martlet(connection):
        star.create(connection)
    if connection.execute("SELECT 1 FROM meta.load WHERE kind = 'build'").fetchall():
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


class _Loading:
    """A load in progress: one connection, one profile, file after file."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        profile: Profile,
        options: Options,
        say: Callable[[str, float], None],
    ) -> None:
        self._connection = connection
        self._profile = profile
        self._options = options
        self._say = say
        self._tables: Counter[str] = Counter(table for table in _FACTS if has_rows(connection, table))
        # The day of the load is the clock's only where nobody says another.
        day = options.as_of or datetime.now(tz=UTC).date()
        self._as_of = datetime(day.year, day.month, day.day)  # noqa: DTZ001  (moments are UTC without a zone)
        self._touched: set[str] = set()
        self._last_load = 0

    def file(self, source: Source, matching: Matching, number: int, of: int) -> FileReport:
        """Load one file."""
        began = time.perf_counter()
        known = _earlier(self._connection, self._profile, self._options)
        if source.content_hash() in known:
            return _nothing_new(source, known[source.content_hash()])
        load_id = star.next_load_id(self._connection)
        self._say(f"reading {source.name}", 0.8 * (number - 1) / of)
        cleaned = self._clean(source, matching, load_id)
        if cleaned.is_hopeless:
            raise IngestError(self._nothing_readable(source, matching, load_id))
        self._say(f"loading {source.name}", 0.8 * (number - 0.4) / of)
        settled = settle(
            self._connection,
            cleaned.staging,
            load_id=load_id,
            as_of=self._as_of,
            imputed=self._options.impute,
        )
        refused = settled.main.refused
        if refused is not None and refused.height:
            self._quarantine_refused(source, matching, load_id, refused)
        if self._retries(source):
            quarantined.resolve(self._connection, load_id)
        cleaned.staging.drop()
        self._touched.update(settled.tables)
        self._tables.update(settled.tables)
        self._last_load = load_id
        report = self._report(
            source, matching, load_id, cleaned, settled, seconds=time.perf_counter() - began
        )
        self._record(source, report, number)
        return report

    def finish(self) -> list[CheckResult]:
        """Link and order what was loaded, make what is derived, and check it."""
        links.link(self._connection)
        # Rows that were written at once into an empty table are in order already.
        mixed = sorted(table for table in self._touched if self._tables[table] > 1)
        finishing.put_in_order(self._connection, mixed)
        return star.finish(self._connection, self._last_load)

    def _retries(self, source: Source) -> bool:
        is_export = quarantined.ROW in source.columns
        if self._options.retry and not is_export:
            raise IngestError(
                f"{source.name} has no column {quarantined.ROW}, by which rows find their place in the quarantine; "
                "--retry takes files that `martlet quarantine --export` wrote"
            )
        return is_export

    def _clean(self, source: Source, matching: Matching, load_id: int) -> _Cleaned:
        """Survey the file, clean it, and stage it; rows that can't be taken go to the quarantine."""
        cleaner = Cleaner(
            self._profile,
            source,
            matching,
            date_order=self._options.date_order,
            as_of=self._as_of.date(),
        )
        for batch in source.batches():
            cleaner.survey(batch)
        notes = cleaner.decide()
        staging = Staging(self._connection, self._profile.main.entity, self._options.pseudonym_key)
        result = _Cleaned(staging, notes)
        keeps_rows = self._retries(source)
        if keeps_rows:
            quarantined.begin_retry(self._connection)
        for batch in source.batches():
            cleaned = cleaner.clean(batch)
            rows = pl.int_range(
                batch.first_row, batch.first_row + batch.cells.height, eager=True, dtype=pl.Int64
            )
            content = pl.DataFrame({"row": rows, "content": batch.cells.hash_rows()})
            staging.add(cleaned.rows, content)
            if keeps_rows:
                places = pl.DataFrame({"row": rows, "place": batch.cells[quarantined.ROW]})
                quarantined.add_retried(self._connection, places)
            self._quarantine(source, load_id, cleaned.rejected, batch)
            result.add(batch.cells.height, cleaned.rejected)
            result.changes = merged([*result.changes, *cleaned.changes])
        return result

    def _quarantine(self, source: Source, load_id: int, rejected: pl.DataFrame, batch: Batch) -> None:
        if rejected.is_empty():
            return
        places = rejected["row"] - batch.first_row
        originals = batch.originals_at(places)
        if forgotten := Forgotten(self._connection):
            theirs = forgotten.tells(batch.cells[places])
            originals = originals.set(theirs, None)
            rejected = rejected.with_columns(detail=pl.when(~theirs).then("detail"))
        if quarantined.ROW in source.columns:
            originals = quarantined.untagged(originals, source.separator)
        # Whoever replaces names by pseudonyms does not want them in the rows set aside either.
        kept = (
            originals
            if self._options.pseudonym_key is None
            else pl.repeat(None, len(originals), dtype=pl.String, eager=True)
        )
        frame = rejected.select(
            load_id=pl.lit(load_id, pl.Int64),
            source=pl.lit(source.name),
            row_number="row",
            row_text=kept,
            column_name="column_name",
            reason=pl.concat_str("reason", "detail", separator=": ", ignore_nulls=True),
        )
        star.insert(self._connection, "quarantine.rejected_row", frame)

    def _quarantine_refused(
        self, source: Source, matching: Matching, load_id: int, refused: pl.DataFrame
    ) -> None:
        """Keep rows that contradict what is there; they are read once more, since nobody kept them."""
        feed = matching.feeds[0]
        names = {
            name: matching.columns[key]
            for name, of in feed.fields.items()
            for key in of.columns[:1]
            if key in matching.columns
        }
        refused = refused.with_columns(
            column_name=pl.col("field").replace_strict(names, default=pl.col("field"), return_dtype=pl.String)
        )
        for batch in source.batches():
            places = refused.filter(
                pl.col("row").is_between(batch.first_row, batch.first_row + batch.cells.height - 1)
            )
            if places.height:
                self._quarantine(source, load_id, places, batch)

    def _report(
        self,
        source: Source,
        matching: Matching,
        load_id: int,
        cleaned: _Cleaned,
        settled: Settled,
        *,
        seconds: float,
    ) -> FileReport:
        reasons = self._connection.execute(
            "SELECT split_part(reason, ': ', 1) AS why, count(*) FROM quarantine.rejected_row WHERE load_id = $load_id "
            "GROUP BY why ORDER BY count(*) DESC, why",
            {"load_id": load_id},
        ).fetchall()
        return FileReport(
            load_id=load_id,
            source=source.name,
            format=source.format,
            columns={str(key): str(name) for key, name in matching.columns.items()},
            ignored=tuple(name for name in matching.unused if name != quarantined.ROW),
            rows_read=cleaned.read,
            rows_loaded=settled.main.loaded,
            rows_replaced=settled.main.replaced,
            rows_merged=settled.main.merged,
            rows_quarantined=sum(number for _, number in reasons),
            reasons=dict(reasons),
            notes=(*source.notes, *matching.notes, *cleaned.notes, *settled.main.notes),
            changes=(*cleaned.changes, *settled.changes),
            others={name: (outcome.loaded, outcome.merged) for name, outcome in settled.others.items()},
            new=settled.new,
            placeholders=settled.placeholders,
            first_on=settled.first.date() if settled.first else None,
            last_on=settled.last.date() if settled.last else None,
            seconds=seconds,
        )

    def _names(self, source: Source, report: FileReport) -> dict[str, str]:
        """Return names by which the profile knows the columns of a file without header."""
        if source.has_header:
            return {}
        return {name: (*self._profile.columns[key].names, key)[0] for key, name in report.columns.items()}

    def _record(self, source: Source, report: FileReport, number: int) -> None:
        star.record_load(
            self._connection,
            {
                "load_id": report.load_id,
                "kind": f"ingest {self._profile.name}",
                "source": source.name,
                "content_hash": source.content_hash(),
                "as_of": self._options.as_of,
                "rows_read": report.rows_read,
                "rows_loaded": report.rows_loaded,
                "rows_merged": report.rows_merged,
                "rows_quarantined": report.rows_quarantined,
                "seconds": report.seconds,
                "profile": self._profile.name,
                "settings": self._options.settings(),
                "file_number": number,
                "header": quarantined.header_of(source, self._names(source, report)),
            },
        )
        shows = self._options.pseudonym_key is None
        forgotten = Forgotten(self._connection)
        rows = [
            {
                "load_id": report.load_id,
                "rule": change.rule,
                "column_name": change.column,
                "changed": change.count,
                "examples": json.dumps(
                    [pair for pair in change.examples if shows and not any(map(forgotten.stands_for, pair))],
                    ensure_ascii=False,
                ),
            }
            for change in report.changes
        ]
        if rows:
            frame = pl.DataFrame(rows).group_by("load_id", "rule", "column_name", maintain_order=True)
            summed = frame.agg(pl.col("changed").sum(), pl.col("examples").first())
            star.insert(self._connection, "meta.load_change", summed)

    def _nothing_readable(self, source: Source, matching: Matching, load_id: int) -> str:
        counts = self._connection.execute(
            "SELECT split_part(reason, ': ', 1) AS why, coalesce(column_name, 'whole row'), count(*), arg_min(row_text, row_number) "
            "FROM quarantine.rejected_row WHERE load_id = $load_id GROUP BY ALL ORDER BY count(*) DESC, why",
            {"load_id": load_id},
        ).fetchall()
        total = sum(number for *_, number, _ in counts)
        reasons = "; ".join(f"{why} ({column}): {number:,}" for why, column, number, _ in counts[:3])
        chosen = ", ".join(f"{key} = {name!r}" for key, name in matching.columns.items())
        example = str(counts[0][3])[:_LONGEST_EXAMPLE]
        return (
            f"{source.name}: none of its {total:,} rows could be read by the profile {self._profile.name}. {reasons}. "
            f"For example: {example!r}. Columns taken: {chosen}; name others with --column if these are wrong"
        )


@dataclass
class _Cleaned:
    """What cleaning made of a file."""

    staging: Staging
    notes: list[str]
    read: int = 0
    changes: list[Change] = field(default_factory=list)
    _rejected: int = 0
    _understood: int = 0

    def add(self, rows: int, rejected: pl.DataFrame) -> None:
        """Count a batch."""
        self.read += rows
        self._rejected += rejected.height
        # A refund, or a birth in the future, was read: the file is of the right kind.
        self._understood += int(rejected["reason"].str.contains(r"^(negative|impossible)").sum())

    @property
    def is_hopeless(self) -> bool:
        """Whether no row could be read at all."""
        return self.read > 0 and self._rejected == self.read and not self._understood
