"""SQL of strangers: what reaches for files, settings or writing is refused through every door, and what eats the machine is stopped."""

import time

import martlet
from martlet.engine import sandbox
from martlet.engine.errors import MartletError

from .case import Case, Fault
from .escapes import BOMBS, DOORS, EITHER, READING, WRITING
from .invariants import clear, refused_clearly, same

__all__ = ["cases", "run"]

NEEDS = ("company.duckdb",)
TIMEOUT = 90
_TIME, _MEMORY, _GRACE = 4, "512MB", 12


def cases(seed, scale):
    """Return all statements, through the sandbox and through an open warehouse; of a part of them, every so many."""
    every = max(1, round(1 / scale)) if scale < 1 else 1
    found = []
    for kind, texts in (
        ("escapes", WRITING),
        ("reading", READING),
        ("either", EITHER),
        ("bombs", BOMBS),
        ("doors", DOORS),
    ):
        chosen = [(number, text) for number, text in enumerate(texts) if (number + seed) % every == 0]
        found += [Case("statements", kind, number, seed, {"sql": text}) for number, text in chosen]
    return found


def run(case, room):
    path = room.copy("company")
    path.chmod(0o600)
    before, files = path.read_bytes(), sorted(room.folder.rglob("*"))
    sql = case.given["sql"].replace("{folder}", str(room.folder)).replace("{file}", str(path))
    began = time.monotonic()
    said = _asked(case, path, sql)
    if time.monotonic() - began > 2 * (_TIME + _GRACE):
        raise Fault(f"stopped after {time.monotonic() - began:.0f} s, where {_TIME} were allowed")
    same(path, before)
    if made := sorted(set(room.folder.rglob("*")) - set(files)):
        raise Fault(f"files were made: {made}")
    return said


def _asked(case, path, sql):
    try:
        if case.kind == "doors":
            with martlet.open(path) as warehouse:
                warehouse.sql(sql).rows()
        else:
            answer = sandbox.run(path, sql, timeout=_TIME, memory=_MEMORY)
            if case.kind == "escapes":
                raise Fault(
                    f"an answer of {answer.num_rows} rows: {str(answer.slice(0, 3).to_pylist())[:300]}"
                )
    except MartletError as error:
        if case.kind == "reading":
            raise Fault(f"refused, though it only reads: {error}") from error
        return refused_clearly(error) if error.exit_code == MartletError.exit_code else clear(str(error))
    if case.kind == "doors":
        raise Fault("a statement that does more than read was run")
    return ""
