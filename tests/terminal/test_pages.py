"""The pages on the packs: as `martlet docs` writes them, and with links that lead somewhere."""

import re

import pytest

import martlet
from martlet.engine import packs
from martlet.terminal import pages

from ..conftest import ROOT

FOLDER = ROOT / "docs" / "packs"
PACKS = list(packs.shipped().by_name.values())


@pytest.fixture(scope="module")
def written(warehouse_path):
    with martlet.open(warehouse_path) as warehouse:
        return pages.pages(PACKS, warehouse)


def test_there_is_a_page_for_each_pack_and_no_other():
    assert {path.name for path in FOLDER.iterdir()} == {pages.INDEX, *(f"{pack.name}.md" for pack in PACKS)}


@pytest.mark.parametrize("name", [pages.INDEX, *(f"{pack.name}.md" for pack in PACKS)])
def test_pages_are_up_to_date(name, written):
    """To renew them: martlet docs docs/packs, with the warehouse that docs/packs/README.md names."""
    assert (FOLDER / name).read_text(encoding="utf-8") == written[name]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_page_has_each_query_with_all_that_its_header_says(pack, written):
    page = written[f"{pack.name}.md"]
    for query in pack.queries:
        section = page.split(f"\n## {query.name}\n")[1].split("\n## ")[0]
        assert query.question.replace("<", "&lt;") in section
        assert all(f"`{name}`" in section for name in [*query.parameters, *query.columns])
        assert f"$ martlet query {query.path} " in section


def test_links_lead_to_headings(written):
    for name, text in written.items():
        for target in re.findall(r"\]\(([^)]+)\)", text):
            file, _, heading = target.partition("#")
            page = written[file or name]
            assert not heading or re.search(
                rf"^## {heading.replace('-', '[- ]')}$", page, re.MULTILINE | re.IGNORECASE
            )
