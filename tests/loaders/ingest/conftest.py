import duckdb
import pytest

import martlet


class Loader:
    """Ingests texts as files into the test's warehouse, and asks it."""

    def __init__(self, folder):
        self.folder = folder
        self.warehouse = folder / "w.duckdb"
        self._count = 0

    def write(self, text, name=None):
        self._count += 1
        path = self.folder / (name or f"file_{self._count}.csv")
        path.write_text(text, encoding="utf-8")
        return path

    def __call__(self, profile, *texts, **options):
        return martlet.ingest(profile, *map(self.write, texts), warehouse=self.warehouse, **options)

    def rows(self, sql):
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def loader(quick, tmp_path):  # noqa: ARG001
    """A function that ingests texts as files into a warehouse of the test's own; checks run as ever."""
    return Loader(tmp_path)
