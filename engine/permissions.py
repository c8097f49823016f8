"""Who may read a file: what a new file takes over from the one that it replaces."""

from __future__ import annotations

import os
import stat
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["keep"]

# POSIX access lists, where the system has them as attributes: of a file or folder, and what is made in a folder gets.
_ACCESS_LIST = "system.posix_acl_access"
_INHERITED_LIST = "system.posix_acl_default"
_GROUP = 0o070


def keep(old: Path, new: Path) -> None:
    """Give a new file, or folder, the owner, group, mode and access list of the one that it will replace.

    What the system does not allow is left out, with a warning, so that nobody gains access by it: where the group would be
    another, it may do no more than everybody might, and where an access list can't go along, only the owner may do anything.
    """
    was = old.stat()
    mode = stat.S_IMODE(was.st_mode)
    lost = []
    if hasattr(os, "chown"):
        has_owner, has_group = _chowned(new, was)
        if not has_owner:
            lost.append("owner")
        if not has_group:
            lost.append("group")
    else:
        has_group = True
    listed = _attribute(old, _ACCESS_LIST)
    if listed is not None and has_group and _set(new, _ACCESS_LIST, listed):
        new.chmod(mode)
    else:
        _set(new, _ACCESS_LIST, None)
        if listed is not None:
            lost.append("access list")
            mode &= ~0o077
        elif not has_group:
            mode &= ~_GROUP | ((mode << 3) & _GROUP)
        new.chmod(mode)
    _set(new, _INHERITED_LIST, _attribute(old, _INHERITED_LIST))
    if lost:
        warnings.warn(
            f"{old} is written anew with mode {mode:04o}, but can't keep its {' and '.join(lost)}: this user may not set that",
            stacklevel=2,
        )


def _chowned(new: Path, was: os.stat_result) -> tuple[bool, bool]:
    """Give a file an owner and a group, or only the group; return which of them it has now."""
    for owner in (was.st_uid, -1):
        with suppress(OSError):
            os.chown(new, owner, was.st_gid)
            break
    now = new.stat()
    return now.st_uid == was.st_uid, now.st_gid == was.st_gid


def _attribute(path: Path, name: str) -> bytes | None:
    if hasattr(os, "getxattr"):
        with suppress(OSError):
            return os.getxattr(path, name)
    return None


def _set(path: Path, name: str, value: bytes | None) -> bool:
    """Set an attribute, or remove it if None; tell whether that worked."""
    if not hasattr(os, "setxattr"):
        return value is None
    try:
        if value is None:
            os.removexattr(path, name)
        else:
            os.setxattr(path, name, value)
    except OSError:
        return False
    return True
