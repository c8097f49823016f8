"""What must hold whatever is tried."""

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from martlet.engine.errors import MartletError

from .case import Fault

__all__ = [
    "MOST_MEMORY",
    "Ended",
    "begun",
    "clear",
    "command",
    "count_memory",
    "ended",
    "ends_well",
    "is_conserved",
    "only_these",
    "peak_memory",
    "refused_clearly",
    "same",
]

# An error is read by a person: it has an end, and names nothing of what Martlet is made of.
_LONGEST = 4_500
_INNARDS = (
    "Traceback (most recent call last)",
    "This is a bug in Martlet",
    "PanicException",
    "pyo3",
    "INTERNAL Error",
)
MOST_MEMORY = 2 * 2**30
_PIPE = 2**20


@dataclass(frozen=True)
class Ended:
    """How a command ended, the most memory that it held, and its seconds of the processor."""

    code: int
    out: str
    err: str
    peak: int
    seconds: float


def begun(*words, limits=(), **options):
    """Start Martlet's command line, bounded by the operating system; what it says waits in pipes, which are to hold all of it."""

    def bound():
        for which, most in limits:
            resource.setrlimit(which, (most, most))

    return subprocess.Popen(
        [sys.executable, "-m", "martlet", *map(os.fspath, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pipesize=_PIPE,
        preexec_fn=bound if limits else None,  # noqa: PLW1509 - the process has one thread that matters
        **options,
    )


def ended(process, timeout=120):
    """Wait for the end of a command, and return how it ended; one that does not end is a fault."""
    began = time.monotonic()
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() - began > timeout:
            process.kill()
            os.wait4(process.pid, 0)
            process.returncode = -9
            raise Fault(f"no end after {timeout} s: {str(process.args[3:])[:300]}")
        time.sleep(0.005)
    process.returncode = os.waitstatus_to_exitcode(status)
    texts = [pipe.read().decode(errors="replace") for pipe in (process.stdout, process.stderr)]
    process.stdout.close()
    process.stderr.close()
    return Ended(process.returncode, *texts, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime)


def command(*words, timeout=120, **options):
    """Run Martlet's command line to its end."""
    return ended(begun(*words, **options), timeout)


def clear(text):
    """Refuse a message that no person can use."""
    for word in _INNARDS:
        if word in text:
            raise Fault(f"{word!r} is shown: {text[-600:]}")
    if len(text) > _LONGEST:
        raise Fault(f"a message of {len(text):,} letters: {text[:200]}")
    return text


def ends_well(end, codes=(0, 2)):
    """Return whether a command worked; if not it must have said clearly why."""
    if end.code not in codes:
        raise Fault(f"exit code {end.code}: {end.err[-600:]}")
    if end.code != 0:
        clear(end.err)
        if not end.err.strip():
            raise Fault(f"exit code {end.code}, and no word why")
    return end.code == 0


def refused_clearly(error):
    """Return the words of an error of Martlet's, a caller's mistake; any other is a fault."""
    if not isinstance(error, MartletError):
        raise Fault(f"{type(error).__name__}: {str(error)[:500]}") from error
    if error.exit_code != MartletError.exit_code:
        raise Fault(
            f"{type(error).__name__} that Martlet calls its own mistake: {str(error)[:500]}"
        ) from error
    return clear(str(error))


def is_conserved(report, connection):
    """Compare what a load's report says with itself, and with what the warehouse keeps of it."""
    for file in report.files:
        if file.already_loaded:
            continue
        counted = (file.rows_read, file.rows_loaded, file.rows_merged, file.rows_quarantined)
        if file.rows_read != file.rows_loaded + file.rows_merged + file.rows_quarantined:
            raise Fault(f"rows are lost: read, loaded, merged, quarantined are {counted}")
        kept = connection.execute(
            "SELECT rows_read, rows_loaded, rows_merged, rows_quarantined FROM meta.load WHERE load_id = ?",
            [file.load_id],
        ).fetchall()
        if kept != [counted]:
            raise Fault(f"the report says {counted}, meta.load says {kept}")
        [[aside]] = connection.execute(
            "SELECT count(*) FROM quarantine.rejected_row WHERE load_id = ?", [file.load_id]
        ).fetchall()
        if aside != file.rows_quarantined:
            raise Fault(f"{file.rows_quarantined} rows are called quarantined, and {aside} are")


def count_memory():
    """Let the system count the most memory of this process from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_memory():
    """Return the most memory that this process has held since it is counted."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def same(path, before):
    """Refuse a file that is not what it was, byte for byte."""
    if path.read_bytes() != before:
        raise Fault(f"{path.name} has changed")


def only_these(folder, names):
    """Refuse leftovers: a folder must hold these names and nothing else."""
    found = sorted(path.name for path in folder.iterdir())
    if found != sorted(names):
        raise Fault(f"left over: {sorted(set(found) - set(names))}, gone: {sorted(set(names) - set(found))}")
