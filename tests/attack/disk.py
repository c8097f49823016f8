"""A disk that is full, or a limit of file size, at any point of each command that writes: a clear error, the old file, nothing left."""

import os
import resource
import shutil
import subprocess
from contextlib import contextmanager

from .case import Fault, several
from .invariants import command, ends_well, only_these, same
from .kills import words

__all__ = ["cases", "run"]

ALL = 40
NEEDS = ("company.duckdb", "shop.duckdb")
TIMEOUT = 300
_COMMANDS = ("ingest", "check", "build", "forget", "advance", "extract")


def cases(seed, scale):
    kinds = [f"{command} {how}" for how in ("size limit", "full disk") for command in _COMMANDS]
    return several("disk", kinds, seed, round(ALL * scale))


def run(case, room):
    name, _, how = case.kind.partition(" ")
    chance = case.random()
    original = room.shop if name == "ingest" else room.company
    if how == "size limit":
        limits = [
            (resource.RLIMIT_FSIZE, chance.choice((0, 4096, chance.randrange(original.stat().st_size))))
        ]
        return _tried(name, original, room, room.folder / "kept", limits)
    with _small(
        room.folder / "kept", original.stat().st_size + chance.choice((2**16, 2**20, chance.randrange(2**25)))
    ) as folder:
        return (
            "no file system can be mounted here"
            if folder is None
            else _tried(name, original, room, folder, [])
        )


def _tried(name, original, room, folder, limits):
    folder.mkdir(exist_ok=True)
    path = folder / "w.duckdb"
    shutil.copyfile(original, path)
    before = path.read_bytes()
    end = command(*words(name, path, room), limits=limits, env={**os.environ, "MARTLET_CACHE": "off"})
    if ends_well(end):
        return ""
    same(path, before)
    only_these(folder, [path.name])
    return end.err.strip()


@contextmanager
def _small(folder, size):
    """Mount a file system of so many bytes, where this is allowed."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],  # noqa: S607
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        if subprocess.run(["umount", folder], capture_output=True, check=False).returncode != 0:  # noqa: S607
            raise Fault("a file is still open after the end")
