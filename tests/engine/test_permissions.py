"""A new file may be read by those who could read the old one, and by nobody else."""

import os
import stat
import struct

import pytest

from martlet.engine import permissions

ACCESS_LIST = "system.posix_acl_access"
NOBODY = 0xFFFFFFFF


def access_list(*, group=0o4, user=0o4, other=0):
    """Return the list `user::rw-,user:1234:,group::,mask::r--,other::` as the system keeps it."""
    entries = [(1, 6, NOBODY), (2, user, 1234), (4, group, NOBODY), (0x10, 4, NOBODY), (0x20, other, NOBODY)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "old"
    path.touch()
    return path


@pytest.fixture
def new(tmp_path):
    path = tmp_path / "new"
    path.touch(0o600)
    return path


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def listed(path, value):
    try:
        os.setxattr(path, ACCESS_LIST, value)
    except (OSError, AttributeError) as error:
        pytest.skip(f"needs a file system with access lists: {error}")


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o644, 0o660, 0o606, 0o700])
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_mode_is_kept_whatever_the_umask(old, new, kept, umask):
    old.chmod(kept)
    before = os.umask(umask)
    try:
        permissions.keep(old, new)
    finally:
        os.umask(before)
    assert mode(new) == kept


def test_owner_and_group_are_kept_by_root(old, new):
    if os.geteuid() != 0:
        pytest.skip("only root may give files away")
    os.chown(old, 1234, 4321)
    old.chmod(0o640)
    permissions.keep(old, new)
    assert (new.stat().st_uid, new.stat().st_gid, mode(new)) == (1234, 4321, 0o640)


def test_an_access_list_is_kept_and_none_is_made_up(old, new):
    listed(old, access_list())
    permissions.keep(old, new)
    assert os.getxattr(new, ACCESS_LIST) == access_list()
    assert mode(new) == mode(old)
    os.removexattr(old, ACCESS_LIST)
    old.chmod(0o600)
    permissions.keep(old, new)
    assert ACCESS_LIST not in os.listxattr(new)
    assert mode(new) == 0o600


def not_allowed(*_):
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize(
    ("was", "becomes"), [(0o660, 0o600), (0o664, 0o644), (0o640, 0o600), (0o604, 0o604), (0o666, 0o666)]
)
def test_a_group_that_cannot_be_kept_gains_nothing(old, new, was, becomes, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root may give files away")
    os.chown(old, 1234, 4321)
    old.chmod(was)
    monkeypatch.setattr(os, "chown", not_allowed)
    with pytest.warns(UserWarning, match="can't keep its owner and group"):
        permissions.keep(old, new)
    assert mode(new) == becomes


def test_an_access_list_that_cannot_go_along_leaves_the_owner_alone(old, new, monkeypatch):
    listed(old, access_list())
    monkeypatch.setattr(os, "setxattr", not_allowed)
    with pytest.warns(UserWarning, match=r"with mode 0600, but can't keep its access list"):
        permissions.keep(old, new)
    assert mode(new) == 0o600


def test_the_group_is_kept_where_only_the_owner_cannot_be(old, new, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root may give files away")
    os.chown(old, 1234, 4321)
    old.chmod(0o660)
    change = os.chown
    monkeypatch.setattr(
        os, "chown", lambda path, owner, group: (not_allowed if owner != -1 else change)(path, owner, group)
    )
    with pytest.warns(UserWarning, match="can't keep its owner:"):
        permissions.keep(old, new)
    assert (new.stat().st_gid, mode(new)) == (4321, 0o660)


def test_nothing_is_said_where_all_is_kept(old, new, recwarn):
    permissions.keep(old, new)
    assert not recwarn.list
