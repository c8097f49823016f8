"""Files of every profile and format, spoilt, and loaded: read = loaded + merged + quarantined, or a clear error that names the file."""

import time
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

import duckdb

import martlet
from martlet.engine.errors import MartletError
from martlet.loaders.ingest import loading
from martlet.loaders.warehouse import star

from ..quick import quick_loads
from . import formats, mutations
from .case import Case, Fault
from .exports import PROFILES, export_of
from .invariants import MOST_MEMORY, count_memory, is_conserved, peak_memory, refused_clearly

__all__ = ["cases", "run"]

ALL = 10_000
TIMEOUT = 180
# One in so many is published into a file of its own and loaded again; the others leave their rows in a transaction that ends.
_PUBLISHED = 10
_SECONDS = 30
_KINDS = (*mutations.TABLES, *mutations.BYTES, *formats.ODD)


def cases(seed, scale):
    """Return cases over all profiles, kinds and formats, each combined with each in time."""
    return [
        Case(
            "files", _KINDS[number % len(_KINDS)], number, seed, {"profile": PROFILES[number % len(PROFILES)]}
        )
        for number in range(max(len(_KINDS), round(ALL * scale)))
    ]


def run(case, room):
    chance = case.random()
    path = _written(case, chance, room.folder)
    count_memory()
    began = time.process_time()
    try:
        if case.number % _PUBLISHED:
            _loaded(case.given["profile"], path)
        else:
            _published(case.given["profile"], path, room.folder / "w.duckdb")
        said = ""
    except MartletError as error:
        said = refused_clearly(error)
        if path.name not in said:
            raise Fault(f"the error does not name the file: {said[:500]}") from error
    seconds = time.process_time() - began
    if seconds > _SECONDS:
        raise Fault(f"{seconds:.0f} s of processor time for {path.stat().st_size:,} bytes")
    if (peak := peak_memory()) > MOST_MEMORY:
        raise Fault(f"{peak / 2**30:.1f} GiB of memory for {path.stat().st_size:,} bytes")
    return said


def _written(case, chance, folder):
    export = export_of(case.given["profile"])
    if case.kind in formats.ODD:
        content, ending = formats.ODD[case.kind](export.dicts(), chance)
    else:
        header, rows = export.table()
        above = [list(row) for row in export.above]
        if case.kind in mutations.TABLES:
            mutations.TABLES[case.kind](header, rows, chance)
        ending = chance.choice(list(formats.FORMATS))
        content = formats.FORMATS[ending](above, header, rows, chance)
        if case.kind in mutations.BYTES:
            content = mutations.BYTES[case.kind](content, chance)
    path = folder / f"export.{ending}"
    path.write_bytes(content)
    return path


def _loaded(profile, path):
    """Load a file into an empty star in memory, and take it back: a file that is published costs twice as much."""
    star_ = _star()

    @contextmanager
    def in_memory(*_given, **_options):
        yield star_

    with (
        quick_loads(),
        patch.object(loading, "rewriting", in_memory),
        patch.object(star, "finish", lambda *_: []),
    ):
        star_.begin()
        try:
            is_conserved(martlet.ingest(profile, path, warehouse=path.with_suffix(".none")), star_)
        finally:
            star_.rollback()


@cache
def _star():
    connection = duckdb.connect(config={"threads": 1})
    star.create(connection)
    return connection


def _published(profile, path, warehouse):
    with quick_loads():
        report = martlet.ingest(profile, path, warehouse=warehouse)
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            is_conserved(report, connection)
        before = warehouse.read_bytes()
        again = martlet.ingest(profile, path, warehouse=warehouse)
    if profile != "paths" and not all(file.already_loaded for file in again.files):
        raise Fault("the same file again is taken for a new one")
    if profile != "paths" and warehouse.read_bytes() != before:
        raise Fault("the same file again has changed the warehouse")
