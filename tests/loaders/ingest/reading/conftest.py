"""Files made on the spot, and what reading makes of them."""

import polars as pl
import pytest

from martlet.loaders.ingest.reading import Reading, open_source


class Found:
    """All rows of a source at once."""

    def __init__(self, source):
        batches = list(source.batches())
        self.source = source
        self.first_rows = [batch.first_row for batch in batches]
        self.sizes = [batch.cells.height for batch in batches]
        self.cells = pl.concat([batch.cells for batch in batches]) if batches else source.sample()
        self.problems = [problem for batch in batches for problem in batch.problems_in(source.columns)]
        self.originals = [
            text
            for batch in batches
            for text in batch.originals_at(pl.int_range(batch.cells.height, dtype=pl.UInt32, eager=True))
        ]
        self.notes = source.notes
        assert self.first_rows == [1 + sum(self.sizes[:i]) for i in range(len(self.sizes))]
        assert len(self.problems) == len(self.originals) == self.cells.height
        assert self.cells.columns == list(source.columns)
        assert set(self.cells.dtypes) <= {pl.String}

    def rows(self):
        """The cells, where an empty one is ''."""
        return self.cells.fill_null("").rows()


@pytest.fixture
def opened(tmp_path):
    """A function that opens text or bytes as a file."""

    def make(content, name="mine.csv", **reading):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_source(path, Reading(**reading))

    return make


@pytest.fixture
def read(opened):
    """A function that reads text or bytes as a file, all of it."""
    return lambda content, name="mine.csv", **reading: Found(opened(content, name, **reading))
