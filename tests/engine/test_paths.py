"""A path of a warehouse is one file, whatever links lead to it, or an error in words."""

import os
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine.errors import ParameterError, WarehouseError
from martlet.engine.paths import printable, refuse_special, resolved


def test_all_names_of_a_file_are_one(tmp_path):
    real = tmp_path / "real" / "w.duckdb"
    real.parent.mkdir()
    real.touch()
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "one").symlink_to(real)
    (tmp_path / "two").symlink_to("one")
    names = [
        real,
        tmp_path / "folder" / "w.duckdb",
        tmp_path / "one",
        tmp_path / "two",
        real / ".." / "w.duckdb",
    ]
    assert {resolved(name) for name in names} == {real}


def test_a_file_that_is_not_there_yet_has_its_path(tmp_path):
    assert resolved(tmp_path / "new.duckdb") == tmp_path / "new.duckdb"
    assert resolved(tmp_path / "no" / "new.duckdb") == tmp_path / "no" / "new.duckdb"


def circle(folder):
    (folder / "w").symlink_to("x")
    (folder / "x").symlink_to("w")


def to_itself(folder):
    (folder / "w").symlink_to("w")


def dangling(folder):
    (folder / "w").symlink_to("nowhere.duckdb")


def pipe(folder):
    os.mkfifo(folder / "w")


def through_a_link(folder):
    os.mkfifo(folder / "x")
    (folder / "w").symlink_to("x")


def a_socket(folder):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(folder / "w"))


def directory(folder):
    (folder / "w").mkdir()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (circle, "lead in a circle"),
        (to_itself, "lead in a circle"),
        (dangling, "is a link to .*nowhere.duckdb, where nothing is"),
        (pipe, "is a pipe, a device or a socket"),
        (through_a_link, "is a pipe, a device or a socket"),
        (a_socket, "is a pipe, a device or a socket"),
        (directory, "is a directory; give the path of a file"),
    ],
)
def test_what_is_no_file_is_refused(tmp_path, make, message):
    make(tmp_path)
    with pytest.raises(WarehouseError, match=message):
        resolved(tmp_path / "w")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("w?.duckdb", "question mark"),
        ("what?/w.duckdb", "question mark"),
        (os.fsdecode(b"w\xff.duckdb"), r"w\\xff.duckdb can't be a warehouse: its path is not UTF-8"),
        ("w" * 300, "longer than the file system allows"),
        ("a\0b", "holds a NUL"),
    ],
)
def test_impossible_names_are_refused_in_words(tmp_path, name, message):
    with pytest.raises(WarehouseError, match=message):
        resolved(tmp_path / name)


@given(st.text(st.characters(exclude_characters="?/\0", codec="utf-8"), min_size=1, max_size=60))
def test_every_other_name_is_taken_as_it_is(tmp_path, name):
    if name in (".", ".."):
        return
    assert resolved(tmp_path / name) == tmp_path / name
    assert printable(name) == name


def test_a_pipe_is_refused_where_a_file_is_read_whole(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/null"):
        with pytest.raises(ParameterError, match="is a pipe, a device or a socket; save it to a file first"):
            refuse_special(path, ParameterError)
    for path in (tmp_path, tmp_path / "none", tmp_path / ("x" * 300)):
        refuse_special(path, ParameterError)
