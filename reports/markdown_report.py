"""A report as Markdown: headings, sentences, tables as GitHub has them, and the command of each answer. It has no pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from martlet.reports import cells
from martlet.reports.asking import Answer
from martlet.reports.composing import Advices, Findings
from martlet.reports.html_parts import COMPARED
from martlet.reports.template import Heading, Prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from martlet.reports.composing import Composed

__all__ = ["written"]

_CODE: Final = re.compile(r"(`+)(?:.|\n)*?\1")
_SIGNS: Final = re.compile(r"([\\`*_\[\]<>#|~&])")
_LEAST_LEVEL: Final = 3


def written(report: Composed, *, source: str) -> str:
    """Return a report as Markdown; `source` says what the numbers come from."""
    lines: list[str] = []
    values = report.period.values
    if not (report.parts and isinstance(report.parts[0], Heading) and report.parts[0].level == 1):
        lines += [f"# {masked(report.title)}"]
    level = 2
    for place, part in enumerate(report.parts):
        if isinstance(part, Heading):
            level = part.level
            lines.append("#" * level + " " + _with_values(report, part.text, part.line))
        elif isinstance(part, Prose):
            lines.append(_with_values(report, part.text, part.line))
        elif isinstance(part, Answer):
            lines += _answer(part, max(level + 1, _LEAST_LEVEL))
        elif isinstance(part, Findings):
            lines += _findings(part)
        else:
            lines += _advices(part)
        if place == 0 and values["since"]:
            lines.append(f"{values['since']} to {values['last_day']}, {values['days']} days.")
    lines.append(masked(source))
    return "\n\n".join(line for line in lines if line) + "\n"


def masked(text: str) -> str:
    """Return a text in which Markdown sees nothing but text."""
    return _SIGNS.sub(r"\\\1", text.replace("\n", " "))


def _with_values(report: Composed, text: str, line: int) -> str:
    """Return Markdown with the values in its slots; code is left as it is."""
    out, at = [], 0
    for code in _CODE.finditer(text):
        out += [_filled(report, text, at, code.start(), line), code[0]]
        at = code.end()
    return "".join([*out, _filled(report, text, at, len(text), line)])


def _filled(report: Composed, text: str, begin: int, end: int, line: int) -> str:
    return report.words.fill(text[begin:end], line + text[:begin].count("\n"), mask=masked)


def _answer(answer: Answer, level: int) -> list[str]:
    shown = set(answer.block.show)
    lines = []
    if shown - {"figures"}:
        lines.append("#" * min(level, 6) + " " + masked(answer.said))
        if answer.title and answer.told and "finding" in shown:
            lines.append(masked(answer.told.sentence))
    if answer.result.note:
        lines.append(masked(answer.result.note))
    lines += [_figures(answer) if "figures" in shown else "", _table(answer) if shown - {"figures"} else ""]
    fence = "sql" if answer.query is None else "sh"
    return [*lines, f"```{fence}\n{answer.command}\n```"]


def _figures(answer: Answer) -> str:
    rows = []
    compared = [name for name in COMPARED if name in answer.table.column_names]
    for row in answer.table.slice(0, answer.block.rows).to_pylist():
        value = cells.value_in(str(row.get("unit", "")), row["value"])
        rows.append([str(row["kpi"]), value, *(cells.change(row[name]) for name in compared)])
    return _grid(
        ["figure", "value", *(COMPARED[name] for name in compared)],
        rows,
        [False, *[True] * (1 + len(compared))],
    )


def _table(answer: Answer) -> str:
    if not len(answer.table):
        return ""
    rows = cells.rows_of(answer.table, answer.columns, answer.block.rows)
    table = _grid([one.title for one in rows.columns], rows.rows, [one.is_number for one in rows.columns])
    return table + (f"\n\nThe first {len(rows.rows)} of {len(answer.table):,} rows." if rows.left_out else "")


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool]) -> str:
    lines = [heads, ["---:" if is_number else "---" for is_number in numbers]]
    written = [[masked(text) for text in heads], lines[1], *([masked(text) for text in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in written)


def _findings(part: Findings) -> list[str]:
    items = [
        f"{number}. {masked(answer.told.sentence)}"
        for number, answer in enumerate(part.answers, 1)
        if answer.told
    ]
    return [
        "\n".join(items)
        or "Nothing in the answers of this report is large enough, or certain enough, to be said first."
    ]


def _advices(part: Advices) -> list[str]:
    items = []
    for answer in part.answers:
        if advised := answer.advised:
            worth = [cells.money_in_short(one) for one in (advised.worth, advised.low, advised.high)]
            items.append(
                f"- **{masked(advised.text)}** Worth about {worth[0]} of {advised.unit} {masked(advised.period)}, "
                f"between {worth[1]} and {worth[2]}. Assumes: {masked(advised.assumption)}"
            )
    none = "No answer of this report supports advice: nothing is worth more than 0 with 95 % confidence."
    return ["\n".join(items) or none]
