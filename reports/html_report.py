"""A report as one page of HTML: no network, no script unless asked for, by day, by night and on paper."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final

from martlet.reports import cells, commands, interactive, pictures, shell
from martlet.reports.asking import Answer
from martlet.reports.composing import Advices, Findings
from martlet.reports.template import Heading, Prose, markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from martlet.reports.composing import Composed, Part

__all__ = ["written"]

_SECTION: Final = 2
# Rows behind a picture, where `martlet query` has all of them.
_BEHIND: Final = 8
_SENTENCE: Final = re.compile(r"(?<=[.;:]) (?=[A-Z])")
_MOST_LEVEL: Final = 6


def written(report: Composed, *, source: str, themed: bool = True, is_interactive: bool = False) -> str:
    """Return the page of a report.

    Parameters
    ----------
    report
        The report.
    source
        What the numbers come from, in a sentence.
    themed
        Whether pictures take the colours of the page; without it they have those of the day, for programs that know no variables.
    is_interactive
        Whether pictures answer a pointer, by a script in the page.
    """
    return _Page(report, source, themed=themed, is_interactive=is_interactive).text()


@dataclass
class _Page:
    report: Composed
    source: str
    themed: bool
    is_interactive: bool
    ids: shell.Ids = field(default_factory=shell.Ids)
    contents: list[tuple[str, str]] = field(default_factory=list)
    anchors: dict[int, str] = field(default_factory=dict)
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    level: int = 1
    drawn: int = 0

    def text(self) -> str:
        for reserved in ("main", "contents"):
            self.ids.of(reserved)
        parts = list(self.report.parts)
        title = self.report.title
        if parts and isinstance(parts[0], Heading) and parts[0].level == 1:
            title = self._filled(parts[0].text, parts[0].line)
            parts = parts[1:]
        for part in parts:
            if isinstance(part, Answer):
                self.anchors[id(part)] = self.ids.of(part.block.name or part.block.ask or "answer")
        body = self._body(parts)
        script = interactive.script(self.specs) if self.is_interactive else ""
        return shell.document(title, self._around(title, body), script=script)

    def _around(self, title: str, body: str) -> str:
        values = self.report.period.values
        time = ""
        if values["since"]:
            time = f"{values['since']} to {values['last_day']}, {values['days']} days"
        links = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in self.contents)
        nav = f'<nav aria-label="Contents" id="contents"><ul>{links}</ul></nav>' if links else ""
        return f"""<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>{escape(title)}</h1>
