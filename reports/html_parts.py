"""The parts of a page that show an answer: key figures, the rows as a table, and what hides below until somebody asks."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from martlet.reports import cells

if TYPE_CHECKING:
    from martlet.reports.asking import Answer

__all__ = ["COMPARED", "details", "figures", "origin", "sentence", "table"]

# Rows behind a picture; `martlet query` has all of them.
_BEHIND: Final = 6
# Characters from which on a text wraps.
_LONG: Final = 32
_SENTENCE_END: Final = re.compile(r"(?<=[.;:]) (?=[A-Z])")
# How many sentences of what an answer means, and of when it misleads.
_OF_DOC: Final = 2
_OF_MISLEADS: Final = 1
# What a key figure is compared with, by the column that says it.
COMPARED: Final = {"change": "prior period", "year_change": "prior year"}


def origin(answer: Answer) -> str:
    """Return what an answer is of: the query, or the name of the block."""
    return answer.query.path if answer.query else answer.block.name or "SQL"


def sentence(text: str) -> str:
    """Return a sentence in which no line ends between a number and its sign."""
    return escape(text.replace(" %", "\N{NO-BREAK SPACE}%"))


def figures(answer: Answer) -> str:
    """Return key figures, a card each: the columns `kpi`, `value`, its `unit`, and what it is compared with."""
    items = []
    for row in answer.table.slice(0, answer.block.rows).to_pylist():
        compared = "".join(
            f'<span class="d"><span class="c">{escape(cells.change(row[name]))}</span> {words}</span>'
            for name, words in COMPARED.items()
            if name in row
        )
        value = escape(cells.value_in(str(row.get("unit", "")), row["value"]))
        items.append(f'<li><span class="l">{escape(str(row["kpi"]))}</span><b>{value}</b>{compared}</li>\n')
    return f'<ul class="figures">\n{"".join(items)}</ul>'


def table(answer: Answer, anchor: str, most: int) -> str:
    """Return the first rows, in a region that can be moved through by keys where it is wider than the page."""
    rows = cells.rows_of(answer.table, answer.columns, most)
    name = origin(answer) if answer.query else answer.said
    # HTML needs no closing tags of rows and cells, and without them a table takes a third less.
    head = "".join(f'<th scope="col"{_kind(column)}>{escape(column.title)}' for column in rows.columns)
    body = "\n".join(
        "<tr>"
        + "".join(
            f"<td{_kind(column, text)}>{escape(text)}" for column, text in zip(rows.columns, row, strict=True)
        )
        for row in rows.rows
    )
    left_out = f", the first {len(rows.rows)} of {len(answer.table):,} rows" if rows.left_out else ""
    label = escape(f"Rows of {name}, {anchor}", quote=True)
    return (
        f'<div class="rows" role="region" aria-label="{label}" tabindex="0"><table><caption>{escape(name + left_out)}</caption>'
        f"<thead><tr>{head}<tbody>\n{body}\n</table></div>"
    )


def details(answer: Answer, anchor: str, *, with_table: bool) -> str:
    """Return what hides below an answer: its rows, what it means, and the command that gives it."""
    lines = []
    if with_table and len(answer.table):
        lines.append(table(answer, anchor, min(_BEHIND, answer.block.rows)))
    if answer.query:
        doc, misleads = answer.query.doc, answer.query.misleads
        lines.append(f"<p>{escape(f'{_first(doc, _OF_DOC)} {_first(misleads, _OF_MISLEADS)}'.strip())}</p>")
    lines.append(f'<pre class="copy"><code>{escape(answer.command)}</code></pre>')
    words = "Rows, meaning and command" if answer.query else "Rows and query"
    return f"<details><summary>{words}</summary>\n" + "\n".join(lines) + "\n</details>"


def _first(text: str, most: int) -> str:
    """Return the first sentences of a text; `martlet describe` has all of it."""
    return " ".join(_SENTENCE_END.split(" ".join(text.split()))[:most])


def _kind(column: cells.Column, text: str = "") -> str:
    """Return the class of a cell: numbers stand to the right, and long texts wrap."""
    return " class=n" if column.is_number else " class=t" if len(text) > _LONG else ""
