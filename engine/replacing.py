"""A file written beside the one that it replaces, which stays as it was if anything goes wrong."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from martlet.engine import interrupts, permissions
from martlet.engine.errors import ParameterError
from martlet.engine.paths import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["replacing"]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@contextmanager
def replacing(output: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `output`, and its permissions, when the block ends well.

    A link is followed, and a device or a named pipe is written to, never replaced.

    Raises
    ------
    ParameterError
        If the file can't be written.
    """
    target = Path(os.path.realpath(output))
    try:
        if target.is_symlink():
            raise OSError(errno.ELOOP, "its links lead in a circle")  # noqa: TRY301 - told like the others
        if target.exists() and not target.is_file() and not target.is_dir():
            with target.open("wb") as file:
                yield file
            return
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        with interrupts.held():
            try:
                # What replaces a private file is private from its first byte.
                handle = os.open(part, _NEW, 0o600 if target.exists() else 0o666)
                with os.fdopen(handle, "wb") as file, interrupts.allowed():
                    yield file
                if target.exists():
                    permissions.keep(target, part)
                part.replace(target)
            finally:
                with suppress(OSError):
                    part.unlink()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ParameterError(f"{printable(output)} can't be written: {error.strerror or error}") from error
