"""The rows of one file in temporary tables, one for each entity that they tell of; DuckDB keeps what memory can't."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.ingest.channel_grouping import UNASSIGNED, channel_group
from martlet.loaders.ingest.cleaning.words import fold, folded
from martlet.loaders.ingest.entity import entities, entity
from martlet.loaders.ingest.hidden import hidden
from martlet.loaders.ingest.merging.addresses import with_clicks
from martlet.loaders.ingest.merging.tables import quoted, sql_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from martlet.loaders.ingest.entity import Entity
    from martlet.loaders.privacy.forgotten import Forgotten

__all__ = ["Staged", "Staging"]

# A page is its path; hosts and query strings differ from visit to visit.
_BOTH = r"^(?<source>.+?) / (?<medium>.+)$"
_PATH = r"^(?:[a-zA-Z][\w+.-]*:)?(?://[^/?#]*)?([^?#]*)"


@dataclass
class Staged:
    """Rows of one entity in the temporary table `name`.

    Attributes
    ----------
    entity
        What the rows are.
    name
        The temporary table: `row` (number in the file), `part` (which of the records of that row), `content` (hash of
        the row as it was written), and the fields that were fed.
    fed
        Names of the fields in the table.
    is_main
        Whether these rows decide what becomes of the file's rows; others only complete what is known.
    is_distinct
        Whether rows that repeat a key have been taken out.
    is_combined
        Whether rows of one key are one, each telling a part.
    summed
        Fields that are added up over the rows of one key.
    is_addition
        Whether the rows were set aside before, so that where rows add up they come to what the others of their file made.
    """

    entity: Entity
    name: str
    fed: tuple[str, ...]
    is_main: bool
    is_distinct: bool = False
    is_combined: bool = False
    summed: tuple[str, ...] = ()
    is_addition: bool = False

    @property
    def dropped(self) -> str:
        """Temporary table of the rows that were taken out: `row`, `part`, `fate` (merged, refused), `field`, `reason`, `detail`."""
        return f"dropped_{self.name}"

    @property
    def parts(self) -> str:
        """Temporary table that says which row of the fact each row becomes part of, where rows of one key add up."""
        return f"parts_{self.name}"

    @property
    def detail(self) -> str:
        """Temporary table of rows at their own grain, where the entity keeps them."""
        return f"detail_{self.name}"

    def make_dropped(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table of rows that were taken out, if it is not there."""
        connection.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {self.dropped} "
            "(row BIGINT, part INTEGER, fate VARCHAR, field VARCHAR, reason VARCHAR, detail VARCHAR)"
        )

    def drop(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Drop both tables, as far as they are there."""
        for table in (self.name, self.dropped):
            connection.execute(f"DROP TABLE IF EXISTS {table}")

    def add(self, connection: duckdb.DuckDBPyConnection, *fields: str) -> None:
        """Add columns for fields that the file does not have, to be filled from what it has."""
        for name in fields:
            if name not in self.fed:
                kind = sql_type(self.entity.field(name))
                connection.execute(f"ALTER TABLE {self.name} ADD COLUMN {quoted(name)} {kind}")
                self.fed = (*self.fed, name)

    def all_fields(self) -> str:
        """Return a subquery with all fields of the entity, those not fed being NULL."""
        absent = (
            f"CAST(NULL AS {sql_type(of)}) AS {quoted(name)}"
            for name, of in self.entity.fields.items()
            if name not in self.fed
        )
        return f"(SELECT {', '.join(['*', *absent])} FROM {self.name})"


@dataclass
class Staging:
    """Makes and fills the temporary tables of a file."""

    connection: duckdb.DuckDBPyConnection
    main: str
    forgotten: Forgotten
    pseudonym_key: bytes | None = None
    combined: frozenset[str] = frozenset()
    summed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_addition: bool = False
    tables: dict[str, Staged] = field(default_factory=dict)

    def add(self, rows: Mapping[str, pl.DataFrame], content: pl.DataFrame) -> None:
        """Append cleaned rows by entity; `content` has the `row` numbers of the batch and the hash of each row."""
        for name, frame in rows.items():
            described = entity(name)
            prepared = _prepared(self._private(frame, described), described)
            if name == self.main:
                prepared = prepared.join(content, on="row", how="left", maintain_order="left")
            else:
                prepared = prepared.with_columns(content=pl.lit(0, pl.UInt64))
            if name not in self.tables:
                self.tables[name] = self._make(described, prepared.columns)
            table = self.tables[name]
            self.connection.register("_cleaned", prepared)
            try:
                self.connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM _cleaned")
            finally:
                self.connection.unregister("_cleaned")

    def _private(self, frame: pl.DataFrame, described: Entity) -> pl.DataFrame:
        """Replace what says who people are where that was asked for, and in the rows of people who were forgotten."""
        if self.pseudonym_key is not None:
            frame = hidden(frame, described, self.pseudonym_key)
        return self.forgotten.rows(frame, is_customers=described.name == "customers")

    def in_order(self) -> list[Staged]:
        """Return what was staged, in the order in which it is loaded."""
        return [self.tables[name] for name in entities() if name in self.tables]

    def drop(self) -> None:
        """Drop the tables."""
        for table in self.tables.values():
            table.drop(self.connection)
        self.tables.clear()

    def _make(self, described: Entity, columns: list[str]) -> Staged:
        fed = tuple(name for name in columns if name not in ("row", "part", "content"))
        declared = (f"{quoted(name)} {sql_type(described.field(name))}" for name in fed)
        table = f"staged_{described.name}"
        self.connection.execute(
            f"CREATE TEMP TABLE {table} ({', '.join(['row BIGINT', 'part INTEGER', 'content UBIGINT', *declared])})"
        )
        return Staged(
            described,
            table,
            fed,
            is_main=described.name == self.main,
            is_combined=described.name in self.combined,
            summed=tuple(name for name in self.summed.get(described.name, ()) if name in fed),
            is_addition=self.is_addition,
        )


def _prepared(frame: pl.DataFrame, described: Entity) -> pl.DataFrame:
    """Return rows with their records numbered, addresses in one form, and the channel of a source and a medium."""
    frame = with_clicks(frame, described)
    repeats = pl.int_range(pl.len()).over("row") if frame["row"].is_duplicated().any() else pl.lit(0)
    changed = [repeats.cast(pl.Int32).alias("part")]
    for name in frame.columns:
        if name == "row":
            continue
        of = described.field(name)
        if of.dimension == "customer":
            # An address may serve as identifier, and is the same in any case.
            text = pl.col(name)
            changed.append(
                pl.when(text.str.contains("@")).then(text.str.to_lowercase()).otherwise(text).alias(name)
            )
        elif of.type == "url":
            path = pl.col(name).str.extract(_PATH, 1)
            changed.append(pl.when(path == "").then(pl.lit("/")).otherwise(path).alias(name))
    frame = frame.with_columns(changed)
    if "channel" in described.fields and {"source", "medium"} & set(frame.columns):
        frame = _with_channel(frame, described)
    return frame


def _with_channel(frame: pl.DataFrame, described: Entity) -> pl.DataFrame:
    """Take the channel that is named, or the one that source, medium and campaign make by GA4's rules.

    Where no rule holds, a source or medium that is a tool's own word for a channel (ORGANIC_SEARCH) is that channel.
    """
    silent = [name for name in ("channel", "source", "medium", "campaign") if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in silent)
    # Reports write "google / cpc" into one column.
    both = pl.col("source").str.extract_groups(_BOTH)
    frame = frame.with_columns(
        source=pl.coalesce(pl.when(pl.col("medium").is_null()).then(both.struct.field("source")), "source"),
        medium=pl.coalesce("medium", both.struct.field("medium")),
    )
    given = ["source", "medium", "campaign"]
    group = channel_group(*(pl.col(name) for name in given))
    is_sourced = pl.any_horizontal(pl.col("source", "medium").is_not_null())
    meant = {fold(word): channel for word, channel in described.field("channel").words.items()}
    words = [
        folded(pl.col(name)).replace_strict(meant, default=None, return_dtype=pl.String)
        for name in ("medium", "source")
    ]
    group = pl.when(group == UNASSIGNED).then(pl.coalesce(*words, pl.lit(UNASSIGNED))).otherwise(group)
    found = frame.select(given).unique().with_columns(_group=pl.when(is_sourced).then(group))
    joined = frame.join(found, on=given, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(channel=pl.coalesce("channel", "_group")).drop(
        "_group", *(set(silent) - {"channel", "medium"})
    )
