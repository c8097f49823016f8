"""An empty warehouse file with all that Martlet installs in it, made once and then copied for each new warehouse.

To create tables, views and macros takes DuckDB a second or more, which for a small company is most of a build.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from martlet.engine import cache, definitions
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import BLOCK_SIZE, STORAGE_VERSION, writable

__all__ = ["put"]

_KIND = "empty"


def put(path: Path) -> None:
    """Put a copy of the empty warehouse at `path`, unless no cache can keep it: then it is created where it is needed."""
    if cache.folder() is None:
        return
    key = f"{definitions.digest()}-{duckdb.__version__}-{STORAGE_VERSION}-{BLOCK_SIZE}"
    content = cache.read(_KIND, key)
    if content is None:
        content = _made()
        cache.write(_KIND, key, content)
    path.write_bytes(content)


def _made() -> bytes:
    with tempfile.TemporaryDirectory(prefix="martlet-") as folder:
        path = Path(folder) / "empty.duckdb"
        with writable(path) as connection:
            # In one transaction: the log would otherwise hold each step, to be read for the checkpoint.
            connection.begin()
            star.create(connection)
            star.refresh(connection)
            connection.commit()
            connection.execute("CHECKPOINT")
        return path.read_bytes()
