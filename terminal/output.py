"""An answer delivered: the right rows, in the right format, at the right place, and a word about what is not shown."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from martlet.engine.errors import ParameterError
from martlet.terminal import formats, spreadsheets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from martlet.engine.telling import Chart

__all__ = ["deliver"]

# A table is for looking at; the other formats hold everything.
_ROWS_SHOWN = 50
_ANY_WIDTH = 10_000
_NAMES_SHOWN = 6
# Of a picture that is asked for where there is no terminal.
_WIDEST_PICTURE = 100


def deliver(
    answer: pa.Table,
    *,
    name: str | None,
    output: Path | None,
    limit: int | None,
    safe_cells: bool = False,
    overwrite: bool = False,
    headline: tuple[str, ...] = (),
    finding: Callable[[], str | None] = lambda: None,
    note: str | None = None,
    chart: Chart | None = None,
    has_chart: bool | None = None,
) -> None:
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
    safe_cells
        Whether texts that a spreadsheet would take for formulas get an apostrophe; for csv, tsv and xlsx.
    overwrite
        Whether the file may be a DuckDB file.
    headline
        Names of the columns to keep where a terminal has no room for all.
    finding
        Returns the sentence that the answer supports, which is said below a table on stdout.
    note
        A sentence about facts that are missing, which is said on stderr; with it an empty table is not drawn.
    chart
        The picture that fits the answer; one of the kinds that can be drawn stands below a table on a terminal.
    has_chart
        Whether it is drawn; None leaves it to stdout: only where that is a terminal.

    Raises
    ------
    ParameterError
        If the format does not fit the destination, or the file can't be written.
    """
    kind = formats.chosen(name, output, to_terminal=sys.stdout.isatty())
    if safe_cells and kind not in formats.SHEETS:
        raise ParameterError(
            f"--safe-cells is for {', '.join(formats.SHEETS)}, which spreadsheets open, not for {kind}"
        )
    total = answer.num_rows
    if note:
        _note(note)
        if kind == "table" and output is None and not total:
            return
    if limit is None and kind == "table":
        limit = _ROWS_SHOWN
        if total > limit:
            _note(f"the first {limit} of {total:,} rows; --limit {total} shows all, --format csv writes all")
    shown = answer if limit is None else answer.slice(0, limit)
    if kind == "table" and output is None:
        _draw(shown, headline, chart if (sys.stdout.isatty() if has_chart is None else has_chart) else None)
        if sentence := finding():
            _note(sentence, "finding")
        return
    if safe_cells:
        shown = spreadsheets.safe(shown)
    with formats.destination(output, overwrite=overwrite) as file:
        if kind in ("table", "markdown"):
            file.write((_markdown(shown) if kind == "markdown" else _plain(shown)).encode())
        else:
            formats.write(shown, kind, file)


# What draws is imported where something is drawn: it takes longer than many answers.


def _draw(answer: pa.Table, headline: tuple[str, ...], chart: Chart | None) -> None:
    from rich.console import Console  # noqa: PLC0415

    from martlet.terminal import charts, console, tables  # noqa: PLC0415

    terminal = console.out(width=None if sys.stdout.isatty() else _ANY_WIDTH)
    if sys.stdout.isatty():
        terminal.width = Console().width
    drawn, missing = tables.fitted(answer, terminal.width, headline)
    terminal.print(drawn)
    width = terminal.width if sys.stdout.isatty() else _WIDEST_PICTURE
    if lines := charts.drawn(chart, answer, width, ascii_only=terminal.options.ascii_only):
        terminal.print("", *lines, sep="\n", markup=False, no_wrap=True, overflow="ignore", crop=False)
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


def _note(text: str, kind: str = "note") -> None:
    from martlet.terminal import console  # noqa: PLC0415

    console.err().print(f"{kind}: {text}", style="dim", markup=False)
