"""An answer delivered: the right rows, in the right format, at the right place, and a word about what is not shown."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from martlet.terminal import formats

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["deliver"]

# A table is for looking at; the other formats hold everything.
_ROWS_SHOWN = 50
_ANY_WIDTH = 10_000
_NAMES_SHOWN = 6


def deliver(answer: pa.Table, *, name: str | None, output: Path | None, limit: int | None) -> None:
    """Write an answer to stdout or to a file.

    Parameters
    ----------
    answer
        The rows.
    name
        One of `formats.FORMATS`; None chooses by the destination.
    output
        A file; None is stdout.
    limit
        The most rows to write; None is all of them, or the first 50 of a table.

    Raises
    ------
    ParameterError
        If the format does not fit the destination, or the file can't be written.
    """
    kind = formats.chosen(name, output, to_terminal=sys.stdout.isatty())
    total = answer.num_rows
    if limit is None and kind == "table":
        limit = _ROWS_SHOWN
        if total > limit:
            _note(f"the first {limit} of {total:,} rows; --limit {total} shows all, --format csv writes all")
    shown = answer if limit is None else answer.slice(0, limit)
    if kind == "table" and output is None:
        _draw(shown)
        return
    with formats.destination(output) as file:
        if kind in ("table", "markdown"):
            file.write((_markdown(shown) if kind == "markdown" else _plain(shown)).encode())
        else:
            formats.write(shown, kind, file)


# What draws is imported where something is drawn: it takes longer than many answers.


def _draw(answer: pa.Table) -> None:
    from rich.console import Console  # noqa: PLC0415

    from martlet.terminal import console, tables  # noqa: PLC0415

    terminal = console.out(width=None if sys.stdout.isatty() else _ANY_WIDTH)
    if sys.stdout.isatty():
        terminal.width = Console().width
    drawn, missing = tables.fitted(answer, terminal.width)
    terminal.print(drawn)
    if missing:
        names = ", ".join(missing[:_NAMES_SHOWN]) + (", ..." if len(missing) > _NAMES_SHOWN else "")
        count = f"{len(missing)} column{'s' if len(missing) > 1 else ''}"
        _note(f"{count} did not fit: {names}; a wider terminal or --format csv shows all")


def _markdown(answer: pa.Table) -> str:
    from martlet.terminal import tables  # noqa: PLC0415

    return tables.markdown(answer)


def _plain(answer: pa.Table) -> str:
    from rich.console import Console  # noqa: PLC0415

    from martlet.terminal import tables  # noqa: PLC0415

    text = io.StringIO()
    Console(file=text, width=_ANY_WIDTH, highlight=False, no_color=True).print(
        tables.fitted(answer, _ANY_WIDTH)[0]
    )
    return text.getvalue()


def _note(text: str) -> None:
    from martlet.terminal import console  # noqa: PLC0415

    console.err().print(f"note: {text}", style="dim", markup=False)
