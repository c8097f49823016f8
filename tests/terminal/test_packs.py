"""The packs on a terminal: nothing is cut, however narrow it is."""

import pytest

from martlet.engine import packs
from martlet.terminal import packs as screen

PACKS = list(packs.shipped().by_name.values())


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_every_question_is_shown_whole_at_every_width(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    screen.show(PACKS)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    # The question's lines stand in the second column.
    column = 2 + max(len(query.name) for pack in PACKS for query in pack.queries) + 2
    shown = words(" ".join(line[column:] for line in lines if line.startswith("  ")))
    for pack in PACKS:
        assert pack.name in lines or any(line.startswith(f"{pack.name} ") for line in lines)
        for query in pack.queries:
            assert words(query.question) in shown
            assert any(line.split()[:1] == [query.name] for line in lines)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_tells_its_story_and_which_query_to_take(pack, width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    screen.page(pack)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= width
    assert words(pack.story) in words(out)
    for path in pack.which.values():
        assert path.removeprefix(f"{pack.name}/") in out


def test_as_a_table_there_is_a_row_for_each_query():
    table = screen.listed(PACKS)
    assert sorted(table["query"].to_pylist()) == sorted(packs.queries())
