"""A case of the attack, what comes of it, and the room in which it is tried."""

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["CLEAN", "ERROR", "FAULT", "Case", "Fault", "Outcome", "Room", "several"]

CLEAN, ERROR, FAULT = "clean", "clear error", "fault"


class Fault(Exception):  # noqa: N818 - it is what is looked for
    """Something that must not happen did happen."""


@dataclass(frozen=True)
class Case:
    """One attempt: the `number`-th of a kind of a part, all its chance drawn from `seed`."""

    part: str
    kind: str
    number: int
    seed: int
    given: dict = field(default_factory=dict, hash=False)

    @property
    def name(self):
        return f"{self.part}/{self.kind}/{self.number}"

    def random(self):
        """Return the case's own stream of chance, the same in every process."""
        return random.Random(f"{self.seed}/{self.name}")  # noqa: S311 - it must repeat


@dataclass(frozen=True)
class Outcome:
    """What came of a case; `detail` says what is wrong, or how the error was worded."""

    case: Case
    verdict: str
    detail: str = ""


@dataclass(frozen=True)
class Room:
    """Where a case is tried: `folder` is its own, and empty; `company` and `shop` are warehouses to copy."""

    folder: Path
    company: Path
    shop: Path

    def copy(self, which, name=None):
        """Return a copy of a warehouse that may be changed, in a folder of its own."""
        kept = self.folder / "kept"
        kept.mkdir(exist_ok=True)
        path = kept / (name or "w.duckdb")
        shutil.copyfile(getattr(self, which), path)
        return path


def several(part, kinds, seed, count):
    """Return cases of a part, in turn of each kind, at least one of each."""
    return [
        Case(part, kinds[number % len(kinds)], number // len(kinds), seed)
        for number in range(max(count, len(kinds)))
    ]
