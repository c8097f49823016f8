"""Decisions are numbered in order and dated, and the numbers to which code and docs refer exist."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEADING = re.compile(r"^## D-(\d{3}) \((\d{4}-\d{2}-\d{2})\): \S.*$")


def headings() -> list[tuple[int, date]]:
    lines = (ROOT / "DECISIONS.md").read_text(encoding="utf-8").splitlines()
    found = [HEADING.match(line) for line in lines if line.startswith("## ")]
    assert all(found)
    return [(int(match[1]), date.fromisoformat(match[2])) for match in found if match]


def test_decisions_are_numbered_without_gaps():
    numbers = [number for number, _ in headings()]
    assert len(numbers) > 30
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_later_decision_has_no_earlier_date():
    assert all(before <= after for (_, before), (_, after) in pairwise(headings()))


def test_decisions_that_are_referred_to_exist():
    numbers = {number for number, _ in headings()}
    folders = ("engine", "loaders", "queries", "sql", "terminal", "docs")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.*")]
    files += [path for path in ROOT.iterdir() if path.name in {"CONTRIBUTING.md", "README.md"}]
    texts = [
        path.read_text(encoding="utf-8") for path in files if path.suffix in {".py", ".sql", ".toml", ".md"}
    ]
    referred = {int(number) for text in texts for number in re.findall(r"\bD-(\d{3})\b", text)}
    assert referred
    assert referred <= numbers
