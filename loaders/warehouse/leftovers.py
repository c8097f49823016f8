"""What lies beside a warehouse while it is written: the lock of its one writer, and the folder of the new file."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import filelock

from martlet.engine import interrupts
from martlet.engine.errors import WarehouseError
from martlet.loaders.warehouse import others

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["found", "new_folder", "only_writer", "remove", "tidy"]


def _lock(target: Path) -> Path:
    return target.with_name(f".{target.name}.lock")


def _folder(target: Path) -> Path:
    return target.with_name(f".{target.name}.building")


def _left(target: Path) -> list[Path]:
    """Return what may lie there of the new file; up to 0.2 it had no folder, but a log and a folder beside it."""
    folder = _folder(target)
    beside = [folder.with_name(f"{folder.name}.{ending}") for ending in ("wal", "tmp")]
    return [path for path in (folder, *beside) if _is_there(path)]


def _is_there(path: Path) -> bool:
    # `Path.exists` fails where the name with its addition is too long.
    return os.path.exists(path)  # noqa: PTH110


@contextmanager
def only_writer(target: Path) -> Iterator[None]:
    """Hold the lock of `target`, which the operating system frees if this process dies.

    Raises
    ------
    WarehouseError
        If another process holds it, or the folder can't be written to.
    """
    path = _lock(target)
    # Whoever could open the lock could hold it, and keep all others from writing.
    lock = filelock.FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        message = f"another process is building {target} right now; wait until it has finished, or build another file"
        raise WarehouseError(message) from None
    except OSError as error:
        # A lock that another user's killed run left is in the way, too.
        what = path if path.exists() else target.parent
        raise WarehouseError(f"{what} can't be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        # Removed while it is held: whoever waits for it sees that, and makes a new one.
        with suppress(OSError):
            path.unlink()
        lock.release()


def new_folder(target: Path) -> Path:
    """Make the folder of the new file, in the place of one that was left, and return it; only this user may enter it."""
    remove(target)
    folder = _folder(target)
    folder.mkdir(0o700)
    # Whatever the umask, and the access list that the folder above gives.
    folder.chmod(0o700)
    return folder


def remove(target: Path) -> None:
    """Remove what is left of a new file; only the one writer may."""
    for path in _left(target):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def found(target: Path) -> list[Path]:
    """Return what killed runs left beside a warehouse; nothing while a command writes it."""
    left = [*_left(target), *others.set_aside(target)]
    lock = _lock(target)
    if _is_there(lock):
        left.append(lock)
    return left if left and not _is_held(lock) else []


def _is_held(lock: Path) -> bool:
    if not _is_there(lock):
        return False
    try:
        import fcntl  # noqa: PLC0415 - absent on Windows, where a lock that can be opened is free
    except ImportError:
        return False
    try:
        # Opened to read it only: looking must not change anything.
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        # Held, or of another user, who may be writing.
        return True
    return False


def tidy(target: Path) -> None:
    """Remove what killed runs left beside a warehouse, where that may be done."""
    if found(target):
        with suppress(WarehouseError), interrupts.held(), only_writer(target):
            others.restore_log(target)
            remove(target)
