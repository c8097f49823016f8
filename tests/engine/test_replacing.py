"""A file is replaced as a whole, by one that the same people may read."""

import os
import stat

import pytest

from martlet.engine.errors import ParameterError
from martlet.engine.replacing import replacing


def write(path, text=b"new"):
    with replacing(path) as file:
        file.write(text)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664])
def test_a_private_file_stays_private_and_is_written_in_private(tmp_path, kept):
    path = tmp_path / "answer.csv"
    path.write_bytes(b"old")
    path.chmod(kept)
    with replacing(path) as file:
        file.write(b"new")
        (part,) = set(tmp_path.iterdir()) - {path}
        assert mode(part) == 0o600
    assert (path.read_bytes(), mode(path)) == (b"new", kept)
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_follows_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        write(tmp_path / "answer.csv")
    finally:
        os.umask(before)
    assert mode(tmp_path / "answer.csv") == 0o640


def test_a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "answer.csv"
    path.write_bytes(b"old")

    def fail():
        with replacing(path) as file:
            file.write(b"half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed_and_a_circle_refused(tmp_path):
    (tmp_path / "link.csv").symlink_to("real.csv")
    write(tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == b"new"
    (tmp_path / "circle.csv").symlink_to("circle.csv")
    with pytest.raises(ParameterError, match=r"circle.csv can't be written: its links lead in a circle"):
        write(tmp_path / "circle.csv")
