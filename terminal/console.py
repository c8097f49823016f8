"""Where text goes: stdout for data, stderr for talk."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console

from martlet.engine.tables.cells import visible

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["err", "out", "visible"]

# Prose is no easier to read on wider lines.
_WIDEST_PROSE = 100


class _Trimmed:
    """A stream without the spaces with which rich fills lines up: a file or a pipe keeps what it gets."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> int:
        return self._file.write(re.sub(r" +$", "", text, flags=re.MULTILINE))


def out(*, width: int | None = None) -> Console:
    """Return a console on stdout, `width` characters wide; by default as wide as prose should be."""
    return _console(sys.stdout, width)


def err() -> Console:
    """Return a console on stderr."""
    return _console(sys.stderr, None)


def _console(file: TextIO, width: int | None) -> Console:
    if hasattr(file, "reconfigure"):
        # A name that a narrow encoding lacks is shown as "?" rather than ending the command.
        file.reconfigure(errors="replace")
    target = file if file.isatty() else cast("TextIO", _Trimmed(file))
    console = Console(file=target, highlight=False)
    if width is not None:
        console.width = width
    elif console.is_terminal or os.environ.get("COLUMNS"):
        console.width = min(console.width, _WIDEST_PROSE)
    else:
        console.width = _WIDEST_PROSE
    return console
