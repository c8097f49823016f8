"""Make an extract: read each table in batches, spoil it, write it, and record its defects."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from martlet.engine.connection import connect, is_martlet
from martlet.engine.errors import ParameterError, WarehouseError, did_you_mean
from martlet.loaders.company.streams import Streams
from martlet.loaders.extract import _marketing, _shop
from martlet.loaders.extract._batch import DEFECTS, Spoiler
from martlet.loaders.extract._export import Export
from martlet.loaders.extract._files import writer
from martlet.loaders.extract._folder import DEFECTS_FILE, MANIFEST, refuse, replacing, resolved
from martlet.loaders.extract._rates import LEVELS, Level, load_mess
from martlet.loaders.extract.report import ExtractReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb

    from martlet.loaders.extract._rates import Mess
    from martlet.loaders.extract._tables import FileFormat, Table

    Progress = Callable[[str, int, float], None]

__all__ = ["FORMATS", "extract"]

FORMATS: Final = ("csv", "parquet", "mixed")
# Rows in memory at a time; a multiple of DuckDB's vectors.
BATCH: Final = 2048 * 200


def extract(
    warehouse: str | Path,
    folder: str | Path,
    *,
    messy: Level = "none",
    seed: int = 42,
    format: str = "csv",  # noqa: A002 - the word that users know
    progress: Progress | None = None,
) -> ExtractReport:
    """Write raw extracts of a synthetic warehouse, as its source systems would export them, spoilt on purpose or not.

    The warehouse is only read. The same arguments give the same files, byte for byte. All defects are recorded in
    `_truth/defects.parquet`; see `martlet.loaders.extract` for its columns.

    Parameters
    ----------
    warehouse
        The warehouse to read, with a synthetic company.
    folder
        The folder to make. It may exist if it is empty, or holds an earlier extract and nothing else, which is replaced.
    messy
        How much is spoilt: `none`, `light` or `heavy`; the rates are in `messy.toml`.
    seed
        Seed of all draws: it decides which cells and rows are spoilt, and how.
    format
        Format of the files: `csv`, `parquet`, or `mixed`, each as its system would have it (products and sessions in
        Parquet, events in NDJSON, the rest in CSV). Only CSV has broken lines and encodings.
    progress
        Called as parts of a table are written: with the table, its rows so far, and the share done, 0 to 1.

    Raises
    ------
    ParameterError
        If an option has an impossible value, or the folder must not be replaced or can't be written.
    WarehouseError
        If there is no such warehouse, or it holds no synthetic company.

    Examples
    --------
    >>> report = martlet.extract(path, folder / "raw", messy="light")
    >>> report.rows["crm_customers.csv"], report.rows["shop_orders.csv"]
    (20, 2)
    """
    began = time.monotonic()
    for name, value, options in (("messy", messy, LEVELS), ("format", format, FORMATS)):
        if value not in options:
            raise ParameterError(f"{name} is {value!r}.{did_you_mean(str(value), options)}")
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ParameterError(f"seed is {seed!r}; it must be a whole number")
    # Errors about the folder come before a large warehouse is read.
    refuse(resolved(folder))
    with connect(warehouse) as connection, replacing(folder) as building:
        settings = _settings(connection, warehouse)
        year = (date.fromisoformat(settings["until"]) - timedelta(days=1)).year
        exports = [
            _export(table, building, load_mess(messy), Streams(seed), year=year, format_=format)
            for table in _tables(connection)
        ]
        defects = _write(connection, exports, building, progress)
        files = {
            name: {"rows": rows, **_fingerprint(building / name)}
            for export in exports
            for name, rows in export.rows.items()
        }
        manifest = {
            "made_by": "martlet extract",
            "version": version("martlet"),
            "messy": messy,
            "seed": seed,
            "format": format,
            "company": settings,
            "tables": {export.table.name: export.description() for export in exports},
            "files": files,
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
        (building / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return ExtractReport(
        folder=Path(folder).absolute(),
        messy=messy,
        seed=seed,
        rows={name: entry["rows"] for name, entry in files.items()},
        defects=dict(sorted(defects.items(), key=lambda item: (-item[1], item[0]))),
        size=sum(entry["bytes"] for entry in files.values()),
        seconds=time.monotonic() - began,
    )


def _settings(connection: duckdb.DuckDBPyConnection, warehouse: str | Path) -> dict[str, str]:
    found: dict[str, str] = {}
    if is_martlet(connection):
        found = dict(connection.execute("SELECT name, value FROM meta.setting ORDER BY name").fetchall())
    if "until" not in found:
        raise WarehouseError(
            f"{warehouse} holds no synthetic company, and only synthetic data are extracted; make one with: martlet build"
        )
    return found


def _tables(connection: duckdb.DuckDBPyConnection) -> tuple[Table, ...]:
    platforms = connection.execute("SELECT DISTINCT platform FROM star.fact_ad_spend").fetchall()
    return (*_shop.TABLES, *_marketing.TABLES, *_marketing.ad_reports(platform for (platform,) in platforms))


def _export(table: Table, building: Path, mess: Mess, streams: Streams, *, year: int, format_: str) -> Export:
    formats: dict[str, FileFormat] = {"csv": "csv", "parquet": "parquet", "mixed": table.mixed}
    file_format = formats[format_]
    codec = mess.codec(table) if file_format == "csv" else "utf-8"
    spoiler = Spoiler(table, mess, streams, year=year, codec=codec)
    return Export(table, spoiler, building, file_format=file_format, codec=codec, mess=mess)


def _write(
    connection: duckdb.DuckDBPyConnection, exports: list[Export], building: Path, progress: Progress | None
) -> Counter[str]:
    """Write all tables and the record of all defects; return how many there are of each kind."""
    counts: Counter[str] = Counter()
    record = writer(building / DEFECTS_FILE, "parquet", DEFECTS, "utf-8")
    try:
        record.write(_numbered(pl.DataFrame(schema=DEFECTS), 1))
        for export in exports:
            for defects, rows, share in _batches(connection, export):
                if defects.height:
                    record.write(_numbered(defects, 1 + sum(counts.values())))
                    counts.update(dict(defects["kind"].value_counts().iter_rows()))
                if progress is not None:
                    progress(export.table.name, rows, share)
    finally:
        record.close()
        for export in exports:
            export.close()
    return counts


def _batches(
    connection: duckdb.DuckDBPyConnection, export: Export
) -> Iterator[tuple[pl.DataFrame, int, float]]:
    """Yield the defects of each batch, the rows written so far, and the share of the table that is done."""
    total = connection.execute(f"SELECT count(*) FROM {export.table.source}").fetchall()[0][0]
    done = 0
    for frame in _frames(connection, export.statement()):
        defects = export.add(frame, first=done + 1)
        done += frame.height
        # The table is done when its file is closed.
        yield defects, done, min(done / max(total, 1), 0.99)
    yield export.finish(), done, 1.0


def _frames(connection: duckdb.DuckDBPyConnection, statement: str) -> Iterator[pl.DataFrame]:
    """Yield a result in frames of `BATCH` rows, one at least.

    DuckDB's own batches depend on its threads; the files must not.
    """
    reader = connection.sql(statement).to_arrow_reader(BATCH)
    waiting = pl.DataFrame(pl.from_arrow(reader.schema.empty_table()))
    is_first = True
    for part in reader:
        waiting = waiting.vstack(pl.DataFrame(pl.from_arrow(part)))
        while waiting.height >= BATCH:
            yield waiting[:BATCH].rechunk()
            waiting, is_first = waiting[BATCH:], False
    if waiting.height or is_first:
        yield waiting.rechunk()


def _numbered(defects: pl.DataFrame, first: int) -> pl.DataFrame:
    return defects.with_row_index("defect_id", first).with_columns(pl.col("defect_id").cast(pl.Int64))


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}
