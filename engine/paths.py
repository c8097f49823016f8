"""The file that a path means, said in words where it means none that can be used."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from martlet.engine.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["is_utf8", "printable", "refuse_special", "resolved"]


def printable(path: str | Path) -> str:
    """Return a path as it can be printed: bytes of its name that are no UTF-8 are written as hexadecimal."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def resolved(path: str | Path) -> Path:
    """Return the one path of a warehouse file, with every link followed; the file need not be there yet.

    Raises
    ------
    WarehouseError
        If a link leads nowhere or in a circle, the path is that of a folder, a pipe or a device, or DuckDB can't open a
        file of such a name.
    """
    named = printable(path)
    if "\0" in os.fspath(path):
        raise WarehouseError(f"{named!r} can't be the path of a file: it holds a NUL")
    real = Path(os.path.realpath(path))
    if not is_utf8(str(real)):
        raise WarehouseError(
            f"{named} can't be a warehouse: its path is not UTF-8; rename the file or its folder"
        )
    if "?" in str(real):
        raise WarehouseError(
            f"{named} can't be a warehouse: its path holds a question mark, which DuckDB reads as the end of the path; "
            "rename the file or its folder"
        )
    try:
        mode = real.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if os.path.islink(path):  # noqa: PTH114 - `Path.is_symlink` fails for odd paths
            raise WarehouseError(
                f"{named} is a link to {real}, where nothing is; give that path itself, or remove the link"
            ) from None
        return real
    except OSError as error:
        raise WarehouseError(f"{named} can't be a warehouse: {_reason(error)}") from None
    if stat.S_ISDIR(mode):
        raise WarehouseError(
            f"{named} is a directory; give the path of a file, such as {real / 'warehouse.duckdb'}"
        )
    if not stat.S_ISREG(mode):
        raise WarehouseError(
            f"{named} is a pipe, a device or a socket, so no warehouse; give the path of a file"
        )
    return real


def is_utf8(name: str) -> bool:
    """Tell whether the name of a file can be text; the system allows any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _reason(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "its links lead in a circle"
    if error.errno == errno.ENAMETOOLONG:
        return "its name, or its path, is longer than the file system allows"
    return error.strerror or str(error)


def refuse_special(path: Path, error: Callable[[str], Exception]) -> None:
    """Refuse a pipe, a device or a socket where a file is read as a whole: it may never end.

    Raises
    ------
    Exception
        The error given.
    """
    # What is missing, or has an impossible name, is told by whoever opens it.
    if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):  # noqa: PTH110, PTH112, PTH113
        raise error(f"{printable(path)} is a pipe, a device or a socket; save it to a file first")
