"""Paths, patterns and folders stand for files."""

import pytest

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading import find_files


@pytest.fixture
def folder(tmp_path):
    for name in ("b.csv", "a.csv", "c.json", ".hidden", "_SUCCESS", "deep/d.csv", "odd[1].csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def names(paths):
    return [path.name for path in paths]


def test_what_is_given_is_found_sorted_and_once(folder):
    assert names(find_files([folder / "b.csv", str(folder / "*.csv"), folder / "a.csv"])) == [
        "a.csv",
        "b.csv",
        "odd[1].csv",
    ]
    assert names(find_files([folder])) == ["a.csv", "b.csv", "c.json", "odd[1].csv"]
    assert names(find_files([folder / "**" / "*.csv"])) == ["a.csv", "b.csv", "d.csv", "odd[1].csv"]
    assert names(find_files([folder / "odd[1].csv"])) == ["odd[1].csv"]


def test_what_stands_for_nothing_is_told(folder):
    (folder / "empty").mkdir()
    for given, words in (
        ([], "no file was given"),
        ([folder / "x.csv"], "no file .*x.csv"),
        ([folder / "*.xlsx"], "pattern"),
        ([folder / "empty"], "no file in the folder"),
        (["a\0b"], "no file"),
    ):
        with pytest.raises(IngestError, match=words):
            find_files(given)
