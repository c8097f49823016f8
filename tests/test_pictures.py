"""The gallery and the pictures of the README are current, small, and of every kind. To renew them: .ci/pictures.py (CONTRIBUTING)."""

import importlib.util
import re
import sys
import tomllib
from typing import get_args

import pytest

from martlet.engine import packs
from martlet.engine.telling import Kind

from .conftest import ROOT

FOLDER = ROOT / "docs" / "pictures"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def made_by():
    spec = importlib.util.spec_from_file_location("ci_pictures", ROOT / ".ci" / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PICTURES = made_by()


@pytest.fixture(scope="module")
def drawn(warehouse):
    return PICTURES.gallery(warehouse)


def test_the_gallery_is_current(drawn):
    assert PICTURES.GALLERY.read_text(encoding="utf-8") == drawn[PICTURES.GALLERY]


@pytest.mark.parametrize("shown", PICTURES.KINDS, ids=lambda shown: shown.kind)
def test_a_chart_is_current_and_the_same_each_time(shown, drawn, warehouse):
    file = FOLDER / shown.file
    assert file.read_text(encoding="utf-8") == drawn[file]
    assert PICTURES.chart(warehouse.query(shown.query)) == drawn[file]


def test_every_kind_is_shown_by_a_query_that_says_so():
    assert sorted(shown.kind for shown in PICTURES.KINDS) == sorted(get_args(Kind))
    for shown in PICTURES.KINDS:
        assert packs.get(shown.query).chart.kind == shown.kind


def test_pages_say_what_they_said_when_their_pictures_were_taken(warehouse_path, tmp_path):
    told = tomllib.loads(PICTURES.WORDS.read_text(encoding="utf-8"))
    found = PICTURES.pages(warehouse_path, tmp_path)
    assert {name: PICTURES.words_of(page) for name, page in found.items()} == told


def test_words_are_what_a_person_reads():
    page = "<p>One <b>two</b></p><script>var x = 3</script><svg><text>four</text></svg>"
    assert PICTURES.words_of(page) == PICTURES.words_of("<h1>One</h1> two<svg><text>five</text></svg>")
    assert PICTURES.words_of(page) != PICTURES.words_of("<p>One three</p>")


def test_pictures_are_small_and_all_are_shown():
    files = [file for file in FOLDER.iterdir() if file.suffix != ".toml"]
    shown = {*re.findall(r"\(docs/pictures/([\w.]+)\)", README)}
    assert len(shown) == 3
    shown |= {*re.findall(r"\(pictures/([\w.]+)\)", PICTURES.GALLERY.read_text(encoding="utf-8"))}
    assert {file.name for file in files} == shown
    for file in files:
        assert file.stat().st_size < (30_000 if file.suffix == ".svg" else 60_000), file.name
    assert sum(file.stat().st_size for file in files) < 400_000
