"""The cache: whatever is wrong with it, nothing is known, and nothing fails."""

import json
import os
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from martlet.engine import cache, definitions, install, relations


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache of this test alone."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_was_written_is_read(folder):
    assert cache.read("thing", "a") is None
    cache.write("thing", "a", b"content")
    assert cache.read("thing", "a") == b"content"
    assert cache.read("thing", "b") is None
    assert [path.name for path in folder.iterdir()] == ["thing-a"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-3]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no such format"),
        lambda path: path.write_bytes(bytes([path.read_bytes()[0], *path.read_bytes()[1:-1], 0])),
        lambda path: (path.unlink(), path.mkdir()),
    ],
)
def test_a_damaged_file_is_as_good_as_none_and_is_replaced(folder, damage):
    cache.write("thing", "a", b"content" * 100)
    damage(folder / "thing-a")
    assert cache.read("thing", "a") is None
    if not (folder / "thing-a").is_dir():
        cache.write("thing", "a", b"content")
        assert cache.read("thing", "a") == b"content"


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="whoever may do everything can write"
)
def test_a_folder_that_cannot_be_written_is_no_error(folder):
    folder.mkdir(mode=0o500)
    cache.write("thing", "a", b"content")
    assert cache.read("thing", "a") is None


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "cache"))
    cache.write("thing", "a", b"content")
    assert cache.read("thing", "a") is None


@pytest.mark.parametrize("word", ["off", "OFF", "", " "])
def test_it_can_be_switched_off(monkeypatch, word):
    monkeypatch.setenv(cache.VARIABLE, word)
    assert cache.folder() is None
    cache.write("thing", "a", b"content")
    assert cache.read("thing", "a") is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="each system has its own folder")
def test_it_stands_where_the_system_keeps_caches(tmp_path, monkeypatch):
    monkeypatch.delenv(cache.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == tmp_path / "martlet"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache.folder() == Path.home() / ".cache" / "martlet"


def test_old_states_make_room(folder):
    for number in range(9):
        cache.write("thing", str(number), b"content")
        os.utime(folder / f"thing-{number}", (number, number))
    (folder / "thing-x.writing").touch()
    os.utime(folder / "thing-x.writing", (0, 0))
    cache.write("other", "a", b"content")
    cache.write("thing", "8", b"content")
    assert len(list(folder.glob("thing-*"))) == 4
    assert cache.read("thing", "8")
    assert cache.read("other", "a")


def test_several_may_write_at_once(folder):
    contents = [bytes([number]) * 100_000 for number in range(8)]

    def work(content):
        for _ in range(10):
            cache.write("thing", "a", content)
            assert cache.read("thing", "a") in contents

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, contents))
    assert [path.name for path in folder.iterdir()] == ["thing-a"]


@pytest.mark.usefixtures("folder")
def test_work_is_done_once():
    done = []

    def work():
        done.append(1)
        return {"words": ("a", "b"), "more": frozenset({"c"})}

    first = definitions.remembered("work", work, dict)
    assert definitions.remembered("work", work, dict) == first == {"words": ["a", "b"], "more": ["c"]}
    assert done == [1]


@pytest.mark.parametrize("foreign", ["[]", "{}", "nonsense", '{"words": 1}'])
def test_what_is_not_understood_is_worked_out_anew(folder, foreign):
    folder.mkdir()
    (folder / f"work-{definitions.digest()}").write_bytes(zlib.compress(foreign.encode()))
    found = definitions.remembered("work", lambda: {"words": ["a"]}, lambda said: list(said["words"]))
    assert found == ["a"]
    assert json.loads(cache.read("work", definitions.digest())) == {"words": ["a"]}


def test_remembered_relations_are_those_that_were_read(folder):
    """The first call works them out, the second takes them from the cache."""
    for relations_of in (relations.relations.__wrapped__, install.relations.__wrapped__):
        assert relations_of() == relations_of()
    assert {path.name.split("-")[0] for path in folder.iterdir()} >= {"relations", "packs"}
    assert relations.relations.__wrapped__() == relations.relations()
    kinds = {type(key) for relation in relations.relations.__wrapped__() for key in relation.keys}
    assert [kind.__name__ for kind in kinds] == ["Key"]
