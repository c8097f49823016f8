"""Loads without marts and packs, which cost seconds and don't depend on how rows came in; checks run as ever.

That a load ends with marts and packs is tested where they are read: `loaders/extract`, `loaders/warehouse`, `test_cli.py`.
"""

import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from martlet.loaders.warehouse import empty, star
from martlet.loaders.warehouse.atomic import writable


@contextmanager
def quick_loads():
    """Leave out of new warehouses, and of what loads make, all that is derived."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(star, "refresh", _macros)
        patch.setattr(empty, "put", lambda path: path.write_bytes(_bare()))
        yield


def _macros(connection):
    """Make the scalar macros, by which checks ask, where the file was begun without them."""
    if not connection.execute("SELECT 1 FROM duckdb_functions() WHERE function_name = 'is_sale'").fetchall():
        star.create_macros(connection)


@cache
def _bare() -> bytes:
    """Return a warehouse of tables alone: one with a thousand views takes longer to open than a small load."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.duckdb"
        with writable(path) as connection:
            connection.begin()
            star.create(connection)
            connection.commit()
            connection.execute("CHECKPOINT")
        return path.read_bytes()
