"""Cases that end in every way there is, by which the tests see that the attack is not blind."""

import os
import time

import martlet

from .case import Case, Fault
from .invariants import refused_clearly

__all__ = ["cases", "run"]

TIMEOUT = 6


def cases(seed, _scale):
    return [Case("itself", kind, 0, seed) for kind in _KINDS]


def run(case, room):
    return _KINDS[case.kind](room)


def _refused(room):
    try:
        martlet.open(room.folder / "none.duckdb")
    except martlet.MartletError as error:
        return refused_clearly(error)
    raise Fault("there is no such file")


def _found(room):
    (room.folder / "input.csv").write_text("kept for whoever looks", encoding="utf-8")
    raise Fault("this is what is looked for")


def _fails(_room):
    raise KeyError("row")


def _dies(_room):
    os.abort()


def _hangs(_room):
    time.sleep(600)


_KINDS = {
    "clean": lambda _room: "",
    "refused": _refused,
    "found": _found,
    "fails": _fails,
    "dies": _dies,
    "hangs": _hangs,
}
