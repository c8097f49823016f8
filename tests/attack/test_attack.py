"""A few cases of each part of the attack, with fixed seeds: whatever is thrown at it ends clean or with a clear error.

All cases, and other seeds: `python benchmarks/attack.py`.
"""

from pathlib import Path

import pytest

from . import bases, formats, itself, mutations
from .case import CLEAN, ERROR, FAULT, Outcome
from .exports import PROFILES, export_of
from .parts import PARTS
from .running import spread, table
from .workers import tried

SEED = 12
# How many cases of each part, and, where they stand for many, which: the dear ones are left to the long run.
FAST = {
    "files": (5, ""),
    "bounds": (2, ("very deep lists", "the last cell of a sheet")),
    "values": (10, ("python", "command line", "macro", "option")),
    "statements": (4, ("escapes", "reading", "doors")),
    "kills": (2, ("check", "ingest")),
    "readers": (1, ""),
    "disk": (1, ("check size limit",)),
    "life": (1, ("pending log",)),
    "paths": (1, ""),
    "privacy": (1, ("set aside",)),
    "process": (
        9,
        ("threads", "tasks", "load", "forgotten", "replaced", "pickles", "copies", "forks", "many"),
    ),
}

pytestmark = pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes of Linux")


@pytest.fixture(scope="module")
def room(once):
    return once("attack", lambda folder: bases.make(folder, bases.COMPANY, bases.SHOP))


def faults(outcomes):
    return [f"{one.case.name}: {one.detail}" for one in outcomes if one.verdict == FAULT]


@pytest.mark.parametrize("part", FAST)
def test_nothing_of_the_attack_is_a_fault(part, room, tmp_path):
    most, kinds = FAST[part]
    cases = [
        case
        for case in PARTS[part].cases(SEED, 0.02 if part == "readers" else 1)
        if not kinds or any(kind in case.kind for kind in kinds)
    ]
    for name in (bases.COMPANY, bases.SHOP):
        (tmp_path / name).symlink_to(room / name)
    outcomes = list(tried(spread(cases, most), tmp_path, jobs=1, timeout=PARTS[part].TIMEOUT))
    assert len(outcomes) == most
    assert faults(outcomes) == []


def test_the_attack_sees_whatever_goes_wrong(tmp_path):
    cases = itself.cases(SEED, 1)
    found = {
        one.case.kind: one
        for one in tried(cases, tmp_path, jobs=1, timeout=itself.TIMEOUT, keep=tmp_path / "kept")
    }
    assert {kind: one.verdict for kind, one in found.items()} == {
        "clean": CLEAN, "refused": ERROR, "found": FAULT, "fails": FAULT, "dies": FAULT, "hangs": FAULT,
    }  # fmt: skip
    assert "KeyError: 'row' (itself.py:" in found["fails"].detail
    assert "ended with -6" in found["dies"].detail
    assert "no end" in found["hangs"].detail
    assert (tmp_path / "kept" / "itself-found-0" / "input.csv").exists()


def test_every_profile_meets_every_kind_of_spoiling():
    cases = PARTS["files"].cases(SEED, 1)
    kinds = {*mutations.TABLES, *mutations.BYTES, *formats.ODD}
    assert len(cases) == 10_000
    assert len({(case.kind, case.given["profile"]) for case in cases}) == len(kinds) * len(PROFILES)


@pytest.mark.parametrize("part", PARTS)
def test_cases_repeat_by_their_seed(part):
    assert PARTS[part].cases(3, 0.1) == PARTS[part].cases(3, 0.1)
    names = [case.name for case in PARTS[part].cases(3, 1)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("profile", PROFILES)
def test_there_is_an_export_of_each_profile_to_spoil(profile):
    header, rows = export_of(profile).table()
    assert len(header) > 1
    assert rows


def test_the_table_counts_by_part_and_in_all():
    cases = itself.cases(SEED, 1)
    outcomes = [Outcome(case, verdict) for case, verdict in zip(cases, (CLEAN, ERROR, FAULT), strict=False)]
    assert table(outcomes).splitlines()[2:] == ["| itself | 3 | 1 | 1 | 1 |", "| all | 3 | 1 | 1 | 1 |"]