<p class="sub">{escape(time)}</p>
{nav}
</header>
<main id="main">
{body}
</main>
<footer><p>{escape(self.source)} Each number is the answer to a query: how it was asked stands below its picture. Made by Martlet.</p></footer>"""

    def _body(self, parts: Sequence[Part]) -> str:
        """Return the parts in sections, cards that follow each other in one grid."""
        out: list[str] = []
        cards: list[str] = []
        is_open = False

        def end_cards() -> None:
            if cards:
                out.append(f'<div class="grid">\n{"".join(cards)}</div>')
                cards.clear()

        for part in parts:
            if isinstance(part, Answer):
                figures = "figures" in part.block.show
                if figures:
                    end_cards()
                    out.append(self._figures(part))
                if set(part.block.show) - {"figures"}:
                    cards.append(self._card(part))
                continue
            end_cards()
            if isinstance(part, Heading):
                if part.level <= _SECTION and is_open:
                    out.append("</section>")
                    is_open = False
                out.append(self._heading(part, opens=part.level <= _SECTION))
                is_open = is_open or part.level <= _SECTION
            elif isinstance(part, Prose):
                out.append(self._prose(part.tokens, part.line))
            elif isinstance(part, Findings):
                out.append(self._findings(part))
            else:
                out.append(self._advices(part))
        end_cards()
        if is_open:
            out.append("</section>")
        return "\n".join(one for one in out if one)

    def _heading(self, part: Heading, *, opens: bool) -> str:
        # Levels follow each other without a gap, below the page's own title.
        self.level = min(max(part.level, _SECTION), self.level + 1, _MOST_LEVEL - 1)
        anchor = self.ids.of(self._filled(part.text, part.line))
        inner = self._inline(part.tokens[1], part.line)
        heading = f'<h{self.level} id="{anchor}">{inner}</h{self.level}>'
        if not opens:
            return heading
        self.contents.append((anchor, inner))
        return f'<section aria-labelledby="{anchor}">\n{heading}'

    def _filled(self, text: str, line: int) -> str:
        return self.report.words.fill(text, line)

    def _prose(self, tokens: Sequence[Token], line: int) -> str:
        return str(
            markdown().renderer.render(self._with_values(tokens, line), markdown().options, {})
        ).strip()

    def _inline(self, token: Token, line: int) -> str:
        (filled,) = self._with_values([token], line)
        return str(markdown().renderer.renderInline(filled.children or [], markdown().options, {}))

    def _with_values(self, tokens: Sequence[Token], line: int) -> list[Token]:
        """Return tokens whose texts have their values; the renderer escapes them, as it does all text."""
        filled = copy.deepcopy(list(tokens))
        for token in filled:
            at = token.map[0] + 1 if token.map else line
            for child in token.children or ():
                if child.type in ("softbreak", "hardbreak"):
                    at += 1
                if child.type == "text":
                    child.content = self.report.words.fill(child.content, at)
        return filled

    def _findings(self, part: Findings) -> str:
        if not part.answers:
            return "<p>Nothing in the answers of this report is large enough, or certain enough, to be said first.</p>"
        items = "".join(
            f"<li>{escape(answer.told.sentence)} {self._link(answer)}</li>\n"
            for answer in part.answers
            if answer.told
        )
        return f'<ol class="said">\n{items}</ol>'

    def _link(self, answer: Answer) -> str:
        """Return a link to an answer, or the command that gives it where it does not stand in the report."""
        if anchor := self.anchors.get(id(answer)):
            return f'<a href="#{anchor}">{escape(_origin(answer))}</a>'
        return f"<code>{escape(commands.command(answer))}</code>"

    def _advices(self, part: Advices) -> str:
        if not part.answers:
            return "<p>No answer of this report supports advice: nothing is worth more than 0 with 95 % confidence.</p>"
        items = []
        for answer in part.answers:
            advised = answer.advised
            if advised is None:
                continue
            items.append(
                f'<li><p class="do">{escape(advised.text)}</p>\n'
                f"<p>Worth about <b>{cells.money_in_short(advised.worth)}</b> of {escape(advised.unit)} {escape(advised.period)}, "
                f"between {cells.money_in_short(advised.low)} and {cells.money_in_short(advised.high)}.</p>\n"
                f'<p class="note">Assumes: {escape(advised.assumption)} {self._link(answer)}</p></li>\n'
            )
        return f'<ul class="advice">\n{"".join(items)}</ul>'

    def _figures(self, answer: Answer) -> str:
        figures = []
        for row in answer.table.slice(0, answer.block.rows).to_pylist():
            compared = [
                f'<span class="d"><span class="c">{escape(cells.change(row[name]))}</span> {words}</span>'
                for name, words in (("change", "prior period"), ("year_change", "prior year"))
                if name in row
            ]
            value = cells.value_in(str(row.get("unit", "")), row["value"])
            figures.append(
                f'<li><span class="l">{escape(str(row["kpi"]))}</span><b>{escape(value)}</b>{"".join(compared)}</li>\n'
            )
        identity = "" if set(answer.block.show) - {"figures"} else f' id="{self.anchors[id(answer)]}"'
        details = "" if identity == "" else self._details(answer)
        return f'<ul class="figures"{identity}>\n{"".join(figures)}</ul>\n{details}'

    def _card(self, answer: Answer) -> str:
        anchor = self.anchors[id(answer)]
        level = min(self.level + 1, _MOST_LEVEL)
        said = answer.said or answer.block.name.replace("_", " ") or "Answer"
        lines = [f'<h{level} id="{anchor}-h">{escape(said)}</h{level}>']
        if answer.query and answer.query.question != said:
            lines.append(f'<p class="q">{escape(answer.query.question)}</p>')
        if answer.title and answer.told and "finding" in answer.block.show:
            lines.append(f"<p>{escape(answer.told.sentence)}</p>")
        if answer.result.note:
            lines.append(f'<p class="note">{escape(answer.result.note)}</p>')
        is_drawn = "chart" in answer.block.show and pictures.is_drawable(answer.result)
        if is_drawn:
            lines.append(self._figure(answer, anchor, said))
        if not is_drawn and "table" in answer.block.show:
            lines.append(self._table(answer, answer.block.rows))
        lines.append(self._details(answer, with_table=is_drawn or "table" not in answer.block.show))
        kind = "card wide" if answer.block.wide else "card"
        return (
            f'<article class="{kind}" id="{anchor}" aria-labelledby="{anchor}-h">\n'
            + "\n".join(lines)
            + "\n</article>\n"
        )

    def _figure(self, answer: Answer, anchor: str, said: str) -> str:
        narrow = pictures.spec_of(answer.result, rows=answer.block.rows)
        label = escape(f"{said} {narrow.words} The rows are in the table below.", quote=True)

        def drawn(picture: pictures.Picture, kind: str, prefix: str) -> str:
            self.drawn += 1
            if self.is_interactive:
                self.specs[f"{anchor}-{prefix}"] = picture.spec
            svg = picture.svg(f"p{self.drawn}", themed=self.themed)
            of = f' data-spec="{anchor}-{prefix}"' if self.is_interactive else ""
            return (
                f'<div class="{kind}"{of}>'
                + svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
                + "</div>"
            )

        if answer.block.wide:
            broad = pictures.spec_of(answer.result, width=pictures.WIDE, rows=answer.block.rows)
            body = drawn(broad, "broad", "w") + drawn(narrow, "narrow", "n")
        else:
            body = drawn(narrow, "both", "n")
        note = f'<figcaption class="note">{escape(narrow.note)}</figcaption>' if narrow.note else ""
        return f"<figure>{body}{note}</figure>"

    def _table(self, answer: Answer, most: int = _BEHIND) -> str:
        columns = answer.block.columns or (
            answer.query.headline if answer.query else answer.table.column_names
        )
        rows = cells.rows_of(answer.table, columns, min(most, answer.block.rows))
        name = _origin(answer) if answer.query else answer.said
        # HTML needs no closing tags of rows and cells, and without them a table takes a third less.
        head = "".join(f'<th scope="col"{_number(column)}>{escape(column.title)}' for column in rows.columns)
        body = "\n".join(
            "<tr>"
            + "".join(
                f"<td{_number(column)}>{escape(text)}" for column, text in zip(rows.columns, row, strict=True)
            )
            for row in rows.rows
        )
        left_out = f", the first {len(rows.rows)} of {len(answer.table):,} rows" if rows.left_out else ""
        label = escape(f"Rows of {name}, {self.anchors[id(answer)]}", quote=True)
        return (
            f'<div class="rows" role="region" aria-label="{label}" tabindex="0"><table><caption>{escape(name + left_out)}</caption>'
            f"<thead><tr>{head}<tbody>\n{body}\n</table></div>"
        )

    def _details(self, answer: Answer, *, with_table: bool = True) -> str:
        lines = [self._table(answer)] if with_table and len(answer.table) else []
        if answer.query:
            meaning = [
                _sentences(text, most)
                for text, most in ((answer.query.doc, 3), (answer.query.misleads, 1))
                if text
            ]
            lines.append(f"<p>{escape(' '.join(meaning))}</p>")
        lines.append(f'<pre class="copy"><code>{escape(commands.command(answer))}</code></pre>')
        words = "Rows, meaning and command" if lines and answer.query else "Rows and query"
        hidden = f"<summary>{words}</summary>"
        return f"<details>{hidden}\n" + "\n".join(lines) + "\n</details>"


def _origin(answer: Answer) -> str:
    return answer.query.path if answer.query else answer.block.name or "SQL"


def _number(column: cells.Column) -> str:
    return " class=n" if column.is_number else ""


def _sentences(text: str, most: int) -> str:
    """Return the first sentences of a text; `martlet describe` has all of it."""
    return " ".join(_SENTENCE.split(" ".join(text.split()))[:most])
