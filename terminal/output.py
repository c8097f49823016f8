"""An answer delivered: the right rows, in the right format, at the right place, and a word about what is not shown."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING, Any

from martlet.engine.errors import ParameterError
from martlet.engine.tables import selecting, spreadsheets
from martlet.engine.telling import Chart
from martlet.terminal import formats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from martlet.engine.result import Result


__all__ = ["deliver", "deliver_result"]

# Where nobody says how wide it is.
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
    chosen: str | None = None,
    decimals: int | None = None,
    bars: str | None = None,
    is_wide: bool = False,
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
        The most rows to write; None is all of them, or the first 50 of a table, 12 of one on its side.
    chosen
        Names of the columns to write, with commas, in their order; None is all of them.
    decimals
        The most decimals of a number; None leaves them exact, and rounds for the eye in a table.
    bars
        Name of a column of numbers of which a table shows a bar in each row, on a terminal or not.
    is_wide
        Whether a table has all columns, however wide that is.
    safe_cells
        Whether texts that a spreadsheet would take for formulas get an apostrophe; for csv, tsv and xlsx.
    overwrite
        Whether the file may be a DuckDB file.
    headline
        Names of the columns that come first in a table, and are kept where there is no room for all.
    finding
        Returns the sentence that the answer supports, which is said above a table on stdout.
    note
        A sentence about facts that are missing, which is said on stderr; with it an empty table is not drawn.
    chart
        The picture that fits the answer: in the lines of a table on a terminal, or below it.
    has_chart
        Whether it is drawn; None leaves it to stdout: only where that is a terminal.

    Raises
    ------
    ParameterError
        If the format does not fit the destination, or the file can't be written.
    UnknownNameError
        If there is no column of a name.
    """
    kind = formats.chosen(name, output, to_terminal=sys.stdout.isatty())
    if safe_cells and kind not in formats.SHEETS:
        raise ParameterError(
            f"--safe-cells is for {', '.join(formats.SHEETS)}, which spreadsheets open, not for {kind}"
        )
    if chosen is not None:
        answer, headline = selecting.chosen(answer, chosen.split(",")), ()
    if decimals is not None:
        answer = selecting.rounded(answer, decimals)
    if bars is not None:
        selecting.chosen(answer, [bars])
        chart, has_chart = Chart("bar", answer.column_names[0], (bars,)), True
    if note or (kind == "table" and not answer.num_rows):
        _note(note or "no rows: nothing in the warehouse fits what was asked")
    if kind == "table" and output is None:
        if note and not answer.num_rows:
            return
        if sentence := finding():
            _say(sentence)
        is_drawn = sys.stdout.isatty() if has_chart is None else has_chart
        _draw(answer, headline, chart if is_drawn else None, limit=limit, is_wide=is_wide)
        return
    content = _content(answer, kind, headline, limit=limit, safe_cells=safe_cells)
    with formats.destination(output, overwrite=overwrite) as file:
        content(file)


def deliver_result(result: Result, headline: tuple[str, ...], **where: Any) -> None:
    """Deliver the answer of a query of a pack, with its finding and note; `where` is as for `deliver`."""
    deliver(result.arrow(), headline=headline, finding=lambda: result.finding, note=result.note, **where)


def _content(
    answer: pa.Table, kind: str, headline: tuple[str, ...], *, limit: int | None, safe_cells: bool
) -> Callable[[IO[bytes]], object]:
    """Return what writes the answer to a file."""
    if kind == "table":
        text = _plain(answer, headline, limit)
        return lambda file: file.write(text.encode())
    shown = answer if limit is None else answer.slice(0, limit)
    if kind == "markdown":
        return lambda file: file.write(_markdown(shown).encode())
    rows = spreadsheets.safe(shown) if safe_cells else shown
    return lambda file: formats.write(rows, kind, file)


# What draws is imported where something is drawn: it takes longer than many answers.


def _draw(
    answer: pa.Table, headline: tuple[str, ...], chart: Chart | None, *, limit: int | None, is_wide: bool
) -> None:
    from rich.console import Console  # noqa: PLC0415

    from martlet.engine.tables import drawing  # noqa: PLC0415
    from martlet.engine.tables.layout import laid_out  # noqa: PLC0415
    from martlet.terminal import charts, console  # noqa: PLC0415

    is_seen = sys.stdout.isatty() or "COLUMNS" in os.environ
    room = Console().width if is_seen else _ANY_WIDTH
    terminal = console.out(width=_ANY_WIDTH)
    ascii_only = terminal.options.ascii_only
    beside = charts.beside(chart, answer, headline, ascii_only=ascii_only)
    layout = laid_out(answer, _ANY_WIDTH if is_wide else room, headline, limit=limit, beside=beside)
    for line in drawing.said(layout, room):
        terminal.print(line, style="dim", **_AS_IT_IS)
    for number, block in enumerate(drawing.blocks(layout)):
        terminal.print(*([""] if number else []), *block.heads, sep="\n", style="bold", **_AS_IT_IS)
        terminal.print(*block.body, sep="\n", **_AS_IT_IS)
    if lines := charts.drawn(
        chart, answer, room if is_seen else _WIDEST_PICTURE, ascii_only=terminal.options.ascii_only
    ):
        terminal.print("", *lines, sep="\n", **_AS_IT_IS)
    if layout.missing:
        names = ", ".join(layout.missing[:_NAMES_SHOWN]) + (
            ", ..." if len(layout.missing) > _NAMES_SHOWN else ""
        )
        count = f"{len(layout.missing)} more column{'s' if len(layout.missing) > 1 else ''}"
        _note(f"{count}: {names}; --wide shows all, --columns a,b those that you name")
    _tell_of_rows(layout.rows, answer.num_rows, limit)


_AS_IT_IS: Any = {"markup": False, "no_wrap": True, "overflow": "ignore", "crop": False, "soft_wrap": True}


def _tell_of_rows(shown: int, total: int, limit: int | None) -> None:
    if limit is None and total > shown:
        _note(f"the first {shown} of {total:,} rows; --limit {total} shows all, --format csv writes all")


def _markdown(answer: pa.Table) -> str:
    from martlet.engine.tables import drawing  # noqa: PLC0415

    return drawing.markdown(answer)


def _plain(answer: pa.Table, headline: tuple[str, ...], limit: int | None) -> str:
    from martlet.engine.tables import drawing  # noqa: PLC0415
    from martlet.engine.tables.layout import ROWS_UPRIGHT  # noqa: PLC0415

    _tell_of_rows(ROWS_UPRIGHT, answer.num_rows, limit)
    return "\n".join([*drawing.lines(answer, _ANY_WIDTH, headline, limit=limit), ""])


def _note(text: str) -> None:
    from martlet.terminal import console  # noqa: PLC0415

    sys.stdout.flush()
    console.err().print(f"note: {text}", style="dim", markup=False)


def _say(sentence: str) -> None:
    from martlet.terminal import console  # noqa: PLC0415

    sys.stdout.flush()
    console.err().print(sentence, markup=False)
