"""What was worked out before, kept in the user's cache folder, where it may be lost at any time.

Whatever is wrong with the folder or with a file in it, the answer is that nothing is known. Several processes may read and
write at once.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path

__all__ = ["folder", "read", "write"]

VARIABLE = "MARTLET_CACHE"
# States of the same thing to keep, such as those of two versions that are used in turn.
_KEPT = 4
_TEMPORARY = ".writing"
_ABANDONED_SECONDS = 3600


def folder() -> Path | None:
    """Return the folder of the cache, None if it is switched off: `MARTLET_CACHE`, or what the system has for caches."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return None if given.strip().lower() in ("", "off") else Path(given)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        # The standard has it that a relative path is to be ignored.
        base = Path(os.environ.get("XDG_CACHE_HOME", ""))
        base = base if base.is_absolute() else home / ".cache"
    return base / "martlet"


def read(kind: str, key: str) -> bytes | None:
    """Return what was written for `kind` under `key`, None if nothing was, or it can't be read."""
    where = folder()
    # A pipe of that name would be waited for.
    if where is None or not (where / f"{kind}-{key}").is_file():
        return None
    try:
        # The checksum of the format tells a file that was damaged.
        return zlib.decompress((where / f"{kind}-{key}").read_bytes())
    except (OSError, zlib.error):
        return None


def write(kind: str, key: str, content: bytes) -> None:
    """Keep `content` under `key`, in place of the oldest states of the same kind; nothing happens where that can't be."""
    where = folder()
    if where is None:
        return
    with suppress(OSError):
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{kind}-", suffix=_TEMPORARY, dir=where)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(zlib.compress(content, 1))
            Path(name).replace(where / f"{kind}-{key}")
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _remove_old(where, kind)


def _remove_old(where: Path, kind: str) -> None:
    """Remove all but the newest states of a kind, and what a crash left half written."""
    states: list[tuple[float, Path]] = []
    for path in where.glob(f"{kind}-*"):
        written = path.stat().st_mtime
        if path.suffix != _TEMPORARY:
            states.append((written, path))
        elif written < time.time() - _ABANDONED_SECONDS:
            path.unlink(missing_ok=True)
    for _, path in sorted(states, reverse=True)[_KEPT:]:
        path.unlink(missing_ok=True)
