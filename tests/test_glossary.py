"""The glossary is in order, names what exists, and the words that it retires stay away."""

import re
from pathlib import Path

import pytest

from martlet.engine import packs
from martlet.engine.relations import relations

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
PARTS = ("Metrics", "The star", "Words of the house")
# Its entries tell what was, in the words of the time.
HISTORY = {GLOSSARY, ROOT / "CHANGELOG.md"}


def rows_of(part: str) -> list[list[str]]:
    """The cells of the table below a heading, without its first two lines."""
    section = re.search(
        rf"^## {part}$(.*?)(?=^## |\Z)", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert section, part
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines[2:]]


def retired() -> list[str]:
    return [word for part in PARTS[1:] for row in rows_of(part) for word in re.findall(r"`([^`]+)`", row[2])]


def texts() -> list[Path]:
    """All code and words of the project."""
    top = [path for path in ROOT.iterdir() if path.suffix in {".py", ".md"}]
    folders = ("benchmarks", "docs", "engine", "loaders", "queries", "sql", "terminal", "tests")
    below = [path for folder in folders for path in (ROOT / folder).rglob("*.*")]
    return [path for path in top + below if path.suffix in {".py", ".sql", ".toml", ".md"}]


@pytest.mark.parametrize("part", PARTS)
def test_terms_are_in_alphabetical_order(part):
    terms = [row[0].casefold() for row in rows_of(part)]
    assert len(terms) > 20
    assert terms == sorted(terms)


def test_no_term_is_explained_twice():
    terms = [row[0].split(" (")[0].casefold() for part in PARTS for row in rows_of(part)]
    assert sorted(terms) == sorted(set(terms))


@pytest.mark.parametrize("part", PARTS)
def test_every_row_fills_the_columns_of_its_table(part):
    for row in rows_of(part):
        assert len(row) == (5 if part == "Metrics" else 3), row
        assert all(row[:2]), row


def test_the_columns_of_metrics_exist():
    columns = {f"{relation.qualified}.{name}" for relation in relations() for name in relation.unit.columns}
    columns |= {f"{name}.{column}" for name, query in packs.queries().items() for column in query.columns}
    named = {name for row in rows_of("Metrics") for name in re.findall(r"`([^`]+)`", row[4])}
    assert len(named) > 40
    assert named - columns == set()


def test_abbreviations_in_the_headers_of_queries_are_explained():
    terms = {word for row in rows_of("Metrics") for word in re.findall(r"[A-Z]{3,}", row[0])}
    headers = "\n".join(
        text for query in packs.queries().values() for text in [query.doc, *query.columns.values()]
    )
    used = set(re.findall(r"\(([A-Z]{3,4})\)", headers))
    assert "CTR" in used
    assert used - terms == set()


def test_retired_words_are_used_nowhere():
    words = retired()
    assert words
    pattern = re.compile(rf"(?<![A-Za-z])({'|'.join(map(re.escape, words))})(?![A-Za-z])", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in texts()
        if path not in HISTORY
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in pattern.finditer(line)
    ]
    assert found == []
