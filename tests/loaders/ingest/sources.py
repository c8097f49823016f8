"""Sources made of texts, for tests of what comes after reading."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from martlet.loaders.ingest.cleaning import Cleaner, merged
from martlet.loaders.ingest.matching import match
from martlet.loaders.ingest.reading.limits import Limits
from martlet.loaders.ingest.reading.options import Batch


@dataclass(frozen=True)
class Texts:
    """What `reading.source.Source` gives, of columns of texts."""

    cells: pl.DataFrame
    has_header: bool = True
    numeric: frozenset = frozenset()
    problems: dict = field(default_factory=dict)
    name: str = "a.csv"
    # There is no such file: profiles that read one in their own way don't fit.
    path: Path = Path("no such folder") / "a.csv"
    limits: Limits = field(default_factory=Limits)
    is_hidden: bool = False

    @property
    def columns(self):
        return tuple(self.cells.columns)

    def sample(self):
        return self.cells.head(1000)

    def batches(self, size=None):
        size = size or max(1, self.cells.height)
        for start in range(0, self.cells.height, size):
            cells = self.cells.slice(start, size)
            rows = range(start + 1, start + 1 + cells.height)
            problems = pl.Series([self.problems.get(row) for row in rows], dtype=pl.String)
            yield Batch(start + 1, cells, problems, lambda places: places.cast(pl.String))


def texts(columns, **options):
    """Return a source of lists of texts by name."""
    return Texts(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), **options)


def table(text, **options):
    """Return a source of lines of CSV without quotes."""
    header, *rows = [line.split(",") for line in text.strip("\n").split("\n")]
    return texts({name: [row[i] for row in rows] for i, name in enumerate(header)}, **options)


def bare(text, **options):
    """Return a source of lines of CSV without quotes and without header."""
    rows = [line.split(",") for line in text.strip("\n").split("\n")]
    return texts(
        {str(i + 1): [row[i] for row in rows] for i in range(len(rows[0]))}, has_header=False, **options
    )


@dataclass(frozen=True)
class Result:
    """All batches of a source, cleaned."""

    rows: dict
    rejected: pl.DataFrame
    changes: dict
    notes: list
    cleaner: Cleaner

    def column(self, entity, field):
        return self.rows[entity][field].to_list()


def clean(profile, source, *, size=None, overrides=None, **options):
    """Clean a source in both passes; changes come by (rule, column)."""
    matching = match(profile, source, overrides)
    cleaner = Cleaner(profile, source, matching, **options)
    for batch in source.batches(size):
        cleaner.survey(batch)
    notes = cleaner.decide()
    parts = [cleaner.clean(batch) for batch in source.batches(size)]
    rows = {name: pl.concat([part.rows[name] for part in parts]) for name in parts[0].rows}
    changes = {(c.rule, c.column): c for c in merged(c for part in parts for c in part.changes)}
    return Result(rows, pl.concat([part.rejected for part in parts]), changes, notes, cleaner)
