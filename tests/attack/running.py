"""Runs parts of the attack, and sums up what came of them."""

import tempfile
from collections import Counter
from pathlib import Path

from . import bases
from .case import CLEAN, ERROR, FAULT
from .parts import PARTS
from .workers import tried

__all__ = ["PARTS", "attack", "spread", "table"]


def attack(names, *, seed, scale=1.0, jobs=2, keep=None, folder=None, only=None, say=lambda _outcome: None):
    """Try the cases of parts, those whose name has `only` in it, and return their outcomes."""
    with tempfile.TemporaryDirectory(prefix="martlet-attack-", dir=folder) as made:
        room = Path(made)
        outcomes = []
        for name in names:
            part = PARTS[name]
            bases.make(room, *getattr(part, "NEEDS", ()))
            cases = [case for case in part.cases(seed, scale) if only is None or only in case.name]
            many = getattr(part, "JOBS", jobs)
            for outcome in tried(cases, room, jobs=min(jobs, many), timeout=part.TIMEOUT, keep=keep):
                outcomes.append(outcome)
                say(outcome)
        return outcomes


def spread(cases, most):
    """Return so many cases, evenly spread over all."""
    return [cases[number * len(cases) // most] for number in range(min(most, len(cases)))]


def table(outcomes, *, by_kind=False):
    """Return a table in Markdown: what was tried, how often, and how it ended."""
    rows = {}
    for outcome in outcomes:
        what = f"{outcome.case.part}: {outcome.case.kind}" if by_kind else outcome.case.part
        rows.setdefault(what, Counter())[outcome.verdict] += 1
    if not by_kind:
        rows["all"] = sum(rows.values(), Counter())
    lines = ["| what | tried | clean | clear errors | faults |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {what} | {found.total():,} | {found[CLEAN]:,} | {found[ERROR]:,} | {found[FAULT]:,} |"
        for what, found in rows.items()
    ]
    return "\n".join(lines)
