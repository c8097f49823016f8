"""The log of a load: rows set aside with their reasons, a row for each file, and what was changed on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.ingest import quarantined
from martlet.loaders.ingest.report import FileReport
from martlet.loaders.ingest.totals import as_json, totals_of
from martlet.loaders.privacy.forgotten import NAMING
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.cleaning import Change
    from martlet.loaders.ingest.matching import Matching
    from martlet.loaders.ingest.merging.outcome import MergeResult
    from martlet.loaders.ingest.options import CleanedFile, Options
    from martlet.loaders.ingest.profile import Profile
    from martlet.loaders.ingest.reading.source import Batch, Source
    from martlet.loaders.privacy.forgotten import Forgotten

__all__ = ["LoadLog", "naming_columns"]

_LONGEST_EXAMPLE = 200


def naming_columns(matching: Matching) -> tuple[str, ...]:
    """Return the columns of a file that name people or their browsers."""
    keys = (
        key
        for mapping in matching.mappings
        for name, of in mapping.fields.items()
        if name in NAMING
        for key in of.columns
    )
    return tuple(dict.fromkeys(matching.columns[key] for key in keys if key in matching.columns))


@dataclass(frozen=True)
class LoadLog:
    """Writes down what a load does with the rows of its files."""

    _connection: duckdb.DuckDBPyConnection
    _profile: Profile
    _options: Options
    _timezone: str
    _forgotten: Forgotten
    # Columns by which the file names people.
    _naming: tuple[str, ...] = ()

    def set_aside(self, source: Source, load_id: int, rejected: pl.DataFrame, batch: Batch) -> None:
        """Keep rows of a batch that can't be taken, as they were written."""
        if rejected.is_empty():
            return
        positions = rejected["row"] - batch.first_row
        originals = batch.originals_at(positions)
        if self._forgotten:
            theirs = self._forgotten.tells(batch.cells[positions].select(self._naming), originals)
            originals = originals.set(theirs, None)
            rejected = rejected.with_columns(detail=pl.when(~theirs).then("detail"))
        if quarantined.ROW in source.columns:
            originals = quarantined.untagged(originals, source.separator)
        if self._options.veil:
            # Any cell may hold what is hidden, the more so in a row that could not be read.
            originals = pl.repeat(None, len(originals), dtype=pl.String, eager=True)
            rejected = rejected.with_columns(detail=pl.lit(None, pl.String))
        frame = rejected.select(
            load_id=pl.lit(load_id, pl.Int64),
            source=pl.lit(source.name),
            row_number="row",
            row_text=originals,
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
        currency: str | None,
        seconds: float,
    ) -> FileReport:
        """Return what became of a file."""
        reasons = self._connection.execute(
            "SELECT split_part(reason, ': ', 1) AS why, count(*) FROM quarantine.rejected_row WHERE load_id = $load_id "
            "GROUP BY why ORDER BY count(*) DESC, why",
            {"load_id": load_id},
        ).fetchall()
        return self._unsaid(
            FileReport(
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
                currency=currency,
                seconds=seconds,
            )
        )

    def _unsaid(self, report: FileReport) -> FileReport:
        """Return a report that shows no cell, if such are hidden, and nobody who was forgotten."""
        if self._forgotten:
            told = self._forgotten.told
            report = replace(
                report,
                unknown_statuses={told(word): rows for word, rows in report.unknown_statuses.items()},
                notes=tuple(map(told, report.notes)),
                changes=tuple(replace(change, examples=self._of_others(change)) for change in report.changes),
            )
        veil = self._options.veil
        if not veil:
            return report
        return replace(
            report,
            columns={key: veil.text(name) for key, name in report.columns.items()},
            ignored=tuple(map(veil.text, report.ignored)),
            unknown_statuses={veil.text(word): rows for word, rows in report.unknown_statuses.items()},
            notes=tuple(map(veil.text, report.notes)),
            changes=tuple(replace(change, examples=()) for change in report.changes),
        )

    def _of_others(self, change: Change) -> tuple[tuple[str, str], ...]:
        told = self._forgotten.told
        return tuple(pair for pair in change.examples if all(told(text) == text for text in pair))

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
                # Rows that are hidden are not kept, so nothing is to be written above them.
                "header": None
                if self._options.veil
                else quarantined.header_of(source, self._names(source, report)),
            },
        )
        rows = [
            {
                "load_id": report.load_id,
                "rule": change.rule,
                "column_name": change.column,
                "changed": change.count,
                "examples": json.dumps(change.examples, ensure_ascii=False),
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
        example = counts[0][3]
        shown = "" if example is None else f" For example: {example[:_LONGEST_EXAMPLE]!r}."
        return (
            f"{source.name}: none of its {total:,} rows could be read by the profile {self._profile.name}. {reasons}."
            f"{shown} Columns taken: {chosen}; name others with --column if these are wrong"
        )
