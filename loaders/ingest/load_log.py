"""The log of a load: rows set aside with their reasons, a row for each file, and what was changed on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.ingest import quarantined
from martlet.loaders.ingest.report import FileReport
from martlet.loaders.ingest.totals import as_json, totals_of
from martlet.loaders.privacy.forgotten import Forgotten
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.matching import Matching
    from martlet.loaders.ingest.merging.outcome import MergeResult
    from martlet.loaders.ingest.options import CleanedFile, Options
    from martlet.loaders.ingest.profile import Profile
    from martlet.loaders.ingest.reading.source import Batch, Source

__all__ = ["LoadLog"]

_LONGEST_EXAMPLE = 200


@dataclass(frozen=True)
class LoadLog:
    """Writes down what a load does with the rows of its files."""

    _connection: duckdb.DuckDBPyConnection
    _profile: Profile
    _options: Options
    _timezone: str

    def set_aside(self, source: Source, load_id: int, rejected: pl.DataFrame, batch: Batch) -> None:
        """Keep rows of a batch that can't be taken, as they were written."""
        if rejected.is_empty():
            return
        positions = rejected["row"] - batch.first_row
        originals = batch.originals_at(positions)
        if forgotten := Forgotten(self._connection):
            theirs = forgotten.tells(batch.cells[positions])
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

    def set_refused_aside(
        self, source: Source, matching: Matching, load_id: int, refused: pl.DataFrame
    ) -> None:
        """Keep rows that contradict what is there; they are read once more, since nobody kept them."""
        mapping = matching.mappings[0]
        names = {
            name: matching.columns[key]
            for name, of in mapping.fields.items()
            for key in of.columns[:1]
            if key in matching.columns
        }
        refused = refused.with_columns(
            column_name=pl.col("field").replace_strict(names, default=pl.col("field"), return_dtype=pl.String)
        )
        for batch in source.batches():
            positions = refused.filter(
                pl.col("row").is_between(batch.first_row, batch.first_row + batch.cells.height - 1)
            )
            if positions.height:
                self.set_aside(source, load_id, positions, batch)

    def report(
        self,
        source: Source,
        matching: Matching,
        load_id: int,
        cleaned: CleanedFile,
        result: MergeResult,
        *,
        seconds: float,
    ) -> FileReport:
        """Return what became of a file."""
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
            rows_loaded=result.main.loaded,
            rows_replaced=result.main.replaced,
            rows_merged=result.main.merged,
            rows_quarantined=sum(number for _, number in reasons),
            reasons=dict(reasons),
            unknown_statuses=cleaned.unknown_statuses,
            notes=(
                *matching.loud,
                *cleaned.loud,
                *source.notes,
                *matching.notes,
                *cleaned.notes,
                *result.notes,
                *result.main.notes,
            ),
            changes=(*cleaned.changes, *result.changes),
            others={name: (outcome.loaded, outcome.merged) for name, outcome in result.others.items()},
            new=result.new,
            placeholders=result.placeholders,
            first_on=result.first.date() if result.first else None,
            last_on=result.last.date() if result.last else None,
            timezone=self._timezone,
            totals=totals_of(self._connection, cleaned.own_sums),
            seconds=seconds,
        )

    def _names(self, source: Source, report: FileReport) -> dict[str, str]:
        """Return names by which the profile knows the columns of a file without header."""
        if source.has_header:
            return {}
        return {name: (*self._profile.columns[key].names, key)[0] for key, name in report.columns.items()}

    def record(self, source: Source, report: FileReport, number: int) -> None:
        """Write a file's row of `meta.load`, and what was changed on the way."""
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
                "totals": as_json(report.totals),
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

    def nothing_readable(self, source: Source, matching: Matching, load_id: int) -> str:
        """Return what to say of a file of which no row could be read."""
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
