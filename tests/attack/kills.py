"""Commands that write, ended at random moments by signals: the old file or the new one, whole, and nothing left lying about."""

import os
import signal
import stat
import time
from pathlib import Path

import martlet

from .bases import orders
from .case import Fault, several
from .invariants import begun, command, ended, ends_well, only_these

__all__ = ["cases", "run"]

ALL = 100
NEEDS = ("company.duckdb", "shop.duckdb")
TIMEOUT = 300
# The seconds of the processor within which each is ended, from the first at which Python has begun.
_FIRST = 0.08
_SECONDS = {"check": 1.5, "ingest": 1.6, "forget": 1.6, "build": 2.6, "advance": 3.0, "extract": 2.0}
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
# As a shell counts; a process that had no time to say how it ends, ends by the signal itself.
_CODES = {signal.SIGTERM: (143, -15), signal.SIGINT: (130, -2), signal.SIGKILL: (-9,)}


def cases(seed, scale):
    """Return so many kills of each command."""
    kinds = list(_SECONDS)
    return several("kills", kinds, seed, round(ALL * scale) * len(kinds))


def run(case, room):
    chance = case.random()
    path = room.copy("shop" if case.kind == "ingest" else "company")
    path.chmod(0o600)
    before = path.read_bytes()
    which = _SIGNALS[(case.number + case.seed) % len(_SIGNALS)]
    process = begun(*words(case.kind, path, room))
    hit = _ended_after(process, chance.uniform(_FIRST, _SECONDS[case.kind]), which)
    end = ended(process)
    if not hit:
        ends_well(end, (0,))
    elif end.code not in (0, *_CODES[which]):
        raise Fault(f"{which.name} gives exit code {end.code}: {end.err[-500:]}")
    elif "This is a bug" in end.err or "in invoke" in end.err:
        raise Fault(f"{which.name} is called a mistake: {end.err[-500:]}")
    _is_whole(path, before)
    if which == signal.SIGKILL:
        _left_privately(path.parent)
        _cleaned(case.kind, path, room)
    made = {"raw"} & {one.name for one in path.parent.iterdir()}
    only_these(path.parent, [path.name, *made])
    if made and case.kind == "extract" and not (path.parent / "raw" / "manifest.json").exists():
        raise Fault("half an extract was put in place")
    return "" if hit else "ended before the signal"


def words(kind, path, room):
    return {
        "check": ["check", "--set", "facts_are_fresh.days=17", "-w", path],
        "ingest": ["ingest", "orders", orders(room.folder / "more.csv", "B", 500), "-w", path, "-q"],
        "forget": ["forget", "CU0000002", "-w", path, "-q"],
        "build": [
            "build",
            "--customers",
            "60",
            "--days",
            "120",
            "--seed",
            "8",
            "--threads",
            "1",
            "-w",
            path,
            "-q",
        ],
        "advance": ["advance", "--days", "10", "--threads", "1", "-w", path, "-q"],
        "extract": ["extract", path.parent / "raw", "--messy", "heavy", "-w", path, "-q"],
    }[kind]


def _ended_after(process, seconds, which):
    """Send a signal once the process has had so many seconds of the processor; return whether it was still there."""
    place = Path(f"/proc/{process.pid}/stat")
    ticks = os.sysconf("SC_CLK_TCK")
    while True:
        fields = place.read_text(encoding="ascii").rpartition(")")[2].split()
        if fields[0] == "Z":
            return False
        if (int(fields[11]) + int(fields[12])) / ticks >= seconds:
            os.kill(process.pid, which)
            return True
        time.sleep(0.002)


def _is_whole(path, before):
    if path.read_bytes() == before:
        return
    failures = martlet.check(path, store=False).failures()
    if failures:
        raise Fault(f"the file is broken: {failures[0]}")


def _left_privately(folder):
    """Whatever a kill leaves of a private file is as private."""
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_size and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Fault(f"{path.name} is left with mode {stat.S_IMODE(path.stat().st_mode):o}")


def _cleaned(kind, path, room):
    """Run a command that writes, which takes away what the killed one left."""
    again = words("extract" if kind == "extract" else "check", path, room)
    ends_well(command(*again), (0,))
