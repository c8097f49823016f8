"""What was planted in a synthetic company, on a page, as a table, or as JSON."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.text import Text

from martlet.engine.errors import ParameterError
from martlet.engine.tables import drawing
from martlet.terminal import console, formats
from martlet.terminal.output import deliver
from martlet.terminal.summaries import option_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa
    from rich.console import Console

    from martlet.loaders.company.planted_sections import Section

__all__ = ["show"]

_ROWS_SHOWN = 24


def show(
    sections: Sequence[Section],
    *,
    warehouse: Path,
    alone: bool,
    as_json: bool,
    name: str | None,
    output: Path | None,
    limit: int | None,
    **further: Any,
) -> None:
    """Write sections of the truth: as a page on a terminal, else as rows; one that is asked for `alone` as its own table.

    `warehouse` is how the caller named the file; the other parameters are those of `output.deliver`.

    Raises
    ------
    ParameterError
        If two formats are asked for, or the one does not fit the destination.
    """
    if as_json:
        if name is not None:
            raise ParameterError(f"--json and --format {name} are two formats; give one of them")
        _write_json(sections, output, overwrite=further.get("overwrite", False))
        return
    if formats.chosen(name, output, to_terminal=sys.stdout.isatty()) == "table" and output is None:
        _page(sections, warehouse, limit)
        return
    deliver(sections[0].table if alone else _long(sections), name=name, output=output, limit=limit, **further)


def _page(sections: Sequence[Section], warehouse: Path, limit: int | None) -> None:
    terminal = console.out()
    for section in sections:
        terminal.rule(Text(section.title, style="bold"), align="left", style="dim")
        for words in section.words:
            terminal.print(Padding(Text(words), (0, 0, 0, 2)))
        terminal.print()
        _draw(terminal, section, _ROWS_SHOWN if limit is None else limit)
        command = f"$ martlet truth {section.name}{option_for(warehouse)}"
        terminal.print(Padding(Text(command, style="cyan"), (0, 0, 1, 2)))


def _draw(terminal: Console, section: Section, most: int) -> None:
    total = section.table.num_rows
    for line in drawing.lines(section.table, terminal.width - 2, limit=most):
        terminal.print(Text(f"  {line}"))
    if total > most:
        terminal.print(Padding(Text(f"... {total - most} rows more", style="dim"), (0, 0, 0, 2)))


def _long(sections: Sequence[Section]) -> pa.Table:
    """Return a row for each number: the section, what it is about, what it measures, and its value as text."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only needed here

    rows: list[dict[str, str | None]] = []
    for section in sections:
        for row in section.table.to_pylist():
            item = " / ".join(str(row[name]) for name in section.labels)
            measures = {name: value for name, value in row.items() if name not in section.labels}
            # What is only a list says that its items are on it.
            rows += [
                {"section": section.name, "item": item, "measure": measure, "value": _text(value)}
                for measure, value in (measures or {"is_listed": True}).items()
            ]
    kinds = pa.schema([(name, pa.string()) for name in ("section", "item", "measure", "value")])
    return pa.Table.from_pylist(rows, schema=kinds)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _write_json(sections: Sequence[Section], target: Path | None, *, overwrite: bool) -> None:
    found = {
        section.name: {
            "title": section.title,
            "words": list(section.words),
            "doc": section.doc,
            "rows": section.table.to_pylist(),
        }
        for section in sections
    }
    text = json.dumps(found, indent=2, ensure_ascii=False, default=_jsonable) + "\n"
    with formats.destination(target, overwrite=overwrite) as file:
        file.write(text.encode())


def _jsonable(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)
